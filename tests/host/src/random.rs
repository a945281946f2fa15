//! Calls in random order, legal and illegal: nobody may get in by them, and nothing may break.

use crate::com::{Answer, Failure, com, take_string};
use crate::events::Going;
use crate::host::{Packed, Session, response_name, take_descriptor};
use crate::trace;
use crate::witness::Witness;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;
use windows::Win32::Foundation::{E_ABORT, E_ACCESSDENIED, S_FALSE, S_OK};
use windows::Win32::Foundation::{E_INVALIDARG, E_NOTIMPL, E_OUTOFMEMORY, E_POINTER, E_UNEXPECTED, NTSTATUS};
use windows::Win32::Graphics::Gdi::{DeleteObject, HBITMAP, HGDIOBJ};
use windows::Win32::UI::Shell::*;
use windows_core::{BOOL, HRESULT, Interface, PCWSTR, PWSTR};

/// `HRESULT_FROM_WIN32(ERROR_CANCELLED)`.
const CANCELLED: HRESULT = HRESULT(0x8007_04c7_u32.cast_signed());

/// What a provider may answer. `E_FAIL` is not among them: it is what a caught panic becomes.
const EXPECTED: [HRESULT; 10] = [
    S_OK,
    S_FALSE,
    E_INVALIDARG,
    E_POINTER,
    E_NOTIMPL,
    E_UNEXPECTED,
    E_OUTOFMEMORY,
    E_ABORT,
    E_ACCESSDENIED,
    CANCELLED,
];

/// xorshift64*: the same calls for the same seed.
pub(crate) struct Dice(u64);

impl Dice {
    /// Not the first numbers, which are alike for seeds that are.
    pub(crate) fn new(seed: u32) -> Self {
        let mut dice = Self(u64::from(seed) << 1 | 1);
        for _ in 0..32 {
            dice.roll(2);
        }
        dice
    }

    /// A number below that.
    pub(crate) fn roll(&mut self, sides: u32) -> u32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        ((self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % u64::from(sides)) as u32
    }

    /// One time in so many.
    pub(crate) fn one_in(&mut self, times: u32) -> bool {
        self.roll(times) == 0
    }

    /// The pointer, or now and then null.
    fn out<T>(&mut self, pointer: *mut T) -> *mut T {
        if self.one_in(8) { std::ptr::null_mut() } else { pointer }
    }
}

/// What takes longer waits for an answer that does not come.
const SLOW_MS: f64 = 10_000.0;

/// What came of it.
#[derive(Default)]
pub(crate) struct Tally {
    calls: BTreeMap<&'static str, u32>,
    unexpected: BTreeMap<String, u32>,
    serializations: u32,
    finished: u32,
    responses: BTreeMap<&'static str, u32>,
    /// The beginnings of what people were told.
    said: BTreeMap<String, u32>,
    /// How often something was done, and how long it took at most.
    done: BTreeMap<&'static str, (u32, f64)>,
    /// What had happened on the screen when something took much longer than it may.
    slow: Vec<Value>,
    /// Who had shown what.
    pub(crate) witness: Witness,
    /// The number of the sequence that is played.
    pub(crate) sequence: u32,
}

impl Tally {
    /// Something was done since then.
    pub(crate) fn timed(&mut self, what: &'static str, begun: Instant) {
        let ms = trace::ms(begun);
        let (times, most) = self.done.entry(what).or_default();
        *times += 1;
        *most = most.max(ms);
        if ms > SLOW_MS {
            let history = self.witness.history();
            self.slow.push(json!({"sequence": self.sequence, "what": what, "ms": ms, "history": history}));
        }
    }

    /// The figures.
    pub(crate) fn json(&self) -> Value {
        json!({
            "calls": self.calls.values().sum::<u32>(),
            "by_method": self.calls,
            "serializations": self.serializations,
            "finished": self.finished,
            "responses": self.responses,
            "undocumented_hresults": self.unexpected,
            "said": self.said,
            "times_and_most_ms": self.done,
            "slow": self.slow,
            "slowest_ms": self.done.values().map(|(_, most)| *most).fold(0.0, f64::max),
        })
    }

    /// A call was answered.
    pub(crate) fn note(&mut self, method: &'static str, answer: HRESULT) {
        *self.calls.entry(method).or_default() += 1;
        self.witness.happened(format!("{method} {}", trace::hex(answer)));
        if !EXPECTED.contains(&answer) {
            *self.unexpected.entry(format!("{method} {}", trace::hex(answer))).or_default() += 1;
        }
    }
}

