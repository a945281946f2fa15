//! One tile: what it shows, what was typed into it, and what it says to the agent.
//!
//! Everything that draws runs on the thread of the sign-in screen. Only [`Tile::connect`] runs on another one, and draws
//! nothing. No lock is held while Windows is called: Windows calls back.

use crate::{
    bitmap::bitmap,
    drawing,
    fields::{Change, Clear, Id, Inputs, Looks, Shape, changes, looks},
    guard::Health,
    here,
    inbox::{Answer, Waited},
    link::{LINK, View},
    memory::Wide,
    post,
    qr_window::{Content, QrWindow},
    wording::{Voice, Weight, first_screen, weight},
};
use model::{Command, Field, Reason, Secret};
use protocol::pipe::{QrPicture, Scene, Screen, Serialization, ToAgent, User, View as Fields};
use std::{
    ffi::c_void,
    rc::Rc,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, AtomicPtr, Ordering},
    },
    time::{Duration, Instant},
};
use windows::Win32::{
    Foundation::HWND,
    Graphics::Gdi::{DeleteObject, HBITMAP},
    UI::Shell::{
        CPFIS_FOCUSED, CPFS_DISPLAY_IN_BOTH, CPFS_DISPLAY_IN_SELECTED_TILE, CPFS_HIDDEN,
        CREDENTIAL_PROVIDER_FIELD_STATE as FieldState, ICredentialProviderCredential,
        ICredentialProviderCredentialEvents, ICredentialProviderCredentialEvents2,
    },
};
use windows_core::Interface;

/// How long one look at Cancel and the next are apart.
const SLICE: Duration = Duration::from_millis(50);
/// The agent gives up a server before that; this is for an agent that hangs. Cancel works all the time.
const CONNECT_LIMIT: Duration = Duration::from_secs(60);
/// On the thread of the sign-in screen, where nobody can cancel.
const SUBMIT_LIMIT: Duration = Duration::from_secs(15);
/// A command is answered by the agent alone, as a rule; what takes longer is drawn when it comes.
const COMMAND_LIMIT: Duration = Duration::from_millis(150);
/// The agent answers what Windows said without asking anybody.
const RESULT_LIMIT: Duration = Duration::from_secs(1);

/// Whose tile it is, and how it begins.
pub(crate) struct Origin {
    user: Option<User>,
    handed_over: Option<Serialization>,
}

impl Origin {
    /// The tile of a user whom Windows lists.
    pub(crate) fn user(user: User) -> Self {
        Self { user: Some(user), handed_over: None }
    }

    /// The tile of whoever types a name.
    pub(crate) fn anybody() -> Self {
        Self { user: None, handed_over: None }
    }

    /// The tile that stands alone; with what Remote Desktop brought, if it did.
    pub(crate) fn handed_over(handed_over: Option<Serialization>) -> Self {
        Self { user: None, handed_over }
    }
}

/// See the module.
pub(crate) struct Tile {
    pub(crate) health: Health,
    myself: Weak<Self>,
    scene: Scene,
    voice: Voice,
    user: Option<User>,
    /// The COM object of this tile, not counted; null while nobody listens.
    object: AtomicPtr<c_void>,
    /// Whether somebody waits for an answer. Then nobody else takes it.
    submitting: AtomicBool,
    /// Whether what was typed has been sent, and is still to be taken away on the screen.
    to_clear: AtomicBool,
    /// Whether it shows that the agent is starting, and is told when that has changed.
    waiting: AtomicBool,
    post: post::Place,
    state: Mutex<State>,
}

struct State {
    /// Counts up whenever the person turns away; what was begun before is void then. In here, so that what was typed is
    /// taken either before or after what they typed is forgotten, and never in between.
    turned_away: usize,
    events: Option<Events>,
    view: Option<Arc<View>>,
    handed_over: Option<Serialization>,
    inputs: Inputs,
    /// What a submission came to, until Windows asks for it.
    outcome: Option<Outcome>,
    screen: Screen<QrPicture>,
    looks: Looks,
    app_shown: bool,
    window: Option<QrWindow>,
    /// Whether Windows has credentials of ours that it has said nothing about.
    released: bool,
}

/// Windows' end of the tile.
#[derive(Clone)]
struct Events(ICredentialProviderCredentialEvents);

