//! One PC's screen in one open page: people to choose from, a sign-in view, the desktop after it.
//!
//! It lives as long as the page listens. When the page is closed the view is dropped, and with it what was typed.

use crate::{draw::draw, machine::Machine, said::Said};
use agent::driver::{Drawn, Released, View};
use protocol::pipe;
use serde_json::{Value, json};
use signin::{Input, WindowsResult};
use std::sync::Arc;
use texts::Language;
use tokio::{sync::mpsc, task::JoinSet};

/// What the page is told, newest last.
pub(crate) type Scenes = mpsc::UnboundedSender<Value>;

/// Keeps a screen going until nobody listens or nobody can say anything any more.
pub(crate) async fn run(machine: Arc<dyn Machine>, mut said: mpsc::Receiver<Said>, scenes: Scenes) {
    let mut screen = Screen { machine, scenes, open: None, name: None, work: JoinSet::new() };
    screen.tell(json!({ "stage": "lock" }));
    loop {
        tokio::select! {
            biased;
            next = said.recv() => match next {
                Some(said) => screen.take(said),
                None => break,
            },
            Some(event) = next_event(&mut screen.open) => match event {
                Event::Drawn(drawn) => screen.show(drawn),
                Event::Released(released) => screen.release(released),
            },
            () = screen.scenes.closed() => break,
            Some(_) = screen.work.join_next() => screen.machine.closed(),
        }
    }
    screen.close();
    // Its events are kept when this is over.
    while screen.work.join_next().await.is_some() {}
    screen.machine.closed();
}

struct Screen {
    machine: Arc<dyn Machine>,
    scenes: Scenes,
    open: Option<Open>,
    /// Who is let in, until the view has said so.
    name: Option<String>,
    /// The views, those that are closing too.
    work: JoinSet<()>,
}

/// An open view and where its credentials come out.
struct Open {
    view: View,
    released: mpsc::UnboundedReceiver<Released>,
}

/// What comes out of a view.
enum Event {
    Drawn(Drawn),
    Released(Released),
}

async fn next_event(open: &mut Option<Open>) -> Option<Event> {
    let open = open.as_mut()?;
    tokio::select! {
        Some(drawn) = open.view.screens.recv() => Some(Event::Drawn(drawn)),
        Some(released) = open.released.recv() => Some(Event::Released(released)),
        else => None,
    }
}

impl Screen {
    fn take(&mut self, said: Said) {
        match said {
            Said::Chose(user) => {
                self.close();
                let (hand, released) = mpsc::unbounded_channel();
                let (view, work) = self.machine.open(user, Box::new(hand));
                self.work.spawn(work);
                self.open = Some(Open { view, released });
            }
            Said::Submitted(typed) => self.say(Input::Submitted(typed)),
            Said::Pressed(command) => self.say(Input::Pressed(command)),
            Said::Left | Said::SignedOut => {
                self.close();
                self.tell(json!({ "stage": "lock" }));
            }
        }
    }

    fn say(&self, input: Input) {
        if let Some(open) = &self.open {
            // A view that has ended hears nothing; its last screen is there already.
            let _ = open.view.say(input);
        }
    }

    fn show(&mut self, Drawn { screen, .. }: Drawn) {
        let over = screen.view == pipe::View::Closed && !screen.busy;
        match self.name.take_if(|_| over) {
            Some(name) => {
                self.close();
                self.tell(json!({ "stage": "desktop", "person": name }));
            }
            None => self.tell(json!({ "stage": "sign_in", "screen": draw(Language::English, &screen) })),
        }
    }

    fn release(&mut self, released: Released) {
        self.name = Some(released.account.name.to_string());
        // There is no Windows here to take the credentials; they end here and it counts as taken.
        drop(released);
        self.say(Input::Windows(WindowsResult::SignedIn));
    }

    fn close(&mut self) {
        (self.open, self.name) = (None, None);
    }

    fn tell(&self, scene: Value) {
        // Nobody listens any more; the loop ends by the same.
        let _ = self.scenes.send(scene);
    }
}
