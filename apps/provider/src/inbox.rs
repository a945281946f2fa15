//! What the agent has said about one view. Filled by the reader's thread, looked into by the threads of Windows.

use protocol::pipe::{QrPicture, Screen, Serialization, Turn};
use std::{
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Rung from the reader's thread when something has come.
pub(crate) type Bell = Box<dyn Fn() + Send + Sync>;

/// The agent's last word on a turn.
pub(crate) enum Answer {
    /// Draw this.
    Screen(Screen<QrPicture>),
    /// Hand this to Windows, unless something else has been said since this turn.
    Release(u32, Serialization),
    /// The view is gone: the connection has ended, or the agent will not have it.
    Gone,
}

/// What waiting came to.
pub(crate) enum Waited {
    /// An answer.
    Answered(Answer),
    /// Work goes on; the screen says what to say meanwhile.
    Busy(Option<Screen<QrPicture>>),
}

/// The letters of one view.
pub(crate) struct Inbox {
    state: Mutex<State>,
    changed: Condvar,
    bell: Bell,
}

#[derive(Default)]
struct State {
    /// The last turn of ours.
    turn: u32,
    /// A busy screen of that turn that nobody has looked at.
    busy: Option<Screen<QrPicture>>,
    /// The newest answer to it that nobody has looked at.
    answer: Option<Answer>,
    gone: bool,
}

impl Inbox {
    /// An empty one, at turn 0. `bell` is rung when something comes.
    pub(crate) fn new(bell: Bell) -> Self {
        Self { state: Mutex::default(), changed: Condvar::new(), bell }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next turn. Whatever came for earlier ones is wiped, and what still comes is not taken.
    pub(crate) fn next_turn(&self) -> u32 {
        let mut state = self.state();
        state.turn = state.turn.saturating_add(1);
        (state.busy, state.answer) = (None, None);
        state.turn
    }

    /// A screen came.
    pub(crate) fn screen(&self, turn: Turn, screen: Screen<QrPicture>) {
        let mut state = self.state();
        if turn.number != state.turn {
            return;
        }
        if screen.busy {
            state.busy = Some(screen);
        } else {
            state.answer = Some(Answer::Screen(screen));
        }
        self.tell(state);
    }

    /// A release came.
    pub(crate) fn release(&self, turn: Turn, serialization: Serialization) {
        let mut state = self.state();
        // Only that of the very last turn: after anything else that was said, an approval is void.
        if turn.number != state.turn {
            return;
        }
        state.answer = Some(Answer::Release(turn.number, serialization));
        self.tell(state);
    }

    /// The view is gone.
    pub(crate) fn end(&self) {
        let mut state = self.state();
        state.gone = true;
        // A release that nobody has taken is not worth anything any more.
        (state.busy, state.answer) = (None, None);
        self.tell(state);
    }

    fn tell(&self, state: MutexGuard<'_, State>) {
        drop(state);
        self.changed.notify_all();
        (self.bell)();
    }

    /// Whether nothing has been said since this turn, and the view is still there.
    pub(crate) fn is_last(&self, turn: u32) -> bool {
        let state = self.state();
        !state.gone && state.turn == turn
    }

    /// Whether the view is gone.
    pub(crate) fn is_gone(&self) -> bool {
        self.state().gone
    }

    /// Waits for an answer, at most for `limit`.
    pub(crate) fn wait(&self, limit: Duration) -> Waited {
        let end = Instant::now() + limit;
        let mut state = self.state();
        loop {
            if let Some(answer) = state.answer.take() {
                return Waited::Answered(answer);
            }
            if state.gone {
                return Waited::Answered(Answer::Gone);
            }
            if let Some(screen) = state.busy.take() {
                return Waited::Busy(Some(screen));
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Waited::Busy(None);
            }
            (state, _) = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// A screen that came unasked, or late. A release is left where it is: only a submission takes it.
    pub(crate) fn late_screen(&self) -> Option<Screen<QrPicture>> {
        let mut state = self.state();
        match state.answer.take() {
            Some(Answer::Screen(screen)) => Some(screen),
            other => {
                state.answer = other;
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wording::first_screen;
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    fn turn(number: u32) -> Turn {
        Turn { view: 1, number }
    }

    fn inbox() -> (Inbox, Arc<AtomicUsize>) {
        let rung = Arc::new(AtomicUsize::new(0));
        let bell = Arc::clone(&rung);
        let ring = move || {
            bell.fetch_add(1, Ordering::SeqCst);
        };
        (Inbox::new(Box::new(ring)), rung)
    }

    fn release() -> Serialization {
        Serialization::new(1, b"test").unwrap()
    }

    fn is_release(inbox: &Inbox) -> bool {
        matches!(inbox.wait(Duration::ZERO), Waited::Answered(Answer::Release(..)))
    }

    #[test]
    fn only_a_release_of_the_very_last_turn_counts() {
        let (inbox, rung) = inbox();
        assert_eq!(inbox.next_turn(), 1);
        inbox.release(turn(0), release());
        assert_eq!(rung.load(Ordering::SeqCst), 0);
        assert!(!is_release(&inbox));
        inbox.release(turn(1), release());
        assert!(is_release(&inbox));
        assert!(!is_release(&inbox));
    }

    #[test]
    fn a_release_on_its_way_is_void_once_anything_else_is_said() {
        let (inbox, _) = inbox();
        inbox.release(turn(0), release());
        inbox.next_turn();
        assert!(!is_release(&inbox));
        inbox.release(turn(0), release());
        assert!(!is_release(&inbox));
    }

    #[test]
    fn a_release_that_was_taken_is_void_once_anything_else_is_said_or_the_connection_is_gone() {
        let (inbox, _) = inbox();
        let turn_number = inbox.next_turn();
        inbox.release(turn(turn_number), release());
        let Waited::Answered(Answer::Release(of, _)) = inbox.wait(Duration::ZERO) else {
            panic!("a release")
        };
        assert!(of == turn_number && inbox.is_last(of));
        inbox.next_turn();
        assert!(!inbox.is_last(of));
        let of = inbox.next_turn();
        assert!(inbox.is_last(of));
        inbox.end();
        assert!(!inbox.is_last(of));
    }

    #[test]
    fn a_release_dies_with_the_connection() {
        let (inbox, _) = inbox();
        inbox.release(turn(0), release());
        inbox.end();
        assert!(matches!(inbox.wait(Duration::ZERO), Waited::Answered(Answer::Gone)));
    }

    #[test]
    fn a_screen_after_a_release_takes_its_place() {
        let (inbox, rung) = inbox();
        inbox.release(turn(0), release());
        inbox.screen(turn(0), first_screen(None));
        assert!(inbox.late_screen().is_some());
        assert!(!is_release(&inbox));
        assert_eq!(rung.load(Ordering::SeqCst), 2);
    }

    #[test]
    fn a_busy_screen_is_no_answer() {
        let (inbox, _) = inbox();
        inbox.screen(turn(0), Screen { busy: true, ..first_screen(None) });
        assert!(inbox.late_screen().is_none());
        assert!(matches!(inbox.wait(Duration::ZERO), Waited::Busy(Some(_))));
        assert!(matches!(inbox.wait(Duration::from_millis(1)), Waited::Busy(None)));
    }
}
