//! The sign-in screen: opens the provider, shows its tiles, types, clicks, submits, and lets go of it again.

use crate::com::{Answer, Failure, com, ok, take_string};
use crate::events::{Going, Log, ProviderEvents, TileEvents};
use crate::registry::PROVIDER;
use crate::shown::{Descriptor, Kind, Shown};
use crate::users::Users;
use crate::{trace, window};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};
use windows::Win32::Foundation::NTSTATUS;
use windows::Win32::Graphics::Gdi::HBITMAP;
use windows::Win32::System::Com::{
    CLSCTX_INPROC_SERVER, COINIT_MULTITHREADED, CoCreateInstance, CoInitializeEx, CoTaskMemFree,
    CoUninitialize,
};
use windows::Win32::UI::Shell::*;
use windows_core::{BOOL, HRESULT, Interface, PCWSTR, PWSTR};

/// The longest a Connect may take before the host gives up on it.
const CONNECT_LIMIT: Duration = Duration::from_secs(180);

/// A serialization, in COM memory, the host's to free.
pub(crate) struct Packed {
    /// `ulAuthenticationPackage`.
    pub(crate) package: u32,
    /// `clsidCredentialProvider`.
    pub(crate) clsid: windows_core::GUID,
    memory: *mut u8,
    len: usize,
}

impl Packed {
    /// Takes over what the provider filled in. `None` if there are no bytes.
    pub(crate) fn take(from: &CREDENTIAL_PROVIDER_CREDENTIAL_SERIALIZATION) -> Option<Self> {
        (!from.rgbSerialization.is_null()).then(|| Self {
            package: from.ulAuthenticationPackage,
            clsid: from.clsidCredentialProvider,
            memory: from.rgbSerialization,
            len: from.cbSerialization as usize,
        })
    }

    /// The bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        // SAFETY: The provider said how long its block is; it is the host's until it is dropped.
        unsafe { std::slice::from_raw_parts(self.memory, self.len) }
    }
}

impl Drop for Packed {
    fn drop(&mut self) {
        // SAFETY: As in `bytes`; nobody else has the block.
        unsafe { std::ptr::write_bytes(self.memory, 0, self.len) };
        std::hint::black_box(self.memory);
        // SAFETY: The block is from COM's allocator, and ours.
        unsafe { CoTaskMemFree(Some(self.memory.cast_const().cast())) };
    }
}

/// What a remote client sent along: its package and the bytes.
pub(crate) type Remote = (u32, Vec<u8>);

/// One tile.
pub(crate) struct Tile {
    /// The credential.
    pub(crate) credential: ICredentialProviderCredential,
    connectable: Option<IConnectableCredentialProviderCredential>,
    /// What is shown of it.
    pub(crate) shown: Arc<Shown>,
    events: ICredentialProviderCredentialEvents2,
    advised: bool,
    sid: Option<String>,
}

/// How a session is opened.
pub(crate) struct Opening {
    /// `CPUS_…`.
    pub(crate) scenario: CREDENTIAL_PROVIDER_USAGE_SCENARIO,
    /// `dwFlags`.
    pub(crate) flags: u32,
    /// Whether tiles are asked for before descriptors.
    pub(crate) count_first: bool,
    /// Who is on the screen; `None`: the provider is not told.
    pub(crate) users: Option<(Vec<crate::users::User>, CREDENTIAL_PROVIDER_ACCOUNT_OPTIONS)>,
    /// What a remote client sent along.
    pub(crate) remote: Option<Remote>,
    /// How long that is said to be, if it is a lie.
    pub(crate) said_length: Option<u32>,
}

/// A provider that is open.
pub(crate) struct Session {
    /// The provider.
    pub(crate) provider: ICredentialProvider,
    events: ICredentialProviderEvents,
    advised: bool,
    /// Its tiles.
    pub(crate) tiles: Vec<Tile>,
    /// Its fields.
    pub(crate) descriptors: Vec<Descriptor>,
    /// The tile that is selected.
    pub(crate) selected: Option<usize>,
    log: Log,
    changed: Arc<AtomicBool>,
    reenter: Arc<AtomicBool>,
    /// The last serialization, not yet written to a file.
    pub(crate) packed: Option<Packed>,
}

