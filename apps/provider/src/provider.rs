//! The provider: which tiles there are, and in which scenario.

use crate::{
    com::{Credential, Provider, Provider_Impl, SetUsers, SetUsers_Impl},
    credential::{OtherTile, OwnTile},
    fields::{ALL, Id},
    filter::{applies_without_agent, clsid, kind_of, unpacked},
    guard::{Counted, Health},
    here,
    link::LINK,
    memory::{put, take_text, text_to_give},
    tile::{Origin, Tile, away},
    wording::Voice,
};
use model::{Field, Reason, SignInKind};
use protocol::pipe::{Applies, Scene, Serialization, User};
use std::{
    ffi::c_void,
    ptr,
    sync::{Mutex, MutexGuard, PoisonError},
};
use windows::Win32::{
    Foundation::{E_INVALIDARG, E_NOTIMPL, E_OUTOFMEMORY, E_POINTER, E_UNEXPECTED, PROPERTYKEY, S_OK},
    System::Com::{CoTaskMemAlloc, CoTaskMemFree},
    UI::Shell::{
        CPAO_EMPTY_CONNECTED, CPAO_EMPTY_LOCAL, CPFG_CREDENTIAL_PROVIDER_LABEL,
        CPFG_CREDENTIAL_PROVIDER_LOGO, CPFG_LOGON_PASSWORD, CPFG_LOGON_USERNAME, CPFT_COMMAND_LINK,
        CPFT_EDIT_TEXT, CPFT_LARGE_TEXT, CPFT_PASSWORD_TEXT, CPFT_SMALL_TEXT, CPFT_SUBMIT_BUTTON,
        CPFT_TILE_IMAGE, CREDENTIAL_PROVIDER_CREDENTIAL_SERIALIZATION as Packed,
        CREDENTIAL_PROVIDER_FIELD_DESCRIPTOR as Descriptor, CREDENTIAL_PROVIDER_FIELD_TYPE as Kind,
        CREDENTIAL_PROVIDER_NO_DEFAULT, CREDENTIAL_PROVIDER_USAGE_SCENARIO as Usage, ICredentialProviderUser,
        ICredentialProviderUserArray,
    },
};
use windows_core::{BOOL, GUID, HRESULT, IUnknown, Interface, implement};

/// `PKEY_Identity_QualifiedUserName`.
const QUALIFIED_NAME: PROPERTYKEY =
    PROPERTYKEY { fmtid: GUID::from_u128(0xda520e51_f4e9_4739_ac82_02e0a95c9030), pid: 100 };
/// More users than a sign-in screen lists.
const MAX_USERS: u32 = 512;

/// See the module.
#[implement(Provider, SetUsers, Agile = false)]
pub(crate) struct ProviderObject {
    health: Health,
    state: Mutex<State>,
    _counted: Counted,
}

#[derive(Default)]
struct State {
    /// Set once: an object serves one scenario for its whole life.
    scene: Option<(Scene, Voice)>,
    /// `None`: Windows does not list users here.
    users: Option<Users>,
    /// What Remote Desktop brought.
    handed_over: Option<Serialization>,
    /// Whether Windows was told to go on by itself, which it is told once.
    pushed: bool,
    first_reason: Option<Reason>,
    /// Handed out again when Windows counts again, with all that was typed.
    tiles: Option<Vec<IUnknown>>,
}

struct Users {
    known: Vec<(User, String)>,
    /// Whether Windows has a place for somebody it does not list.
    others: bool,
}