/// Makes `count` calls.
pub(crate) fn run(session: &mut Session, seed: u32, count: u32, texts: &[String]) -> Answer {
    let mut dice = Dice::new(seed);
    let mut tally = Tally::default();
    if session.tiles.is_empty() {
        return Err(Failure::new("there is no tile"));
    }
    session.forget_selection();
    tally.witness.opened(session.tiles.len(), None);
    for _ in 0..count {
        if dice.one_in(20) {
            step(session, &mut dice, &mut tally, texts);
        } else if dice.one_in(4) {
            provider_call(session, &mut dice, &mut tally);
        } else {
            let tile = dice.roll(session.tiles.len() as u32) as usize;
            tile_call(session, tile, &mut dice, &mut tally, texts);
        }
        crate::window::pump();
    }
    Ok(tally.json())
}

fn field(session: &Session, dice: &mut Dice) -> u32 {
    let count = session.descriptors.len() as u32;
    match dice.roll(10) {
        0 => count,
        1 => u32::MAX,
        2 => dice.roll(u32::MAX),
        _ => session.descriptors[dice.roll(count.max(1)) as usize % session.descriptors.len()].id,
    }
}

/// A step as people take it: something in every field, then Connect and `GetSerialization`. Without such steps random
/// calls hardly ever get beyond the first view.
fn step(session: &Session, dice: &mut Dice, tally: &mut Tally, texts: &[String]) {
    let tile = dice.roll(session.tiles.len() as u32) as usize;
    let credential = &session.tiles[tile].credential;
    for field in session.descriptors.iter().filter(|d| d.kind.is_typed()) {
        let text = random_text(dice, texts);
        type_into(session, tile, field.id, Some(&text), tally);
    }
    if let Ok(connectable) = credential.cast::<IConnectableCredentialProviderCredential>() {
        let going: IQueryContinueWithStatus = Going::new(None, None).into();
        tally.witness.submitted(tile);
        tally.note("Connect", com!(connectable, Connect(going.as_raw()), Value::Null));
    }
    get_serialization(credential, tile, dice, tally);
}

/// Types a text, or null.
pub(crate) fn type_into(session: &Session, tile: usize, id: u32, text: Option<&[u16]>, tally: &mut Tally) {
    let pointer = text.map_or(PCWSTR::null(), |text| PCWSTR(text.as_ptr()));
    let answer = com!(session.tiles[tile].credential, SetStringValue(id, pointer), json!([id]));
    tally.note("SetStringValue", answer);
    if let Some((_, units)) = text.and_then(<[u16]>::split_last)
        && answer.is_ok()
    {
        tally.witness.typed(tile, id, &String::from_utf16_lossy(units));
    }
}

/// `ReportResult`, with places for its answer or without.
pub(crate) fn report_result(
    credential: &ICredentialProviderCredential,
    status: u32,
    dice: &mut Dice,
    tally: &mut Tally,
) {
    let (mut text, mut icon) = (PWSTR::null(), CREDENTIAL_PROVIDER_STATUS_ICON(0));
    let (a, b) = (dice.out(&raw mut text), dice.out(&raw mut icon));
    let (status, sub) = (NTSTATUS(status.cast_signed()), NTSTATUS(0));
    let answer = com!(*credential, ReportResult(status, sub, a, b), json!([status.0]));
    drop(take_string(text));
    tally.note("ReportResult", answer);
}