/// Where Connect runs, and when the person presses Cancel.
pub(crate) struct Submitting {
    /// `None`: Connect is not called.
    pub(crate) connect_on_worker: Option<bool>,
    /// Cancel after so long.
    pub(crate) cancel_after: Option<Duration>,
    /// Cancel at the question with this number.
    pub(crate) cancel_at_question: Option<u32>,
    /// `UnAdvise` of everything after so long, while Connect is still running: the screen has gone idle.
    pub(crate) unadvise_after: Option<Duration>,
}

impl Session {
    /// Loads the provider by its CLSID and does with it what a sign-in screen does until its tiles are there.
    pub(crate) fn open(opening: Opening) -> Result<(Self, Value), Failure> {
        let begun = Instant::now();
        let dies = crate::crash::entering("DllGetClassObject");
        // SAFETY: The thread is in an apartment; the CLSID is a constant.
        let made: Result<ICredentialProvider, _> =
            unsafe { CoCreateInstance(&PROVIDER, None, CLSCTX_INPROC_SERVER) };
        let answer = made.as_ref().map_or_else(windows_core::Error::code, |_| HRESULT(0));
        trace::called("CoCreateInstance", &Value::Null, answer, begun);
        if dies {
            crate::crash::now();
        }
        let provider = made.map_err(|_| Failure::of("CoCreateInstance", answer))?;
        let created_ms = trace::ms(begun);
        let said = json!([opening.scenario.0, opening.flags]);
        ok("SetUsageScenario", com!(provider, SetUsageScenario(opening.scenario, opening.flags), said))?;
        let remote = opening.remote.as_ref().map(|(package, bytes)| {
            trace::hex(set_serialization(&provider, *package, bytes, opening.said_length))
        });
        let users_told = opening.users.map(|(list, options)| {
            let Ok(setter) = provider.cast::<ICredentialProviderSetUserArray>() else {
                return "not asked for".to_owned();
            };
            let users: ICredentialProviderUserArray = Users::new(list, options).into();
            trace::hex(com!(setter, SetUserArray(users.as_raw()), Value::Null))
        });
        let (log, changed, reenter) = (Log::default(), Arc::default(), Arc::default());
        let events: ICredentialProviderEvents =
            ProviderEvents { log: log.clone(), changed: Arc::clone(&changed) }.into();
        let advised = com!(provider, Advise(events.as_raw(), 1), Value::Null).is_ok();
        let mut session = Self {
            provider,
            events,
            advised,
            tiles: Vec::new(),
            descriptors: Vec::new(),
            selected: None,
            log,
            changed,
            reenter,
            packed: None,
        };
        let mut answer = if opening.count_first {
            let counted = session.count()?;
            session.read_descriptors()?;
            counted
        } else {
            session.read_descriptors()?;
            session.count()?
        };
        session.read_tiles(answer["count"].as_u64().unwrap_or(0))?;
        answer["tiles"] = session.tiles_json();
        answer["descriptors"] = session
            .descriptors
            .iter()
            .map(|d| json!({"id": d.id, "type": d.kind.name(), "label": d.label, "guid": format!("{{{:?}}}", d.guid)}))
            .collect();
        answer["advised"] = json!(session.advised);
        answer["set_serialization"] = json!(remote);
        answer["set_user_array"] = json!(users_told);
        answer["created_ms"] = json!(created_ms);
        answer["first_tile_ms"] = json!(trace::ms(begun));
        Ok((session, answer))
    }

    fn count(&self) -> Result<Value, Failure> {
        let (mut count, mut default, mut auto) = (0_u32, 0_u32, BOOL(0));
        let answer = com!(
            self.provider,
            GetCredentialCount(&raw mut count, &raw mut default, &raw mut auto),
            Value::Null
        );
        ok("GetCredentialCount", answer)?;
        let default = (default != CREDENTIAL_PROVIDER_NO_DEFAULT).then_some(default);
        Ok(json!({"count": count, "default": default, "autologon": auto.as_bool()}))
    }

    fn read_descriptors(&mut self) -> Result<(), Failure> {
        let mut count = 0_u32;
        let answer = com!(self.provider, GetFieldDescriptorCount(&raw mut count), Value::Null);
        ok("GetFieldDescriptorCount", answer)?;
        for index in 0..count {
            let mut given: *mut CREDENTIAL_PROVIDER_FIELD_DESCRIPTOR = std::ptr::null_mut();
            let answer = com!(self.provider, GetFieldDescriptorAt(index, &raw mut given), json!([index]));
            ok("GetFieldDescriptorAt", answer)?;
            if let Some(descriptor) = take_descriptor(given) {
                self.descriptors.push(descriptor);
            }
        }
        Ok(())
    }

