//! The machine: one state at a time, which owns exactly the secrets it needs, so that leaving it wipes them.
//!
//! `state.rs` says what there is and what it looks like, `turn.rs` what one step can do, the others follow the
//! sign-in: `password.rs`, `code.rs`, `enroll.rs`, `ending.rs`.

mod code;
mod ending;
mod enroll;
mod password;
mod state;
#[cfg(test)]
mod tests;
mod turn;
mod typed;

use crate::{Action, Context, Input};
use model::{Command, UnixTime};
use protocol::pipe::Screen;
use rand_core::CryptoRng;
use state::State;
use std::mem;
use turn::Turn;

/// One open sign-in view.
///
/// Tickets are unique within one view: answers have to be given to the view that asked.
#[derive(Debug)]
pub struct SignIn {
    context: Context,
    state: State,
    tickets: u64,
    /// Whether a hand-over has come. Taking a second one could send a wrong password to Windows until the account
    /// is locked.
    handed_over: bool,
    /// The moment last asked for with [`Action::WakeAt`], as long as something waits for it.
    wake_at: Option<UnixTime>,
}

impl SignIn {
    /// A view just opened.
    pub fn new(context: Context) -> Self {
        Self { context, state: State::default(), tickets: 0, handed_over: false, wake_at: None }
    }

    /// What the view shows now.
    pub fn screen(&self) -> Screen {
        self.state.screen(&self.context)
    }

    /// Takes one input and says what to do.
    ///
    /// What a person does is always answered with an [`Action::Show`], everything else when it changed the screen.
    /// `now` should not go backwards while a view is open: limits would last longer by as much.
    pub fn step(&mut self, now: UnixTime, rng: &mut dyn CryptoRng, input: Input) -> Vec<Action> {
        let before = self.screen();
        let by_person = matches!(
            input,
            Input::Submitted(_) | Input::Pressed(_) | Input::HandedOver { .. } | Input::Deselected
        );
        let tick = matches!(input, Input::Tick);

        let mut turn = Turn::new(now, rng, &self.context, &mut self.tickets);
        let state = mem::take(&mut self.state);
        self.state = match input {
            Input::Pressed(Command::Cancel) | Input::Deselected => turn.leave(state),
            // Windows has decided and the person is in or not, however long it took.
            Input::Windows(result) => turn.windows(state, result),
            // Whatever comes too late is not looked at.
            _ if state.deadline().is_some_and(|deadline| deadline <= now) => turn.time_out(state),
            Input::HandedOver { .. } if mem::replace(&mut self.handed_over, true) => state,
            input => turn.take(state, input),
        };
        let mut actions = turn.into_actions();

        let after = self.screen();
        if by_person || after != before {
            actions.insert(0, Action::Show(after));
        }
        let deadline = self.state.deadline();
        // A tick that came early has used up the alarm.
        if let Some(deadline) = deadline.filter(|_| tick || deadline != self.wake_at) {
            actions.push(Action::WakeAt(deadline));
        }
        self.wake_at = deadline;
        actions
    }
}