impl ProviderObject {
    pub(crate) fn new() -> Self {
        Self { health: Health::default(), state: Mutex::default(), _counted: Counted::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn guarded(&self, body: impl FnOnce() -> HRESULT) -> HRESULT {
        self.health.guarded(body).unwrap_or(E_UNEXPECTED)
    }
}

impl State {
    /// Makes the tiles when they are asked for first: by then everything about them is known.
    fn tiles(&mut self) -> &[IUnknown] {
        let Some((scene, voice)) = self.scene else { return &[] };
        if self.tiles.is_none() {
            let first_reason = self.first_reason;
            let mut tiles: Vec<IUnknown> = Vec::new();
            let tile = |origin| Tile::new(scene, voice, origin, first_reason);
            match self.users.take() {
                // What Remote Desktop brought may be anybody's: a tile of its own, which is there on every PC.
                Some(users) if self.handed_over.is_none() => {
                    let none = users.known.is_empty();
                    for (user, sid) in users.known {
                        tiles.push(OwnTile::new(tile(Origin::user(user)), Some(sid)).into());
                    }
                    if users.others || none {
                        tiles.push(OwnTile::new(tile(Origin::anybody()), None).into());
                    }
                }
                _ => {
                    let origin = Origin::handed_over(self.handed_over.take());
                    tiles.push(OtherTile::new(tile(origin)).into());
                }
            }
            self.tiles = Some(tiles);
        }
        self.tiles.as_deref().unwrap_or_default()
    }
}

impl Provider_Impl for ProviderObject_Impl {
    unsafe fn SetUsageScenario(&self, usage: Usage, flags: u32) -> HRESULT {
        self.guarded(|| {
            if !(1..=5).contains(&usage.0) {
                return E_INVALIDARG;
            }
            // Changing a password and what comes before the network are left to Windows.
            let Some(kind) = kind_of(usage, flags) else { return E_NOTIMPL };
            let scene = here::scene(kind, flags);
            let told = LINK.applies(scene);
            let first_reason = told.is_none().then(away);
            if told.unwrap_or_else(|| applies_without_agent(scene)) == Applies::StepAside {
                return E_NOTIMPL;
            }
            let mut state = self.state();
            if state.scene.is_some_and(|(known, _)| known.kind != kind) {
                return E_UNEXPECTED;
            }
            state.scene = Some((scene, here::voice()));
            state.first_reason = first_reason;
            S_OK
        })
    }

    unsafe fn SetSerialization(&self, packed: *const Packed) -> HRESULT {
        self.guarded(|| {
            if packed.is_null() {
                return E_POINTER;
            }
            // SAFETY: Windows says how many bytes there are.
            let Some(serialization) = (unsafe { unpacked(packed) }) else { return E_INVALIDARG };
            let mut state = self.state();
            match state.scene {
                None => E_UNEXPECTED,
                // Nobody signs in from afar in an elevation, and who asks may have put anything there.
                Some((scene, _)) if scene.kind == SignInKind::Elevation => S_OK,
                Some(_) => {
                    state.handed_over = Some(serialization);
                    S_OK
                }
            }
        })
    }

    unsafe fn Advise(&self, _events: *mut c_void, _context: usize) -> HRESULT {
        // There is nothing to tell Windows about the number of tiles: it does not change.
        self.guarded(|| S_OK)
    }

    unsafe fn UnAdvise(&self) -> HRESULT {
        self.guarded(|| {
            self.state().handed_over = None;
            S_OK
        })
    }

    unsafe fn GetFieldDescriptorCount(&self, count: *mut u32) -> HRESULT {
        self.guarded(|| {
            let length = u32::try_from(ALL.len()).unwrap_or_default();
            // SAFETY: COM's pointer is null or a place for a result.
            if unsafe { put(count, length) } { S_OK } else { E_POINTER }
        })
    }

    unsafe fn GetFieldDescriptorAt(&self, index: u32, descriptor: *mut *mut Descriptor) -> HRESULT {
        self.guarded(|| {
            // SAFETY: COM's pointer is null or a place for a result.
            if !unsafe { put(descriptor, ptr::null_mut()) } {
                return E_POINTER;
            }
            let Some(id) = Id::from_number(index) else { return E_INVALIDARG };
            let voice = self.state().scene.map_or_else(here::voice, |(_, voice)| voice);
            let Some(made) = describe(id, voice) else { return E_OUTOFMEMORY };
            // SAFETY: it is not null.
            unsafe { put(descriptor, made) };
            S_OK
        })
    }

    unsafe fn GetCredentialCount(&self, count: *mut u32, default: *mut u32, auto: *mut BOOL) -> HRESULT {
        self.guarded(|| {
            // SAFETY: COM's pointers are null or places for results.
            let there =
                unsafe { [put(count, 0), put(default, CREDENTIAL_PROVIDER_NO_DEFAULT), put(auto, BOOL(0))] };
            if there.contains(&false) {
                return E_POINTER;
            }
            let mut state = self.state();
            let Some((scene, _)) = state.scene else { return E_UNEXPECTED };
            let handed_over = state.handed_over.is_some();
            let tiles = u32::try_from(state.tiles().len()).unwrap_or_default();
            let push = handed_over && !state.pushed && scene.kind != SignInKind::Elevation;
            state.pushed |= push;
            // SAFETY: none is null.
            unsafe {
                put(count, tiles);
                if push || tiles == 1 {
                    put(default, 0);
                }
                put(auto, BOOL(push.into()));
            }
            S_OK
        })
    }

    unsafe fn GetCredentialAt(&self, index: u32, credential: *mut *mut c_void) -> HRESULT {
        self.guarded(|| {
            // SAFETY: COM's pointer is null or a place for a result.
            if !unsafe { put(credential, ptr::null_mut()) } {
                return E_POINTER;
            }
            let tile = {
                let mut state = self.state();
                usize::try_from(index).ok().and_then(|index| state.tiles().get(index).cloned())
            };
            let Some(tile) = tile else { return E_INVALIDARG };
            // SAFETY: it is not null.
            unsafe { tile.query(&<Credential as Interface>::IID, credential) }
        })
    }
}

impl SetUsers_Impl for ProviderObject_Impl {
    unsafe fn SetUserArray(&self, users: *mut c_void) -> HRESULT {
        self.guarded(|| {
            // SAFETY: Windows' pointer is null or its list of users.
            let Some(users) = (unsafe { ICredentialProviderUserArray::from_raw_borrowed(&users) }) else {
                return E_POINTER;
            };
            // Asked without the lock: Windows may call us meanwhile.
            let users = read_users(users);
            let mut state = self.state();
            // With what Remote Desktop brought, the tile that has it stays: a sign-in may be under way in it.
            if !state.pushed {
                (state.users, state.tiles) = (Some(users), None);
            }
            S_OK
        })
    }
}

fn read_users(users: &ICredentialProviderUserArray) -> Users {
    // SAFETY: it is Windows' list, of which only counted results are kept.
    let (options, count) = unsafe { (users.GetAccountOptions(), users.GetCount()) };
    let others = options.is_ok_and(|options| options.0 & (CPAO_EMPTY_LOCAL.0 | CPAO_EMPTY_CONNECTED.0) != 0);
    let known = (0..count.unwrap_or_default().min(MAX_USERS)).filter_map(|index| {
        // SAFETY: as above.
        let user = unsafe { users.GetAt(index) }.ok()?;
        read_user(&user)
    });
    Users { known: known.collect(), others }
}

/// `None` for a user of whom Windows does not say who it is: then the name is typed.
fn read_user(user: &ICredentialProviderUser) -> Option<(User, String)> {
    // SAFETY: it is Windows' user; the text is ours to free.
    let sid = take_text(unsafe { user.GetSid() }.ok()?)?;
    // SAFETY: as above; the key outlives the call.
    let name = take_text(unsafe { user.GetStringValue(&QUALIFIED_NAME) }.ok()?)?;
    // SAFETY: as above.
    let provider = unsafe { user.GetProviderID() }.unwrap_or_default();
    let user = User { name: name.parse().ok()?, sid: sid.parse().ok()?, provider: clsid(&provider) };
    Some((user, sid))
}

/// A descriptor for Windows to free; `None` when there is no memory.
fn describe(id: Id, voice: Voice) -> Option<*mut Descriptor> {
    let label = text_to_give(id.label(voice));
    if label.is_null() {
        return None;
    }
    // SAFETY: any size is allowed; null is looked for below.
    let memory: *mut Descriptor = unsafe { CoTaskMemAlloc(size_of::<Descriptor>()) }.cast();
    if memory.is_null() {
        // SAFETY: made just now, and not used after this.
        unsafe { CoTaskMemFree(Some(label.0.cast())) };
        return None;
    }
    let (cpft, guid) = kind(id);
    let value = Descriptor { dwFieldID: id.number(), cpft, pszLabel: label, guidFieldType: guid };
    // SAFETY: the memory has that size.
    unsafe { memory.write(value) };
    Some(memory)
}

/// The type of a field.
pub(crate) fn kind(id: Id) -> (Kind, GUID) {
    let plain = GUID::zeroed();
    match id {
        Id::Picture => (CPFT_TILE_IMAGE, CPFG_CREDENTIAL_PROVIDER_LOGO),
        Id::Label => (CPFT_SMALL_TEXT, CPFG_CREDENTIAL_PROVIDER_LABEL),
        Id::Title => (CPFT_LARGE_TEXT, plain),
        Id::Person | Id::Message | Id::Key | Id::AppUrl => (CPFT_SMALL_TEXT, plain),
        Id::Input(Field::UserName) => (CPFT_EDIT_TEXT, CPFG_LOGON_USERNAME),
        Id::Input(Field::Password) => (CPFT_PASSWORD_TEXT, CPFG_LOGON_PASSWORD),
        Id::Input(Field::EnrollmentCode) => (CPFT_EDIT_TEXT, plain),
        Id::Input(_) => (CPFT_PASSWORD_TEXT, plain),
        Id::Submit => (CPFT_SUBMIT_BUTTON, plain),
        Id::Link(_) => (CPFT_COMMAND_LINK, plain),
    }
}