    fn read_tiles(&mut self, count: u64) -> Result<(), Failure> {
        for index in 0..u32::try_from(count).unwrap_or(u32::MAX) {
            let mut raw = std::ptr::null_mut();
            let answer = com!(self.provider, GetCredentialAt(index, &raw mut raw), json!([index]));
            ok("GetCredentialAt", answer)?;
            if raw.is_null() {
                return Err(Failure::new("GetCredentialAt gave nothing"));
            }
            // SAFETY: The provider handed over a counted reference.
            let credential = unsafe { ICredentialProviderCredential::from_raw(raw) };
            self.tiles.push(self.advise(credential));
        }
        Ok(())
    }

    /// Everything a sign-in screen asks of a tile before it shows it.
    fn advise(&self, credential: ICredentialProviderCredential) -> Tile {
        let shown = Arc::new(Shown::new(&self.descriptors));
        let sid = credential.cast::<ICredentialProviderCredential2>().ok().and_then(|second| {
            let mut text = PWSTR::null();
            let _ = com!(second, GetUserSid(&raw mut text), Value::Null);
            take_string(text)
        });
        let events: ICredentialProviderCredentialEvents2 = TileEvents {
            shown: Arc::clone(&shown),
            log: self.log.clone(),
            window: window::handle(),
            reenter: Arc::clone(&self.reenter),
        }
        .into();
        let advised = com!(credential, Advise(events.as_raw()), Value::Null).is_ok();
        let options = credential.cast::<ICredentialProviderCredentialWithFieldOptions>().ok();
        for descriptor in &self.descriptors {
            read_field(&credential, options.as_ref(), &shown, descriptor);
        }
        let connectable = credential.cast().ok();
        Tile { credential, connectable, shown, events, advised, sid }
    }

    fn tiles_json(&self) -> Value {
        self.tiles
            .iter()
            .map(|t| json!({"sid": t.sid, "advised": t.advised, "connectable": t.connectable.is_some()}))
            .collect()
    }

    /// The tile that is selected.
    pub(crate) fn tile(&self) -> Result<&Tile, Failure> {
        self.selected.and_then(|i| self.tiles.get(i)).ok_or_else(|| Failure::new("no tile is selected"))
    }

    /// Selects a tile.
    pub(crate) fn select(&mut self, index: usize) -> Answer {
        if self.selected.is_some() {
            self.deselect()?;
        }
        let tile = self.tiles.get(index).ok_or_else(|| Failure::new("no such tile"))?;
        let mut auto = BOOL(0);
        let answer = com!(tile.credential, SetSelected(&raw mut auto), json!([index]));
        // Anything but S_OK counts as not selected.
        if answer != HRESULT(0) {
            return Err(Failure::of("SetSelected", answer));
        }
        self.selected = Some(index);
        self.show();
        Ok(json!({"autologon": auto.as_bool()}))
    }

    /// Leaves the selected tile.
    pub(crate) fn deselect(&mut self) -> Answer {
        let answer = com!(self.tile()?.credential, SetDeselected(), Value::Null);
        self.selected = None;
        self.show();
        ok("SetDeselected", answer)?;
        Ok(json!({}))
    }

    /// Types a text into a visible field, one `SetStringValue` for each key.
    pub(crate) fn type_text(&self, label: &str, text: &str) -> Answer {
        let tile = self.tile()?;
        let id = find(&tile.shown, label, Kind::is_typed)?;
        // Nobody can type into a field that is greyed out.
        if tile.shown.with(id, |f| f.interactive) == Some(CPFIS_DISABLED.0) {
            return Err(Failure::new("the field is disabled"));
        }
        let mut buffer = vec![0_u16; text.encode_utf16().count() + 1];
        let (mut keys, mut answer) = (0_u32, HRESULT(0));
        let mut at = 0;
        let mut rest = text.chars();
        loop {
            // An empty text is one call too: the person empties the field.
            let key = rest.next();
            if let Some(key) = key {
                at += key.encode_utf16(&mut buffer[at..]).len();
                keys += 1;
            } else if keys > 0 {
                break;
            }
            answer = com!(tile.credential, SetStringValue(id, PCWSTR(buffer.as_ptr())), json!([id]));
            if answer.is_err() || key.is_none() {
                break;
            }
        }
        drop(buffer);
        ok("SetStringValue", answer)?;
        let _ = tile.shown.with(id, |f| f.put_text(text));
        self.show();
        Ok(json!({"field": id, "keys": keys}))
    }

