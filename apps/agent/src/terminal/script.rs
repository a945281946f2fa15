use super::{Form, Look, Terminal, Wish, WishFuture, form::word, picture::transcript};
use model::{Command, Secret};
use protocol::pipe::Screen;
use signin::Input;
use std::{
    collections::VecDeque,
    io::{self, BufRead, Write},
    thread,
};
use tokio::sync::mpsc;

/// What a script gets to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Screens as text on standard output.
    Text,
    /// One JSON object for each screen on standard output, screens as text on standard error.
    Transcript,
}

/// A terminal for scripts: a line answers the present field, a line that starts with `/` is a command, `//` stands
/// for a `/` that is typed. Lines wait until the screen takes them; only `/cancel` does not wait.
#[derive(Debug)]
pub struct Script {
    look: Look,
    output: Output,
    lines: mpsc::UnboundedReceiver<Secret>,
    waiting: VecDeque<Secret>,
    ended: bool,
    screen: Option<Screen>,
    form: Form,
    /// Something was sent whose screen has not come yet.
    sent: bool,
}

impl Script {
    /// Reads standard input from now on.
    pub fn new(look: Look, output: Output) -> Self {
        let (sender, lines) = mpsc::unbounded_channel();
        // A thread of its own: reading cannot be interrupted.
        thread::spawn(move || {
            for line in io::stdin().lock().lines() {
                if line.is_err() || line.is_ok_and(|line| sender.send(Secret::from_text(line)).is_err()) {
                    return;
                }
            }
        });
        Self::with_lines(look, output, lines)
    }

    fn with_lines(look: Look, output: Output, lines: mpsc::UnboundedReceiver<Secret>) -> Self {
        Self {
            look,
            output,
            lines,
            waiting: VecDeque::new(),
            ended: false,
            screen: None,
            form: Form::default(),
            sent: false,
        }
    }

    fn print(&self, text: &str) -> io::Result<()> {
        match self.output {
            Output::Text => write_out(io::stdout().lock(), text),
            Output::Transcript => write_out(io::stderr().lock(), text),
        }
    }

    /// Asks for the present field.
    fn prompt(&self) -> io::Result<()> {
        match self.settled().and_then(|screen| self.form.field(screen)) {
            Some(field) => self.print(&format!("{}\n", self.look.prompt(field).trim_end())),
            None => Ok(()),
        }
    }

    fn settled(&self) -> Option<&Screen> {
        self.screen.as_ref().filter(|screen| !screen.busy && !self.sent)
    }

    async fn next_wish(&mut self) -> Wish {
        loop {
            if self.settled().is_some() {
                if let Some(line) = self.waiting.pop_front() {
                    match self.take(line) {
                        Some(wish) => return wish,
                        None => continue,
                    }
                }
                if self.ended {
                    return Wish::Quit;
                }
            }
            if self.ended {
                // A new screen drops this wait.
                return std::future::pending().await;
            }
            match self.lines.recv().await {
                Some(line) if self.waiting.is_empty() && line.expose() == b"/cancel" => {
                    return self.press(Command::Cancel);
                }
                Some(line) => self.waiting.push_back(line),
                None => self.ended = true,
            }
        }
    }

    fn take(&mut self, line: Secret) -> Option<Wish> {
        if let Some(command) = line.expose().strip_prefix(b"/").filter(|rest| !rest.starts_with(b"/")) {
            let command = String::from_utf8_lossy(command).into_owned();
            return self.command(&command);
        }
        let text = match line.expose().strip_prefix(b"//") {
            Some(rest) => Secret::new([b"/", rest].concat()),
            None => line,
        };
        let screen = self.screen.as_ref()?;
        let input = self.form.fill(screen, text);
        self.sent = input.is_some();
        let _ = self.prompt();
        input.map(Wish::Input)
    }

