use super::{
    Form, Look, Terminal, Wish, WishFuture,
    form::{is_hidden, letter},
};
use crossterm::{
    cursor::MoveTo,
    event::{
        DisableBracketedPaste, EnableBracketedPaste, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers,
        read,
    },
    execute,
    terminal::{
        Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode, size,
    },
};
use model::{Command, Secret};
use protocol::pipe::{Screen, View};
use signin::Input;
use std::{
    io::{self, Write, stdout},
    thread,
};
use tokio::sync::mpsc;
use zeroize::Zeroizing;

/// The most characters taken into a field.
const MAX_CHARS: usize = 1_024;

/// A terminal for a person: a screen of its own, so that no QR code stays behind in the window; passwords hidden;
/// Esc or Ctrl-C cancels, at the first view it leaves.
#[derive(Debug)]
pub struct Person {
    look: Look,
    events: mpsc::UnboundedReceiver<Event>,
    screen: Option<Screen>,
    form: Form,
    /// What is in the present field. Reserved once, so that it never moves and leaves a copy behind.
    text: Zeroizing<String>,
    /// Where the authenticator is to be had, as long as it is shown.
    app_shown: Option<String>,
}

impl Person {
    /// Takes over the terminal until dropped.
    ///
    /// # Errors
    /// There is no terminal that can be taken over.
    pub fn new(look: Look) -> io::Result<Self> {
        enable_raw_mode()?;
        execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste)?;
        let (sender, events) = mpsc::unbounded_channel();
        // A thread of its own: reading cannot be interrupted.
        thread::spawn(move || {
            while let Ok(event) = read() {
                if sender.send(event).is_err() {
                    return;
                }
            }
        });
        let text = Zeroizing::new(String::with_capacity(4 * MAX_CHARS));
        Ok(Self { look, events, screen: None, form: Form::default(), text, app_shown: None })
    }

    fn draw(&self) -> io::Result<()> {
        let mut out = stdout().lock();
        execute!(out, MoveTo(0, 0), Clear(ClearType::All))?;
        let Some(screen) = &self.screen else { return Ok(()) };
        let width = size().map_or(80, |(width, _)| usize::from(width));
        let mut picture = wrapped(&self.look.draw(screen), width);
        if let Some(url) = &self.app_shown {
            picture.push_str(&format!("{url}\n{}", *self.look.qr(url)));
        }
        let lines = picture.lines().count();
        if size().is_ok_and(|(_, height)| lines + 1 > usize::from(height)) {
            picture.push_str(&format!("(this window needs {} lines to show everything)\n", lines + 2));
        }
        // A raw terminal goes down at a line feed, and not back to the left.
        for line in picture.lines() {
            write!(out, "{line}\r\n")?;
        }
        if !screen.busy
            && let Some(field) = self.form.field(screen)
        {
            write!(out, "{}", self.look.prompt(field))?;
            if is_hidden(field) {
                write!(out, "{}", "•".repeat(self.text.chars().count()))?;
            } else {
                out.write_all(self.text.as_bytes())?;
            }
        }
        out.flush()
    }

    async fn next_wish(&mut self) -> Wish {
        loop {
            let Some(event) = self.events.recv().await else { return Wish::Quit };
            let wish = match event {
                Event::Key(key) if key.kind != KeyEventKind::Release => self.key(key),
                Event::Paste(text) => {
                    let text = Zeroizing::new(text);
                    // Pasting ends before the line does: Enter is the person's.
                    text.chars().take_while(|c| !c.is_control()).for_each(|c| self.push(c));
                    None
                }
                _ => None,
            };
            if let Some(wish) = wish {
                return wish;
            }
            if self.draw().is_err() {
                return Wish::Quit;
            }
        }
    }

    fn key(&mut self, key: KeyEvent) -> Option<Wish> {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Esc => Some(self.cancel()),
            KeyCode::Char('c' | 'd') if control => Some(self.cancel()),
            KeyCode::Char('u') if control => {
                self.clear();
                None
            }
            KeyCode::Enter => self.enter(),
            KeyCode::Backspace => {
                self.text.pop();
                None
            }
            KeyCode::Char(c) if !control => {
                let command = self.pressed(c);
                match command {
                    Some(command) => self.command(command),
                    None => {
                        self.push(c);
                        None
                    }
                }
            }
            _ => None,
        }
    }

    fn push(&mut self, c: char) {
        let busy = self.screen.as_ref().is_none_or(|screen| screen.busy);
        if !busy && self.text.chars().count() < MAX_CHARS {
            self.text.push(c);
        }
    }

    /// Letters are commands only where no field takes letters, and only before anything is typed.
    fn pressed(&self, c: char) -> Option<Command> {
        let screen =
            self.screen.as_ref().filter(|screen| screen.view == View::Enroll && self.text.is_empty())?;
        screen.commands().into_iter().find(|command| letter(*command) == Some(c.to_ascii_lowercase()))
    }

    fn command(&mut self, command: Command) -> Option<Wish> {
        if command == Command::GetTheApp {
            let url = self.screen.as_ref().and_then(|screen| screen.enrollment.as_ref()?.app_url.clone());
            self.app_shown = if self.app_shown.is_some() { None } else { url };
            return None;
        }
        self.app_shown = None;
        Some(Wish::Input(Input::Pressed(command)))
    }

    /// At the first view there is nothing to cancel but the whole.
    fn cancel(&mut self) -> Wish {
        let first = self
            .screen
            .as_ref()
            .is_none_or(|screen| !screen.busy && matches!(screen.view, View::Password | View::Closed));
        let untouched = self.text.is_empty();
        self.clear();
        self.form = Form::default();
        if first && untouched { Wish::Quit } else { Wish::Input(Input::Pressed(Command::Cancel)) }
    }

    fn enter(&mut self) -> Option<Wish> {
        let screen = self.screen.as_ref().filter(|screen| !screen.busy)?;
        let text = Secret::new(self.text.as_bytes().to_vec());
        let input = self.form.fill(screen, text);
        self.clear();
        input.map(Wish::Input)
    }

    /// Overwritten, not only forgotten.
    fn clear(&mut self) {
        while self.text.pop().is_some() {}
        let room = self.text.capacity();
        self.text.extend(std::iter::repeat_n('\0', room));
        self.text.clear();
    }
}