    /// Gives a visible field a text at once, as pasting it does.
    pub(crate) fn paste(&self, label: &str, text: &str) -> Answer {
        let id = find(&self.tile()?.shown, label, Kind::is_typed)?;
        self.put_text(id, text)?;
        Ok(json!({"field": id}))
    }

    /// Gives a field a text at once.
    pub(crate) fn put_text(&self, id: u32, text: &str) -> Result<(), Failure> {
        let tile = self.tile()?;
        let units = crate::com::wide(text);
        let answer = com!(tile.credential, SetStringValue(id, PCWSTR(units.as_ptr())), json!([id]));
        ok("SetStringValue", answer)?;
        let _ = tile.shown.with(id, |f| f.put_text(text));
        self.show();
        Ok(())
    }

    /// Draws another text in a visible field, until the provider changes it: a key has no business in a picture.
    pub(crate) fn draw(&self, label: &str, text: &str) -> Answer {
        let tile = self.tile()?;
        let id = find(&tile.shown, label, |_| true)?;
        let _ = tile.shown.with(id, |f| f.put_text(text));
        self.show();
        Ok(json!({"field": id}))
    }

    /// Clicks a visible command link. What it says, or its label.
    pub(crate) fn click(&self, label: &str) -> Answer {
        let tile = self.tile()?;
        let id = find(&tile.shown, label, |kind| kind == Kind::LINK)?;
        let begun = Instant::now();
        let answer = com!(tile.credential, CommandLinkClicked(id), json!([id]));
        ok("CommandLinkClicked", answer)?;
        window::pump();
        self.show();
        Ok(json!({"field": id, "ms": trace::ms(begun)}))
    }

    /// Presses the submit button: Connect, then `GetSerialization`.
    pub(crate) fn submit(&mut self, how: &Submitting) -> Answer {
        self.packed = None;
        self.tile()?.shown.put_status("");
        let mut json = json!({"response": null, "connect_hresult": null, "connect_ms": null});
        if how.connect_on_worker.is_some() && !self.connect(how, &mut json)? {
            self.show();
            return Ok(json);
        }
        self.get_serialization(json)
    }

    /// Connect, if the tile has it. `false`: it failed, and a sign-in screen goes no further.
    fn connect(&mut self, how: &Submitting, json: &mut Value) -> Result<bool, Failure> {
        let Some(connectable) = self.tile()?.connectable.clone() else { return Ok(true) };
        let going = Going::new(how.cancel_after, how.cancel_at_question);
        let (cancel_at, asked, messages) =
            (going.cancel_at, Arc::clone(&going.asked), Arc::clone(&going.messages));
        let going: IQueryContinueWithStatus = going.into();
        let begun = Instant::now();
        let answer = if how.connect_on_worker == Some(true) {
            let told = connect_on_worker(&connectable, &going);
            self.wait_for_connect(&told, how.unadvise_after, &messages)?
        } else {
            com!(connectable, Connect(going.as_raw()), json!(["ui thread"]))
        };
        let returned = Instant::now();
        json["connect_hresult"] = json!(trace::hex(answer));
        json["connect_ms"] = json!(trace::ms(begun));
        json["questions"] = json!(asked.load(Ordering::SeqCst));
        json["status_messages"] = json!(*messages.lock().unwrap_or_else(PoisonError::into_inner));
        let late = cancel_at.and_then(|at| returned.checked_duration_since(at));
        json["cancel_to_return_ms"] = json!(late.map(|late| (late.as_secs_f64() * 1e6).round() / 1000.0));
        if answer.is_err() {
            json["response"] = json!("connect_failed");
        }
        Ok(answer.is_ok())
    }