// SAFETY: it is called and let go on the thread of the sign-in screen only, which gave it in `advise`. The other thread
// that has the tile, in `connect`, does not touch it.
unsafe impl Send for Events {}

/// The right to wait for an answer, given back on drop. Of two who wait at once each would wait for what the other was
/// given.
struct Claim<'a>(&'a AtomicBool);

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

/// What a submission came to.
pub(crate) enum Outcome {
    /// Hand this to Windows, as long as nothing has been said in this view since this turn.
    Release { view: Arc<View>, turn: u32, serialization: Serialization },
    /// Draw this.
    Screen(Screen<QrPicture>),
}

/// What Windows is told about a submission.
pub(crate) enum Told {
    /// The credentials to go on with.
    Credentials(Serialization),
    /// A message for the person, if there is one.
    Message(Option<(String, Weight)>),
}

impl Tile {
    pub(crate) fn new(scene: Scene, voice: Voice, origin: Origin, reason: Option<Reason>) -> Arc<Self> {
        let screen = first_screen(reason);
        let shape = Shape { knows_user: origin.user.is_some(), app_shown: false };
        let looks = looks(&screen, shape, voice);
        let state = State {
            turned_away: 0,
            events: None,
            view: None,
            handed_over: origin.handed_over,
            inputs: Inputs::default(),
            outcome: None,
            screen,
            looks,
            app_shown: false,
            window: None,
            released: false,
        };
        Arc::new_cyclic(|myself| Self {
            health: Health::default(),
            myself: Weak::clone(myself),
            scene,
            voice,
            user: origin.user,
            object: AtomicPtr::default(),
            submitting: AtomicBool::new(false),
            to_clear: AtomicBool::new(false),
            waiting: AtomicBool::new(false),
            post: post::Place::default(),
            state: Mutex::new(state),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn shape(&self, state: &State) -> Shape {
        Shape { knows_user: self.user.is_some(), app_shown: state.app_shown }
    }

    // ---- what Windows tells ----

    /// Windows listens from now on. `object` is the COM object of this tile.
    pub(crate) fn advise(&self, events: ICredentialProviderCredentialEvents, object: *mut c_void) {
        let old = self.state().events.replace(Events(events));
        drop(old);
        self.object.store(object, Ordering::SeqCst);
        let tile = Weak::clone(&self.myself);
        let handler = move || {
            if let Some(tile) = tile.upgrade() {
                tile.health.guarded(|| tile.refresh());
            }
        };
        post::open(&self.post, Rc::new(handler));
    }

    /// The view is gone: nothing of it stays.
    pub(crate) fn unadvise(&self) {
        post::close(&self.post);
        self.object.store(std::ptr::null_mut(), Ordering::SeqCst);
        let (events, view, window) = {
            let mut state = self.state();
            state.turned_away += 1;
            state.inputs.forget();
            (state.outcome, state.handed_over) = (None, None);
            self.reset(&mut state, None);
            (state.events.take(), state.view.take(), state.window.take())
        };
        // Each of them calls Windows or the agent as it goes.
        drop(window);
        drop(view);
        drop(events);
    }

    /// Somebody chose the tile: the agent is told.
    pub(crate) fn selected(&self) {
        if self.open_view().is_none() {
            let reason = away();
            self.show(first_screen(Some(reason)), Clear::Nothing);
            // At the start of a PC the tile is there before the agent is.
            if reason == Reason::Starting && !self.waiting.swap(true, Ordering::SeqCst) {
                LINK.ring_when_open(Arc::clone(&self.post));
            }
        }
        self.refresh();
    }

    /// The tile was left: whatever was typed or approved is void.
    pub(crate) fn deselected(&self) {
        let view = {
            let mut state = self.state();
            state.turned_away += 1;
            state.inputs.forget();
            state.outcome = None;
            state.view.clone()
        };
        if let Some(view) = view {
            view.say(|turn| ToAgent::Deselected { turn });
        }
        self.show(first_screen(None), Clear::All);
    }

    /// Something was typed. `false`: that is no field to type into.
    pub(crate) fn typed(&self, id: Id, text: Secret) -> bool {
        let Id::Input(field) = id else { return false };
        self.state().inputs.set(field, text);
        true
    }

    /// A link was pressed.
    pub(crate) fn pressed(&self, command: Command) {
        if command == Command::GetTheApp {
            // Nothing to ask the agent: the address came with the screen.
            self.change(|state| state.app_shown = !state.app_shown, Clear::Nothing);
            return;
        }
        if command == Command::HideQr {
            self.hide_qr();
        }
        let view = {
            let mut state = self.state();
            // Approved and not yet handed over: whoever presses something then does not want that any more.
            state.outcome = None;
            state.view.clone()
        };
        // While a submission is under way, the answer is the submission's.
        let mine = self.claim();
        let said = view.is_some_and(|view| {
            let said = view.say(|turn| ToAgent::Pressed { turn, command });
            if said
                && mine.is_some()
                && let Waited::Answered(Answer::Screen(screen)) = wait(&view, COMMAND_LIMIT)
            {
                self.show(screen, if command == Command::Cancel { Clear::Secrets } else { Clear::Nothing });
            }
            said
        });
        drop(mine);
        if !said {
            self.show(first_screen(Some(away())), Clear::Secrets);
        }
    }

    // ---- submissions ----

    /// Sends what was typed and waits, in whatever thread Windows likes. `progress` is told what to say and says whether to go on. `false`: it said no.
    pub(crate) fn connect(&self, progress: &mut dyn FnMut(Option<&str>) -> bool) -> bool {
        let Some(mine) = self.claim() else { return false };
        let turned_away = {
            let mut state = self.state();
            // What was approved before and not handed over is void: whoever submits anew goes on from there.
            state.outcome = None;
            state.turned_away
        };
        let outcome = self.submit(turned_away, progress, CONNECT_LIMIT);
        let cancelled = outcome.is_none();
        {
            let mut state = self.state();
            // Turning away is either seen here, or it takes this away.
            let still_here = state.turned_away == turned_away;
            state.outcome = outcome.filter(|_| still_here);
        }
        // First of all: nothing is drawn while somebody waits.
        drop(mine);
        if cancelled {
            // Windows asks for no outcome then, and this thread may not draw.
            self.to_clear.store(true, Ordering::SeqCst);
            post::ring(&self.post);
        }
        !cancelled
    }

    /// What the submission came to; makes it now if `connect` did not.
    pub(crate) fn take_outcome(&self) -> Told {
        // Another submission is under way: its answer must not be taken from it.
        let Some(mine) = self.claim() else { return Told::Message(None) };
        let (outcome, turned_away) = {
            let mut state = self.state();
            (state.outcome.take(), state.turned_away)
        };
        let outcome = outcome.or_else(|| self.submit(turned_away, &mut |_| true, SUBMIT_LIMIT));
        let Some(Outcome::Release { view, turn, serialization }) = outcome else {
            drop(mine);
            return match outcome {
                Some(Outcome::Screen(screen)) => self.told(screen),
                _ => Told::Message(None),
            };
        };
        let late = view.inbox().late_screen();
        let holds = late.is_none() && view.inbox().is_last(turn) && self.is_view(&view);
        drop(mine);
        match late {
            _ if holds => {
                self.hide_qr();
                self.state().released = true;
                Told::Credentials(serialization)
            }
            // Something was said after the release, or the connection that brought it is gone: it is void.
            Some(screen) => self.told(screen),
            None if view.inbox().is_gone() => self.told(first_screen(Some(away()))),
            // The answer to what was said is on its way, and drawn when it comes.
            None => Told::Message(None),
        }
    }

    fn is_view(&self, view: &Arc<View>) -> bool {
        self.state().view.as_ref().is_some_and(|known| Arc::ptr_eq(known, view))
    }

    fn told(&self, screen: Screen<QrPicture>) -> Told {
        let message =
            screen.message.as_ref().map(|message| (self.voice.line(&screen), weight(message.reason)));
        self.show(screen, Clear::Secrets);
        self.refresh();
        // What only says how to go on is in the tile; a message would have to be confirmed first.
        Told::Message(message.filter(|(_, weight)| *weight != Weight::Prompt))
    }

    fn claim(&self) -> Option<Claim<'_>> {
        (!self.submitting.swap(true, Ordering::SeqCst)).then(|| Claim(&self.submitting))
    }

    /// `turned_away` is what was counted when it began. `None`: the person cancelled, or turned away.
    fn submit(
        &self,
        turned_away: usize,
        progress: &mut dyn FnMut(Option<&str>) -> bool,
        limit: Duration,
    ) -> Option<Outcome> {
        let outcome = self.submit_and_wait(turned_away, progress, limit);
        // Turned away meanwhile, in another thread: what was approved is void.
        outcome.filter(|_| self.state().turned_away == turned_away)
    }

    fn submit_and_wait(
        &self,
        turned_away: usize,
        progress: &mut dyn FnMut(Option<&str>) -> bool,
        limit: Duration,
    ) -> Option<Outcome> {
        let lost = |reason| Some(Outcome::Screen(first_screen(Some(reason))));
        let end = Instant::now() + limit;
        let (known, shown) = {
            let state = self.state();
            (state.view.is_some(), state.screen.view)
        };
        let Some(view) = self.open_view() else { return lost(away()) };
        let (typed, handed_over) = {
            let mut state = self.state();
            if state.turned_away != turned_away {
                return None;
            }
            // A view that was lost starts anew: a code typed into the old one is of no use to it.
            if shown != Fields::Password && (!known || state.screen.view != shown) {
                return lost(Reason::ComponentFailed);
            }
            let typed = state.inputs.typed(shown, self.shape(&state));
            state.inputs.forget_secrets();
            (typed, state.handed_over.take())
        };
        let said = view.say(|turn| match handed_over {
            Some(serialization) => ToAgent::HandedOver { turn, serialization },
            None => ToAgent::Submitted { turn, typed },
        });
        if !said {
            return lost(Reason::ComponentFailed);
        }
        let mut said = self.voice.line(&first_screen(Some(Reason::Working)));
        progress(Some(&said));
        while Instant::now() < end {
            match view.inbox().wait(SLICE) {
                Waited::Answered(Answer::Release(turn, serialization)) => {
                    return Some(Outcome::Release { view, turn, serialization });
                }
                Waited::Answered(Answer::Screen(screen)) => return Some(Outcome::Screen(screen)),
                Waited::Answered(Answer::Gone) => return lost(Reason::ComponentFailed),
                Waited::Busy(screen) => {
                    let line = screen.map(|screen| self.voice.line(&screen));
                    let line = line.filter(|line| !line.is_empty() && *line != said);
                    let go_on = progress(line.as_deref());
                    said = line.unwrap_or(said);
                    if self.state().turned_away != turned_away {
                        // The agent has been told.
                        return None;
                    }
                    if !go_on {
                        view.say(|turn| ToAgent::Pressed { turn, command: Command::Cancel });
                        return None;
                    }
                }
            }
        }
        view.say(|turn| ToAgent::Pressed { turn, command: Command::Cancel });
        lost(Reason::ComponentFailed)
    }

    /// What Windows made of the credentials. The text of the answer, when there is one.
    pub(crate) fn result(&self, status: u32, substatus: u32) -> Option<(String, Weight)> {
        let view = {
            let mut state = self.state();
            state.inputs.forget_secrets();
            (state.outcome, state.handed_over) = (None, None);
            if !std::mem::take(&mut state.released) {
                // About credentials that are none of ours; the agent knows of none either, and would not answer.
                return None;
            }
            state.view.clone()
        };
        let mine = self.claim();
        let said =
            view.as_ref().is_some_and(|view| view.say(|turn| ToAgent::Windows { turn, status, substatus }));
        let answered =
            view.filter(|_| said && mine.is_some() && status != 0).map(|view| wait(&view, RESULT_LIMIT));
        drop(mine);
        if status == 0 {
            self.hide_qr();
            return None;
        }
        let screen = match answered {
            Some(Waited::Answered(Answer::Screen(screen))) => screen,
            _ => first_screen(Some(Reason::WindowsRefused)),
        };
        let reason = screen.message.as_ref().map(|message| message.reason);
        let mut text = self.voice.line(&screen);
        if reason == Some(Reason::WindowsRefused) {
            let windows = here::windows_text(if substatus == 0 { status } else { substatus });
            if !windows.is_empty() {
                text.push(' ');
                text.push_str(&windows);
            }
        }
        self.show(screen, Clear::Secrets);
        reason.filter(|_| !text.is_empty()).map(|reason| (text, weight(reason)))
    }

    /// The view as the agent knows it; told of it now if it was not, or lost it. `None`: the agent is away.
    fn open_view(&self) -> Option<Arc<View>> {
        let known = self.state().view.clone();
        if let Some(view) = known.filter(|view| !view.inbox().is_gone()) {
            return Some(view);
        }
        let place = Arc::clone(&self.post);
        let bell = Box::new(move || post::ring(&place));
        let view = LINK.view(self.scene, self.user.clone(), here::language_tag(), bell).map(Arc::new);
        let old = std::mem::replace(&mut self.state().view, view.clone());
        drop(old);
        view
    }

    // ---- what is shown ----

    /// Whether the field is there, and whether the cursor is in it.
    pub(crate) fn field_state(&self, id: Id) -> (FieldState, bool) {
        let state = self.state();
        let look = state.looks.get(id.place());
        (field_state(id, look.is_some_and(|look| look.visible)), look.is_some_and(|look| look.focused))
    }

    /// The text of a field. Of what was typed only the name is ever given back.
    pub(crate) fn text(&self, id: Id) -> Secret {
        let state = self.state();
        match id {
            Id::Input(Field::UserName) => {
                Secret::from_text(state.inputs.user_name().unwrap_or_default().to_owned())
            }
            _ => state.looks.get(id.place()).map(|look| look.text.duplicate()).unwrap_or_default(),
        }
    }

    /// The logo or the QR code, for Windows to keep.
    pub(crate) fn picture(&self) -> Option<HBITMAP> {
        let pixels = {
            let state = self.state();
            match qr_of(&state.screen) {
                Some(picture) => drawing::qr(picture),
                None => drawing::mark(),
            }
        };
        bitmap(&pixels)
    }

    /// The field that the arrow is beside.
    pub(crate) fn submit_beside(&self) -> u32 {
        let state = self.state();
        let last = crate::fields::inputs(state.screen.view, self.shape(&state)).last();
        last.map_or(0, |field| Id::Input(field).number())
    }

    /// Draws what came late, and what came unasked.
    pub(crate) fn refresh(&self) {
        if self.submitting.load(Ordering::SeqCst) {
            return;
        }
        if self.to_clear.swap(false, Ordering::SeqCst) {
            self.change(|_| {}, Clear::Secrets);
        }
        if self.waiting.load(Ordering::SeqCst) && LINK.is_open() {
            self.waiting.store(false, Ordering::SeqCst);
            // Its first screen comes by itself, and takes the place of what is said now.
            let _ = self.open_view();
        }
        let (view, has_outcome) = {
            let state = self.state();
            (state.view.clone(), state.outcome.is_some())
        };
        // Windows is about to ask for an outcome, and looks into the inbox then.
        let Some(view) = view.filter(|_| !has_outcome) else { return };
        if let Some(screen) = view.inbox().late_screen() {
            self.show(screen, Clear::Nothing);
        } else if view.inbox().is_gone() {
            let old = self.state().view.take();
            drop(old);
            self.show(first_screen(Some(Reason::ComponentFailed)), Clear::Secrets);
        }
    }

    /// The tile has failed: nothing of the sign-in stays, and the person is told.
    pub(crate) fn show_broken(&self) {
        let view = {
            let mut state = self.state();
            state.turned_away += 1;
            state.inputs.forget_secrets();
            (state.outcome, state.handed_over) = (None, None);
            state.view.take()
        };
        drop(view);
        self.show(first_screen(Some(Reason::ComponentFailed)), Clear::Secrets);
    }

    fn hide_qr(&self) {
        let shown = qr_of(&self.state().screen).is_some() || self.state().window.is_some();
        if shown {
            let hide = |state: &mut State| {
                if let Some(enrollment) = &mut state.screen.enrollment {
                    (enrollment.qr, enrollment.key) = (None, None);
                }
            };
            self.change(hide, Clear::Nothing);
        }
    }

    fn show(&self, screen: Screen<QrPicture>, clear: Clear) {
        let change = |state: &mut State| {
            state.app_shown &= screen.view == Fields::Enroll;
            state.screen = screen;
        };
        self.change(change, clear);
    }

    fn reset(&self, state: &mut State, reason: Option<Reason>) {
        state.screen = first_screen(reason);
        state.app_shown = false;
        state.looks = looks(&state.screen, self.shape(state), self.voice);
    }

    /// Changes what is shown and tells Windows what differs.
    fn change(&self, change: impl FnOnce(&mut State), clear: Clear) {
        let (events, list, new_picture, old_window, content) = {
            let mut state = self.state();
            let had = Content::of(&state.screen);
            change(&mut state);
            let new = looks(&state.screen, self.shape(&state), self.voice);
            let list = changes(&state.looks, &new, clear);
            state.looks = new;
            if clear != Clear::Nothing {
                state.inputs.forget_secrets();
            }
            let has = Content::of(&state.screen);
            let differs = had != has;
            let old_window = if differs { state.window.take() } else { None };
            (state.events.clone(), list, differs, old_window, has.filter(|_| differs))
        };
        // First away with what is secret.
        drop(old_window);
        let Some(Events(events)) = events else { return };
        self.draw(&events, &list, new_picture);
        if let Some(content) = content {
            self.open_window(&events, content);
        }
    }

    fn draw(&self, events: &ICredentialProviderCredentialEvents, list: &[Change], new_picture: bool) {
        let object = self.object.load(Ordering::SeqCst);
        // SAFETY: it is null, or the COM object that has this tile: `unadvise` takes it away before it goes.
        let Some(tile) = (unsafe { ICredentialProviderCredential::from_raw_borrowed(&object) }) else {
            return;
        };
        let together = events.cast::<ICredentialProviderCredentialEvents2>().ok();
        // What Windows answers is not looked at: there is no other way to show it.
        if let Some(together) = &together {
            // SAFETY: Windows' interface, on its own thread.
            let _ = unsafe { together.BeginFieldUpdates() };
        }
        for change in list {
            // SAFETY: as above; `tile` is the object that was advised, and texts end with a zero.
            let _ = unsafe {
                match change {
                    Change::Visible(id, visible) => {
                        events.SetFieldState(tile, id.number(), field_state(*id, *visible))
                    }
                    Change::Text(id, text) => {
                        let text = Wide::new(text.expose_text().unwrap_or_default());
                        events.SetFieldString(tile, id.number(), text.pointer())
                    }
                    Change::Focus(field) => {
                        events.SetFieldInteractiveState(tile, Id::Input(*field).number(), CPFIS_FOCUSED)
                    }
                    Change::SubmitBeside(field) => {
                        events.SetFieldSubmitButton(tile, Id::Submit.number(), Id::Input(*field).number())
                    }
                }
            };
        }
        if new_picture && let Some(bitmap) = self.picture() {
            // SAFETY: as above. Windows keeps the bitmap, unless it says that it does not want it.
            if unsafe { events.SetFieldBitmap(tile, Id::Picture.number(), bitmap) }.is_err() {
                // SAFETY: nobody has it then.
                let _ = unsafe { DeleteObject(bitmap.into()) };
            }
        }
        if let Some(together) = &together {
            // SAFETY: as above.
            let _ = unsafe { together.EndFieldUpdates() };
        }
    }

    fn open_window(&self, events: &ICredentialProviderCredentialEvents, content: Content) {
        // SAFETY: Windows' interface, on its own thread. Without a window to belong to there is only the tile's picture.
        let owner: HWND = unsafe { events.OnCreatingWindow() }.unwrap_or_default();
        let window = QrWindow::open(owner, content, self.voice, self.window_closed());
        let old = std::mem::replace(&mut self.state().window, window);
        drop(old);
    }

    /// What is done when the person closes the window: the QR code goes from the tile too.
    fn window_closed(&self) -> Rc<dyn Fn()> {
        let tile = Weak::clone(&self.myself);
        Rc::new(move || {
            if let Some(tile) = tile.upgrade() {
                tile.health.guarded(|| tile.pressed(Command::HideQr));
            }
        })
    }
}

fn wait(view: &View, limit: Duration) -> Waited {
    let end = Instant::now() + limit;
    loop {
        let left = end.saturating_duration_since(Instant::now());
        match view.inbox().wait(left) {
            Waited::Busy(Some(_)) => {}
            other => return other,
        }
    }
}

/// What to say when no agent answers: at first it may be starting.
pub(crate) fn away() -> Reason {
    if LINK.was_open() { Reason::ComponentFailed } else { Reason::Starting }
}

fn qr_of(screen: &Screen<QrPicture>) -> Option<&QrPicture> {
    screen.enrollment.as_ref().and_then(|enrollment| enrollment.qr.as_ref())
}

fn field_state(id: Id, visible: bool) -> FieldState {
    match id {
        _ if !visible => CPFS_HIDDEN,
        Id::Picture | Id::Title => CPFS_DISPLAY_IN_BOTH,
        _ => CPFS_DISPLAY_IN_SELECTED_TILE,
    }
}