impl Drop for Person {
    fn drop(&mut self) {
        // What is not undone here the shell's `reset` undoes; nothing else can be done about it.
        let _ = execute!(stdout(), DisableBracketedPaste, LeaveAlternateScreen);
        let _ = disable_raw_mode();
    }
}

impl Terminal for Person {
    fn show(&mut self, screen: Screen) -> io::Result<()> {
        let same_fields =
            self.screen.as_ref().is_some_and(|before| before.view == screen.view && !before.busy);
        if !same_fields || screen.busy {
            self.clear();
            self.form = Form::default();
            self.app_shown = None;
        }
        self.screen = Some(screen);
        self.draw()
    }

    fn wish(&mut self) -> WishFuture<'_> {
        Box::pin(self.next_wish())
    }

    fn say(&mut self, sentence: &str) -> io::Result<()> {
        let mut out = stdout().lock();
        write!(out, "\r\n{sentence}\r\n")?;
        out.flush()
    }
}
/// Breaks lines of words that are too wide at blanks, as the terminal would break them anywhere. A QR code has no
/// words and is left alone.
fn wrapped(text: &str, width: usize) -> Zeroizing<String> {
    // One allocation, as it may hold the seed: a break adds one character in place of a blank.
    let mut out = Zeroizing::new(String::with_capacity(2 * text.len() + 1024));
    for line in text.lines() {
        let is_words = line.chars().any(char::is_alphabetic) && !line.starts_with('\u{1b}');
        let mut column = 0;
        for (index, word) in line.split(' ').enumerate() {
            let length = word.chars().count();
            if index > 0 {
                let breaks = is_words && column + 1 + length > width;
                out.push(if breaks { '\n' } else { ' ' });
                column = if breaks { 0 } else { column + 1 };
            }
            out.push_str(word);
            column += length;
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_words_break_at_blanks_and_a_qr_code_does_not_break() {
        let qr = "\u{1b}[38;5;16m█▀ ▄ █ ▀ █\u{1b}[0m";
        let text = format!("one two three\n{qr}\nfour\n");
        assert_eq!(*wrapped(&text, 8), format!("one two\nthree\n{qr}\nfour\n"));
        assert_eq!(*wrapped("unbreakable\n", 4), "unbreakable\n");
    }
}