    /// Serves the window until Connect has come back.
    fn wait_for_connect(
        &mut self,
        told: &mpsc::Receiver<HRESULT>,
        unadvise_after: Option<Duration>,
        messages: &Mutex<Vec<String>>,
    ) -> Result<HRESULT, Failure> {
        let begun = Instant::now();
        let mut unadvise_at = unadvise_after.map(|after| begun + after);
        let mut shown = 0;
        loop {
            window::pump();
            if unadvise_at.is_some_and(|at| Instant::now() >= at) {
                unadvise_at = None;
                self.unadvise()?;
            }
            let messages = messages.lock().unwrap_or_else(PoisonError::into_inner);
            if messages.len() > shown {
                shown = messages.len();
                self.tile()?.shown.put_status(messages.last().map_or("", String::as_str));
                self.show();
            }
            drop(messages);
            match told.recv_timeout(Duration::from_millis(3)) {
                Ok(answer) => return Ok(answer),
                Err(mpsc::RecvTimeoutError::Timeout) if begun.elapsed() < CONNECT_LIMIT => {}
                Err(_) => return Err(Failure::new("Connect did not come back")),
            }
        }
    }

    fn get_serialization(&mut self, mut json: Value) -> Answer {
        let tile = self.tile()?;
        let mut response = CREDENTIAL_PROVIDER_GET_SERIALIZATION_RESPONSE(-1);
        let mut packed = CREDENTIAL_PROVIDER_CREDENTIAL_SERIALIZATION::default();
        let (mut text, mut icon) = (PWSTR::null(), CREDENTIAL_PROVIDER_STATUS_ICON(0));
        let answer = com!(
            tile.credential,
            GetSerialization(&raw mut response, &raw mut packed, &raw mut text, &raw mut icon),
            Value::Null
        );
        let packed = Packed::take(&packed);
        let text = take_string(text);
        tile.shown.put_status(text.as_deref().unwrap_or_default());
        json["status_text"] = json!(text);
        json["icon"] = json!(icon_name(icon));
        if answer.is_err() {
            return Err(Failure::of("GetSerialization", answer));
        }
        json["response"] = json!(response_name(response));
        json["serialization_len"] = json!(packed.as_ref().map(|p| p.bytes().len()));
        json["package"] = json!(packed.as_ref().map(|p| p.package));
        json["clsid"] = json!(packed.as_ref().map(|p| format!("{{{:?}}}", p.clsid)));
        self.packed = packed;
        self.show();
        Ok(json)
    }

    /// Writes the last serialization to a file and gives its memory back.
    pub(crate) fn serialization(&mut self, file: &Path) -> Answer {
        let packed = self.packed.take().ok_or_else(|| Failure::new("there is no serialization"))?;
        std::fs::write(file, packed.bytes())?;
        Ok(json!({
            "package": packed.package,
            "clsid": format!("{{{:?}}}", packed.clsid),
            "len": packed.bytes().len(),
        }))
    }

    /// Tells the tile what Windows made of its serialization.
    pub(crate) fn report(&self, status: u32, substatus: u32) -> Answer {
        let tile = self.tile()?;
        let (mut text, mut icon) = (PWSTR::null(), CREDENTIAL_PROVIDER_STATUS_ICON(0));
        let (status, substatus) = (NTSTATUS(status.cast_signed()), NTSTATUS(substatus.cast_signed()));
        let answer = com!(
            tile.credential,
            ReportResult(status, substatus, &raw mut text, &raw mut icon),
            json!([format!("0x{:08X}", status.0), format!("0x{:08X}", substatus.0)])
        );
        let text = take_string(text);
        ok("ReportResult", answer)?;
        tile.shown.put_status(text.as_deref().unwrap_or_default());
        self.show();
        Ok(json!({"text": text, "icon": icon_name(icon)}))
    }

    /// Asks for the tiles again, as a sign-in screen does after `CredentialsChanged`.
    pub(crate) fn refresh(&mut self) -> Answer {
        let changed = self.changed.swap(false, Ordering::SeqCst);
        self.selected = None;
        let _ = self.let_go_of_tiles();
        self.tiles.clear();
        let mut answer = self.count()?;
        self.read_tiles(answer["count"].as_u64().unwrap_or(0))?;
        answer["tiles"] = self.tiles_json();
        answer["was_changed"] = json!(changed);
        Ok(answer)
    }

    /// What the provider said since the last time.
    pub(crate) fn events(&self) -> Answer {
        window::pump();
        Ok(json!({"events": self.log.take(), "credentials_changed": self.changed.load(Ordering::SeqCst)}))
    }

    /// Whether the host asks for a text from inside `SetFieldString`.
    pub(crate) fn reenter(&self, on: bool) -> Answer {
        self.reenter.store(on, Ordering::SeqCst);
        Ok(json!({}))
    }

