//! The one connection of this process to the agent. A thread reads; whoever has something to say writes.

use crate::{
    guard::guarded,
    inbox::{Bell, Inbox},
    pipe::Pipe,
    post,
};
use protocol::{
    frame::Decoder,
    pipe::{Applies, Scene, ToAgent, ToProvider, Turn, User},
};
use std::{
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use windows::Win32::{
    Foundation::HMODULE,
    System::LibraryLoader::{
        GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, GET_MODULE_HANDLE_EX_FLAG_PIN, GetModuleHandleExW,
    },
};
use windows_core::PCWSTR;
use zeroize::{Zeroize, Zeroizing};

/// Without an answer within this time the agent counts as away.
const PATIENCE: Duration = Duration::from_millis(500);
/// The pipe takes a frame at once, unless the agent hangs.
const WRITE_LIMIT: Duration = Duration::from_millis(500);
/// More than most frames; a longer one comes in pieces.
const PIECE: usize = 8 * 1024;

/// The connection of this process.
pub(crate) static LINK: Link = Link { state: Mutex::new(State::NEW), changed: Condvar::new() };

static NEXT_VIEW: AtomicU64 = AtomicU64::new(1);

/// See the module.
pub(crate) struct Link {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    /// Whether a thread is opening the pipe.
    trying: bool,
    was_open: bool,
    connection: Option<Arc<Connection>>,
    next_request: u32,
    /// Answers that nobody has taken yet; at most one for each question that waits.
    applies: Vec<(u32, Applies)>,
    asking: Vec<u32>,
    views: Vec<(u64, Arc<Inbox>)>,
    /// Who wants to hear when the agent is there. INVARIANT: while there is somebody, a thread tries.
    waiting: Vec<post::Place>,
}

struct Connection {
    pipe: Pipe,
    writing: Mutex<()>,
}

/// A view that the agent has been told of.
pub(crate) struct View {
    id: u64,
    connection: Arc<Connection>,
    inbox: Arc<Inbox>,
    /// Held from the number of a turn until it is on its way.
    speaking: Mutex<()>,
}

impl State {
    const NEW: Self = Self {
        trying: false,
        was_open: false,
        connection: None,
        next_request: 1,
        applies: Vec::new(),
        asking: Vec::new(),
        views: Vec::new(),
        waiting: Vec::new(),
    };
}

impl Link {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens the connection, if it is not open: first thing when the module is asked for anything, so that the agent can
    /// tell a sign-in screen that breaks from one that ends.
    pub(crate) fn open(&'static self) {
        let _ = self.connection(Instant::now() + PATIENCE);
    }

    /// Whether it ever was open.
    pub(crate) fn was_open(&self) -> bool {
        self.state().was_open
    }

    /// Whether it is open now.
    pub(crate) fn is_open(&self) -> bool {
        self.state().connection.is_some()
    }

    /// Rings there once the agent, which is starting, is there; tries until then, or until nobody listens any more.
    pub(crate) fn ring_when_open(&'static self, place: post::Place) {
        let mut state = self.state();
        let is_first = state.waiting.is_empty();
        state.waiting.push(place);
        drop(state);
        // Without a thread it is noticed when somebody does something.
        if is_first && !start(|| LINK.keep_trying()) {
            self.state().waiting.clear();
        }
    }

    fn keep_trying(&'static self) {
        loop {
            std::thread::sleep(PATIENCE);
            let is_open = self.connection(Instant::now() + PATIENCE).is_some();
            let ready = {
                let mut state = self.state();
                state.waiting.retain(|place| place.load(Ordering::SeqCst) != 0);
                if !is_open && !state.waiting.is_empty() {
                    continue;
                }
                std::mem::take(&mut state.waiting)
            };
            ready.iter().for_each(post::ring);
            return;
        }
    }

    fn connection(&'static self, end: Instant) -> Option<Arc<Connection>> {
        let mut state = self.state();
        if state.connection.is_none() && !state.trying {
            // Set before the thread starts, which takes it back.
            state.trying = true;
            drop(state);
            if !start_reader() {
                self.state().trying = false;
                return None;
            }
            state = self.state();
        }
        while state.trying {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return None;
            }
            (state, _) = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner);
        }
        state.connection.clone()
    }

    /// What applies there? `None`: the agent is away.
    pub(crate) fn applies(&'static self, scene: Scene) -> Option<Applies> {
        let end = Instant::now() + PATIENCE;
        let connection = self.connection(end)?;
        let request = {
            let mut state = self.state();
            let request = state.next_request;
            state.next_request = request.wrapping_add(1);
            state.asking.push(request);
            request
        };
        let answer = connection
            .send(&ToAgent::Applies { request, scene })
            .then(|| self.answer(request, end))
            .flatten();
        let mut state = self.state();
        state.asking.retain(|asked| *asked != request);
        state.applies.retain(|(asked, _)| *asked != request);
        answer
    }

    fn answer(&self, request: u32, end: Instant) -> Option<Applies> {
        let mut state = self.state();
        loop {
            if let Some(place) = state.applies.iter().position(|(asked, _)| *asked == request) {
                return Some(state.applies.swap_remove(place).1);
            }
            let left = end.saturating_duration_since(Instant::now());
            if state.connection.is_none() || left.is_zero() {
                return None;
            }
            (state, _) = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Tells the agent that a tile was chosen. `None`: it is away.
    pub(crate) fn view(
        &'static self,
        scene: Scene,
        user: Option<User>,
        language: String,
        bell: Bell,
    ) -> Option<View> {
        let connection = self.connection(Instant::now() + PATIENCE)?;
        let id = NEXT_VIEW.fetch_add(1, Ordering::SeqCst);
        let inbox = Arc::new(Inbox::new(bell));
        self.state().views.push((id, Arc::clone(&inbox)));
        let view = View { id, connection, inbox, speaking: Mutex::new(()) };
        view.connection.send(&ToAgent::Open { view: id, scene, user, language }).then_some(view)
    }

    /// Something came.
    fn receive(&self, message: ToProvider) {
        let inbox = |view| {
            let state = self.state();
            state.views.iter().find(|(known, _)| *known == view).map(|(_, inbox)| Arc::clone(inbox))
        };
        match message {
            ToProvider::Applies { request, applies } => {
                let mut state = self.state();
                if state.asking.contains(&request) {
                    state.applies.push((request, applies));
                }
                drop(state);
                self.changed.notify_all();
            }
            // What is said of a view that is closed meanwhile is wiped.
            ToProvider::Screen { turn, screen } => {
                if let Some(inbox) = inbox(turn.view) {
                    inbox.screen(turn, screen);
                }
            }
            ToProvider::Release { turn, serialization } => {
                if let Some(inbox) = inbox(turn.view) {
                    inbox.release(turn, serialization);
                }
            }
            ToProvider::Refused { view } => {
                if let Some(inbox) = inbox(view) {
                    inbox.end();
                }
            }
        }
    }

    /// The reader's thread: opens, reads until the connection ends, and ends every view with it.
    fn run(&'static self) {
        let connection = Pipe::open().map(|pipe| Arc::new(Connection { pipe, writing: Mutex::new(()) }));
        {
            let mut state = self.state();
            state.was_open |= connection.is_some();
            state.connection.clone_from(&connection);
            state.trying = false;
        }
        self.changed.notify_all();
        if let Some(connection) = connection {
            // A message that makes this panic ends the connection like one that is no message.
            let _ = guarded(|| self.read(&connection));
            self.ended();
        }
    }

    fn read(&self, connection: &Connection) {
        let mut decoder = Decoder::new();
        let mut buffer = Zeroizing::new(vec![0; PIECE]);
        while let Some(count) = connection.pipe.read(&mut buffer) {
            let mut input = buffer.get(..count).unwrap_or_default();
            loop {
                match decoder.push(&mut input) {
                    Ok(Some(payload)) => match ToProvider::decode(&payload) {
                        Ok(message) => self.receive(message),
                        Err(_) => return,
                    },
                    Ok(None) => break,
                    Err(_) => return,
                }
            }
            // A release may have been in it, and the next piece may be hours away.
            buffer.zeroize();
            buffer.resize(PIECE, 0);
        }
    }

    fn ended(&self) {
        let views = {
            let mut state = self.state();
            state.connection = None;
            state.trying = false;
            state.applies.clear();
            std::mem::take(&mut state.views)
        };
        self.changed.notify_all();
        for (_, inbox) in views {
            inbox.end();
        }
    }

    fn forget(&self, view: u64) {
        self.state().views.retain(|(known, _)| *known != view);
    }
}

impl Connection {
    /// `false`: the connection is broken, and ends.
    fn send(&self, message: &ToAgent) -> bool {
        let Ok(frame) = message.encode() else { return false };
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let sent = self.pipe.write(frame.expose(), WRITE_LIMIT);
        if !sent {
            // Part of a frame may be in the pipe: nothing after it would be understood.
            self.pipe.end();
        }
        sent
    }
}

impl View {
    /// Says something, in a new turn. `false`: the view is gone.
    pub(crate) fn say(&self, message: impl FnOnce(Turn) -> ToAgent) -> bool {
        // Of two threads that speak at once the one with the later turn must not be heard first: the agent would answer
        // the earlier one, and nobody takes that answer any more.
        let speaking = self.speaking.lock().unwrap_or_else(PoisonError::into_inner);
        let number = self.inbox.next_turn();
        let said = self.connection.send(&message(Turn { view: self.id, number }));
        drop(speaking);
        if !said {
            self.inbox.end();
        }
        said && !self.inbox.is_gone()
    }

    /// What the agent says of it.
    pub(crate) fn inbox(&self) -> &Arc<Inbox> {
        &self.inbox
    }
}

impl Drop for View {
    fn drop(&mut self) {
        LINK.forget(self.id);
        if !self.inbox.is_gone() {
            self.connection.send(&ToAgent::Closed { view: self.id });
        }
    }
}

/// Keeps this module in memory from now on: a thread and a window class of ours must not lose the code they run.
pub(crate) fn pin_module() -> bool {
    let mut module = HMODULE::default();
    let address = PCWSTR((&raw const LINK).cast());
    let flags = GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN;
    // SAFETY: the address is in this module, and `module` outlives the call.
    unsafe { GetModuleHandleExW(flags, address, &mut module) }.is_ok()
}

fn start_reader() -> bool {
    start(|| {
        if guarded(|| LINK.run()).is_none() {
            LINK.ended();
        }
    })
}

fn start(body: fn()) -> bool {
    let body = move || {
        // What is left of it when it fails is somebody else's to notice.
        let _ = guarded(body);
    };
    std::thread::Builder::new().name("countersign".into()).spawn(body).is_ok()
}