    fn command(&mut self, text: &str) -> Option<Wish> {
        if text == "quit" {
            return Some(Wish::Quit);
        }
        let offered = self.screen.as_ref().map(Screen::commands).unwrap_or_default();
        let command = offered.into_iter().chain([Command::Cancel]).find(|command| word(*command) == text);
        match command {
            Some(Command::GetTheApp) => {
                let url = self.screen.as_ref()?.enrollment.as_ref()?.app_url.clone()?;
                let _ = self.print(&format!("{url}\n{}", *self.look.qr(&url)));
                None
            }
            Some(command) => Some(self.press(command)),
            None => {
                let _ = self.print(&format!("/{text} is not offered here\n"));
                None
            }
        }
    }

    fn press(&mut self, command: Command) -> Wish {
        self.form = Form::default();
        self.sent = true;
        Wish::Input(Input::Pressed(command))
    }
}

impl Terminal for Script {
    fn show(&mut self, screen: Screen) -> io::Result<()> {
        if self.output == Output::Transcript {
            write_out(io::stdout().lock(), &format!("{}\n", transcript(&screen)))?;
        }
        self.print(&self.look.draw(&screen))?;
        self.form = Form::default();
        self.sent = false;
        self.screen = Some(screen);
        self.prompt()
    }

    fn wish(&mut self) -> WishFuture<'_> {
        Box::pin(self.next_wish())
    }

    fn say(&mut self, sentence: &str) -> io::Result<()> {
        self.print(&format!("{sentence}\n"))
    }
}

fn write_out(mut out: impl Write, text: &str) -> io::Result<()> {
    out.write_all(text.as_bytes())?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::super::Commands;
    use super::*;
    use protocol::pipe::View;
    use qr::Ink;
    use std::time::Duration;
    use texts::Language;

    fn script() -> (Script, mpsc::UnboundedSender<Secret>) {
        let (sender, lines) = mpsc::unbounded_channel();
        let look = Look {
            language: Language::English,
            ink: Ink::Dark,
            utc_offset_minutes: 0,
            commands: Commands::Words,
        };
        (Script::with_lines(look, Output::Text, lines), sender)
    }

    fn screen(view: View, busy: bool) -> Screen {
        Screen { view, message: None, person: None, busy, enrollment: None }
    }

    fn type_in(sender: &mpsc::UnboundedSender<Secret>, lines: &[&str]) {
        for line in lines {
            sender.send(Secret::from_text((*line).into())).unwrap();
        }
    }

    async fn nothing(script: &mut Script) -> bool {
        tokio::time::timeout(Duration::from_millis(100), script.next_wish()).await.is_err()
    }

    #[tokio::test]
    async fn lines_wait_until_the_screen_takes_them() {
        let (mut script, sender) = script();
        type_in(&sender, &["mara", "//pass", "123456"]);
        script.show(screen(View::Password, true)).unwrap();
        assert!(nothing(&mut script).await);
        script.show(screen(View::Password, false)).unwrap();
        let Wish::Input(Input::Submitted(typed)) = script.next_wish().await else { panic!("not submitted") };
        assert_eq!(typed.user_name.as_deref(), Some("mara"));
        assert_eq!(typed.password.unwrap().expose(), b"/pass");
        assert!(nothing(&mut script).await);
        script.show(screen(View::Code, false)).unwrap();
        let Wish::Input(Input::Submitted(typed)) = script.next_wish().await else { panic!("not submitted") };
        assert_eq!(typed.code.unwrap().expose(), b"123456");
    }

    #[tokio::test]
    async fn cancel_does_not_wait_and_the_end_does() {
        let (mut script, sender) = script();
        script.show(screen(View::Password, true)).unwrap();
        type_in(&sender, &["/cancel"]);
        drop(sender);
        let wish = script.next_wish().await;
        assert!(matches!(wish, Wish::Input(Input::Pressed(Command::Cancel))), "{wish:?}");
        assert!(nothing(&mut script).await);
        script.show(screen(View::Password, false)).unwrap();
        assert!(matches!(script.next_wish().await, Wish::Quit));
    }

    #[tokio::test]
    async fn a_command_the_screen_does_not_offer_is_not_sent() {
        let (mut script, sender) = script();
        script.show(screen(View::Password, false)).unwrap();
        type_in(&sender, &["/show-qr", "/start-over"]);
        assert!(nothing(&mut script).await);
    }
}