    fn let_go_of_tiles(&mut self) -> Vec<String> {
        let mut answers = Vec::new();
        for tile in self.tiles.iter_mut().filter(|t| t.advised) {
            answers.push(trace::hex(com!(tile.credential, UnAdvise(), Value::Null)));
            tile.advised = false;
        }
        answers
    }

    /// `UnAdvise` of every tile and of the provider; all stay alive.
    pub(crate) fn unadvise(&mut self) -> Answer {
        let mut answers = self.let_go_of_tiles();
        if self.advised {
            answers.push(trace::hex(com!(self.provider, UnAdvise(), Value::Null)));
            self.advised = false;
        }
        Ok(json!({"hresults": answers}))
    }

    /// Releases everything; the counts of references that are left on the host's own objects are told.
    pub(crate) fn close(mut self, unadvise: bool) -> Answer {
        window::show(None);
        if unadvise {
            self.unadvise()?;
        }
        self.packed = None;
        let mut left = Vec::new();
        let mut events = Vec::new();
        for tile in std::mem::take(&mut self.tiles) {
            events.push(tile.events.clone());
        }
        let provider_events = self.events.clone();
        drop(self);
        for tile_events in events {
            left.push(references(tile_events));
        }
        let left_of_provider = references(provider_events);
        window::pump();
        Ok(json!({"tile_events_left": left, "provider_events_left": left_of_provider}))
    }

    /// The object the provider was advised with.
    pub(crate) fn provider_events(&self) -> &ICredentialProviderEvents {
        &self.events
    }

    /// The object a tile was advised with.
    pub(crate) fn tile_events(&self, tile: usize) -> &ICredentialProviderCredentialEvents2 {
        &self.tiles[tile].events
    }

    /// The host no longer knows what is selected.
    pub(crate) fn forget_selection(&mut self) {
        self.selected = None;
    }

    /// Draws the selected tile.
    pub(crate) fn show(&self) {
        window::show(self.tile().ok().map(|t| Arc::clone(&t.shown)));
    }
}

/// Drops the last reference of the host's; how many somebody else still has.
fn references(object: impl Interface) -> u32 {
    // SAFETY: The table of any COM object begins with that of `IUnknown`.
    let release = unsafe { (**object.as_raw().cast::<*const windows_core::IUnknown_Vtbl>()).Release };
    // SAFETY: The reference is given up right here, and not a second time.
    unsafe { release(object.into_raw()) }
}

/// `SetSerialization` with these bytes.
fn set_serialization(
    provider: &ICredentialProvider,
    package: u32,
    bytes: &[u8],
    said_length: Option<u32>,
) -> HRESULT {
    let mut copy = bytes.to_vec();
    let given = CREDENTIAL_PROVIDER_CREDENTIAL_SERIALIZATION {
        ulAuthenticationPackage: package,
        clsidCredentialProvider: PROVIDER,
        cbSerialization: said_length.unwrap_or_else(|| u32::try_from(copy.len()).unwrap_or(u32::MAX)),
        rgbSerialization: copy.as_mut_ptr(),
    };
    com!(*provider, SetSerialization(&raw const given), json!([package, copy.len()]))
}

/// Takes a descriptor and frees its memory.
pub(crate) fn take_descriptor(given: *mut CREDENTIAL_PROVIDER_FIELD_DESCRIPTOR) -> Option<Descriptor> {
    // SAFETY: The provider hands over one descriptor in COM memory, or null.
    let descriptor = unsafe { given.as_ref() }?;
    let taken = Descriptor {
        id: descriptor.dwFieldID,
        kind: Kind(descriptor.cpft.0),
        guid: descriptor.guidFieldType,
        label: take_string(descriptor.pszLabel).unwrap_or_default(),
    };
    // SAFETY: The block is the host's since the call that gave it.
    unsafe { CoTaskMemFree(Some(given.cast_const().cast())) };
    Some(taken)
}