/// Any call of the provider.
pub(crate) fn provider_call(session: &Session, dice: &mut Dice, tally: &mut Tally) {
    let provider = &session.provider;
    let (name, answer) = match dice.roll(9) {
        0 => {
            let scenario = CREDENTIAL_PROVIDER_USAGE_SCENARIO(dice.roll(8).cast_signed());
            let flags = if dice.one_in(2) { 0 } else { dice.roll(u32::MAX) };
            (
                "SetUsageScenario",
                com!(*provider, SetUsageScenario(scenario, flags), json!([scenario.0, flags])),
            )
        }
        1 => {
            let mut bytes: Vec<u8> = (0..dice.roll(600)).map(|_| dice.roll(256) as u8).collect();
            let given = CREDENTIAL_PROVIDER_CREDENTIAL_SERIALIZATION {
                ulAuthenticationPackage: dice.roll(4),
                clsidCredentialProvider: crate::registry::PROVIDER,
                cbSerialization: bytes.len() as u32,
                rgbSerialization: if dice.one_in(6) { std::ptr::null_mut() } else { bytes.as_mut_ptr() },
            };
            let pointer = if dice.one_in(6) { std::ptr::null() } else { &raw const given };
            ("SetSerialization", com!(*provider, SetSerialization(pointer), json!([bytes.len()])))
        }
        2 => {
            let events = session.provider_events();
            let pointer = if dice.one_in(4) { std::ptr::null_mut() } else { events.as_raw() };
            ("Advise", com!(*provider, Advise(pointer, 1), Value::Null))
        }
        3 => ("UnAdvise", com!(*provider, UnAdvise(), Value::Null)),
        4 => {
            let mut count = 0;
            let out = dice.out(&raw mut count);
            ("GetFieldDescriptorCount", com!(*provider, GetFieldDescriptorCount(out), Value::Null))
        }
        5 => {
            let mut given = std::ptr::null_mut();
            let (index, out) = (field(session, dice), dice.out(&raw mut given));
            let answer = com!(*provider, GetFieldDescriptorAt(index, out), json!([index]));
            drop(take_descriptor(given));
            ("GetFieldDescriptorAt", answer)
        }
        6 | 7 => {
            let (mut count, mut default, mut auto) = (0, 0, BOOL(0));
            let (a, b, c) = (dice.out(&raw mut count), dice.out(&raw mut default), dice.out(&raw mut auto));
            ("GetCredentialCount", com!(*provider, GetCredentialCount(a, b, c), Value::Null))
        }
        _ => {
            let mut raw = std::ptr::null_mut();
            let index = if dice.one_in(3) { dice.roll(u32::MAX) } else { dice.roll(3) };
            let out = dice.out(&raw mut raw);
            let answer = com!(*provider, GetCredentialAt(index, out), json!([index]));
            if !raw.is_null() {
                // SAFETY: The provider handed over a counted reference.
                drop(unsafe { ICredentialProviderCredential::from_raw(raw) });
            }
            ("GetCredentialAt", answer)
        }
    };
    tally.note(name, answer);
}

/// Any call of a tile.
pub(crate) fn tile_call(
    session: &Session,
    tile: usize,
    dice: &mut Dice,
    tally: &mut Tally,
    texts: &[String],
) {
    let credential = &session.tiles[tile].credential;
    let id = field(session, dice);
    let said = json!([id]);
    let (name, answer) = match dice.roll(22) {
        0 => {
            let events = session.tile_events(tile);
            let pointer = if dice.one_in(4) { std::ptr::null_mut() } else { events.as_raw() };
            ("Advise", com!(*credential, Advise(pointer), Value::Null))
        }
        1 => {
            tally.witness.turned_away(tile);
            ("UnAdvise", com!(*credential, UnAdvise(), Value::Null))
        }
        2 => {
            let mut auto = BOOL(0);
            let out = dice.out(&raw mut auto);
            ("SetSelected", com!(*credential, SetSelected(out), Value::Null))
        }
        3 => {
            tally.witness.turned_away(tile);
            ("SetDeselected", com!(*credential, SetDeselected(), Value::Null))
        }
        4 => {
            let mut state = CREDENTIAL_PROVIDER_FIELD_STATE(0);
            let mut interactive = CREDENTIAL_PROVIDER_FIELD_INTERACTIVE_STATE(0);
            let (a, b) = (dice.out(&raw mut state), dice.out(&raw mut interactive));
            ("GetFieldState", com!(*credential, GetFieldState(id, a, b), said))
        }
        5 => {
            let mut text = PWSTR::null();
            let out = dice.out(&raw mut text);
            let answer = com!(*credential, GetStringValue(id, out), said);
            drop(take_string(text));
            ("GetStringValue", answer)
        }
        6 => {
            let mut bitmap = HBITMAP::default();
            let out = dice.out(&raw mut bitmap);
            let answer = com!(*credential, GetBitmapValue(id, out), said);
            if !bitmap.is_invalid() {
                // SAFETY: Handed over to the host.
                let _ = unsafe { DeleteObject(HGDIOBJ::from(bitmap)) };
            }
            ("GetBitmapValue", answer)
        }
        7 => {
            let (mut checked, mut label) = (BOOL(0), PWSTR::null());
            let (a, b) = (dice.out(&raw mut checked), dice.out(&raw mut label));
            let answer = com!(*credential, GetCheckboxValue(id, a, b), said);
            drop(take_string(label));
            ("GetCheckboxValue", answer)
        }
        8 => {
            let mut beside = 0;
            let out = dice.out(&raw mut beside);
            ("GetSubmitButtonValue", com!(*credential, GetSubmitButtonValue(id, out), said))
        }
        9 => {
            let (mut count, mut chosen) = (0, 0);
            let (a, b) = (dice.out(&raw mut count), dice.out(&raw mut chosen));
            ("GetComboBoxValueCount", com!(*credential, GetComboBoxValueCount(id, a, b), said))
        }
        10 => {
            let mut text = PWSTR::null();
            let (item, out) = (dice.roll(3), dice.out(&raw mut text));
            let answer = com!(*credential, GetComboBoxValueAt(id, item, out), said);
            drop(take_string(text));
            ("GetComboBoxValueAt", answer)
        }
        11..=13 => {
            let text = random_text(dice, texts);
            return type_into(session, tile, id, (!dice.one_in(10)).then_some(&*text), tally);
        }
        14 => {
            let checked = BOOL(dice.roll(3).cast_signed());
            ("SetCheckboxValue", com!(*credential, SetCheckboxValue(id, checked), said))
        }
        15 => {
            let item = dice.roll(3);
            ("SetComboBoxSelectedValue", com!(*credential, SetComboBoxSelectedValue(id, item), said))
        }
        16 => {
            if session.descriptors.iter().any(|field| field.id == id && field.label == "Cancel") {
                tally.witness.cancelled(tile);
            }
            ("CommandLinkClicked", com!(*credential, CommandLinkClicked(id), said))
        }
        17 => {
            let status = [0, 0xc000_006d, 0xc000_0224, 0xc000_006e, 0x1234_5678_u32][dice.roll(5) as usize];
            return report_result(credential, status, dice, tally);
        }
        18 | 19 => {
            let Ok(connectable) = credential.cast::<IConnectableCredentialProviderCredential>() else {
                return;
            };
            let cancel_at = dice.one_in(3).then(|| dice.roll(4));
            let going = Going::new(None, cancel_at);
            let asked = Arc::clone(&going.asked);
            let going: IQueryContinueWithStatus = going.into();
            let pointer = if dice.one_in(8) { std::ptr::null_mut() } else { going.as_raw() };
            tally.witness.submitted(tile);
            let answer = com!(connectable, Connect(pointer), Value::Null);
            // A tile that refuses to begin, since another submission is under way, asks nothing.
            if answer.is_err() && cancel_at.is_some() && asked.load(Ordering::SeqCst) > 0 {
                tally.witness.cancelled(tile);
            }
            ("Connect", answer)
        }
        _ => {
            get_serialization(credential, tile, dice, tally);
            return;
        }
    };
    tally.note(name, answer);
}