/// Asks a tile for one field.
fn read_field(
    credential: &ICredentialProviderCredential,
    options: Option<&ICredentialProviderCredentialWithFieldOptions>,
    shown: &Shown,
    descriptor: &Descriptor,
) {
    let (id, kind) = (descriptor.id, descriptor.kind);
    let mut state = CREDENTIAL_PROVIDER_FIELD_STATE(0);
    let mut interactive = CREDENTIAL_PROVIDER_FIELD_INTERACTIVE_STATE(0);
    let _ = com!(*credential, GetFieldState(id, &raw mut state, &raw mut interactive), json!([id]));
    let (mut text, mut bitmap, mut beside, mut checked) = (PWSTR::null(), HBITMAP::default(), None, BOOL(0));
    match kind {
        Kind::IMAGE => {
            let _ = com!(*credential, GetBitmapValue(id, &raw mut bitmap), json!([id]));
        }
        Kind::SUBMIT => {
            let mut other = 0_u32;
            let answer = com!(*credential, GetSubmitButtonValue(id, &raw mut other), json!([id]));
            beside = answer.is_ok().then_some(other);
        }
        Kind::CHECKBOX => {
            let _ = com!(*credential, GetCheckboxValue(id, &raw mut checked, &raw mut text), json!([id]));
        }
        _ => {
            let _ = com!(*credential, GetStringValue(id, &raw mut text), json!([id]));
        }
    }
    let mut bits = CREDENTIAL_PROVIDER_CREDENTIAL_FIELD_OPTIONS(0);
    if let Some(options) = options {
        let _ = com!(*options, GetFieldOptions(id, &raw mut bits), json!([id]));
    }
    let text = take_string(text).unwrap_or_default();
    let _ = shown.with(id, |field| {
        field.state = state.0;
        field.interactive = interactive.0;
        field.put_text(&text);
        field.options = bits.0;
        field.checked = checked.as_bool();
        field.put_bitmap(bitmap);
        field.beside = beside;
    });
}

/// The visible field with this label or text, or `#ID`.
fn find(shown: &Shown, label: &str, kind: impl Fn(Kind) -> bool) -> Result<u32, Failure> {
    let number = label.strip_prefix('#').and_then(|id| id.parse::<u32>().ok());
    let fields = shown.lock();
    let mut matching = fields.iter().filter(|f| {
        kind(f.what.kind)
            && f.is_visible()
            && match number {
                Some(id) => f.what.id == id,
                None => {
                    f.what.label.eq_ignore_ascii_case(label)
                        || (f.what.kind == Kind::LINK && f.text.reveal().eq_ignore_ascii_case(label))
                }
            }
    });
    matching.next().map(|f| f.what.id).ok_or_else(|| Failure::new("no such field is visible"))
}

/// Connect on a thread of its own, so that this one can go on serving its window.
pub(crate) fn connect_on_worker(
    connectable: &IConnectableCredentialProviderCredential,
    going: &IQueryContinueWithStatus,
) -> mpsc::Receiver<HRESULT> {
    let (tell, told) = mpsc::channel();
    let (connectable, going) = (connectable.clone().into_raw() as usize, going.clone().into_raw() as usize);
    std::thread::spawn(move || {
        // SAFETY: The thread leaves the apartment below.
        let entered = unsafe { CoInitializeEx(None, COINIT_MULTITHREADED) };
        let object = std::ptr::with_exposed_provenance_mut(connectable);
        // SAFETY: A counted reference was made for this thread. The provider is called from a foreign thread, with no
        // proxy between, since the interface has none.
        let connectable = unsafe { IConnectableCredentialProviderCredential::from_raw(object) };
        // SAFETY: As above.
        let going =
            unsafe { IQueryContinueWithStatus::from_raw(std::ptr::with_exposed_provenance_mut(going)) };
        let answer = com!(connectable, Connect(going.as_raw()), json!(["worker"]));
        drop((connectable, going));
        if entered.is_ok() {
            // SAFETY: Entered above.
            unsafe { CoUninitialize() };
        }
        // The other side may have given up.
        let _ = tell.send(answer);
    });
    told
}

/// `CPGSR_…` as a word.
pub(crate) fn response_name(response: CREDENTIAL_PROVIDER_GET_SERIALIZATION_RESPONSE) -> &'static str {
    ["not_finished", "no_credential_finished", "finished", "return_no_credential_finished"]
        .get(usize::try_from(response.0).unwrap_or(99))
        .copied()
        .unwrap_or("unset")
}

/// `CPSI_…` as a word.
pub(crate) fn icon_name(icon: CREDENTIAL_PROVIDER_STATUS_ICON) -> &'static str {
    ["none", "error", "warning", "success"]
        .get(usize::try_from(icon.0).unwrap_or(99))
        .copied()
        .unwrap_or("unknown")
}