/// `GetSerialization`, with places for its answers or without some. Whether anything went to Windows by it.
pub(crate) fn get_serialization(
    credential: &ICredentialProviderCredential,
    tile: usize,
    dice: &mut Dice,
    tally: &mut Tally,
) -> bool {
    let mut response = CREDENTIAL_PROVIDER_GET_SERIALIZATION_RESPONSE(-1);
    let mut packed = CREDENTIAL_PROVIDER_CREDENTIAL_SERIALIZATION::default();
    let (mut text, mut icon) = (PWSTR::null(), CREDENTIAL_PROVIDER_STATUS_ICON(0));
    let (mut a, mut b, mut c, mut d) = (&raw mut response, &raw mut packed, &raw mut text, &raw mut icon);
    if dice.one_in(4) {
        (a, b, c, d) = (dice.out(a), dice.out(b), dice.out(c), dice.out(d));
    }
    // It submits what is typed where Connect has not.
    tally.witness.looks(tile);
    let answer = com!(*credential, GetSerialization(a, b, c, d), Value::Null);
    if let Some(said) = take_string(text) {
        *tally.said.entry(said.chars().take(40).collect()).or_default() += 1;
    }
    let packed = Packed::take(&packed);
    let finished = response == CPGSR_RETURN_CREDENTIAL_FINISHED;
    if finished || packed.is_some() {
        tally.witness.handed_over(tile, packed.as_ref(), tally.sequence);
    }
    tally.serializations += u32::from(packed.is_some());
    tally.finished += u32::from(finished);
    *tally.responses.entry(response_name(response)).or_default() += 1;
    tally.note("GetSerialization", answer);
    finished || packed.is_some()
}

/// One of the texts given, a prefix of one, or anything; terminated.
fn random_text(dice: &mut Dice, texts: &[String]) -> Vec<u16> {
    let mut units: Vec<u16> = if texts.is_empty() || dice.one_in(3) {
        (0..dice.roll(300)).map(|_| dice.roll(0xffff) as u16).collect()
    } else {
        texts[dice.roll(texts.len() as u32) as usize].encode_utf16().collect()
    };
    units.retain(|unit| *unit != 0);
    units.push(0);
    units
}
