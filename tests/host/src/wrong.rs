//! Calls that a sign-in screen never makes: each place for a result null, and numbers of nothing, one after the other.

use crate::com::{Answer, Failure, com, take_string};
use crate::host::{Session, take_descriptor};
use crate::registry::{FILTER, PROVIDER};
use crate::shown::Kind;
use crate::trace;
use serde_json::{Map, Value, json};
use std::ptr::{null, null_mut};
use windows::Win32::Foundation::NTSTATUS;
use windows::Win32::Graphics::Gdi::HBITMAP;
use windows::Win32::System::Com::{CLSCTX_INPROC_SERVER, CoCreateInstance, CoGetClassObject, IClassFactory};
use windows::Win32::UI::Shell::*;
use windows_core::{BOOL, GUID, HRESULT, IUnknown, Interface, PCWSTR, PWSTR};

/// The answers, by what was wrong with the call: `null`, `unknown`, `unused` (what the tile has none of).
#[derive(Default)]
struct Answers([Map<String, Value>; 3]);

#[derive(Clone, Copy)]
enum Wrong {
    /// A null pointer.
    Null,
    /// A number or an interface that there is not.
    Unknown,
    /// A kind of field that there is none of.
    Unused,
}

impl Answers {
    fn note(&mut self, wrong: Wrong, call: impl Into<String>, answer: HRESULT) {
        self.0[wrong as usize].insert(call.into(), json!(trace::hex(answer)));
    }
}

/// Makes them all, on the selected tile.
pub(crate) fn run(session: &Session) -> Answer {
    let mut answers = Answers::default();
    classes(&mut answers)?;
    filter(&mut answers)?;
    provider(session, &mut answers);
    let tile = session.tile()?;
    for wrong in [session.descriptors.len() as u32, u32::MAX] {
        unknown_field(&tile.credential, wrong, &mut answers);
    }
    let of = |kind: Kind| session.descriptors.iter().find(|d| d.kind == kind).map(|d| d.id);
    let missing = || Failure::new("the tile lacks a kind of field");
    let (image, edit) = (of(Kind::IMAGE).ok_or_else(missing)?, of(Kind::EDIT).ok_or_else(missing)?);
    let submit = of(Kind::SUBMIT).ok_or_else(missing)?;
    wrong_kind(&tile.credential, image, edit, submit, &mut answers);
    nulls(&tile.credential, image, edit, submit, &mut answers);
    let [nulls, unknown, unused] = answers.0;
    Ok(json!({"null": nulls, "unknown": unknown, "unused": unused}))
}

fn classes(answers: &mut Answers) -> Result<(), Failure> {
    for (name, clsid) in [("provider", PROVIDER), ("filter", FILTER)] {
        // SAFETY: The thread is in an apartment; the CLSID is a constant.
        let factory: IClassFactory = unsafe { CoGetClassObject(&clsid, CLSCTX_INPROC_SERVER, None) }?;
        let mut object = null_mut();
        let unknown = GUID::from_u128(0x0bad_cafe_0000_4000_8000_0000_0000_c0de);
        let answer =
            com!(factory, CreateInstance(null_mut(), &raw const unknown, &raw mut object), Value::Null);
        answers.note(Wrong::Unknown, format!("CreateInstance of the {name}, interface"), answer);
        let answer = com!(factory, CreateInstance(null_mut(), null(), &raw mut object), Value::Null);
        answers.note(Wrong::Null, format!("CreateInstance of the {name}, interface"), answer);
        let answer = com!(factory, CreateInstance(null_mut(), &IUnknown::IID, null_mut()), Value::Null);
        answers.note(Wrong::Null, format!("CreateInstance of the {name}, place"), answer);
        if !object.is_null() {
            return Err(Failure::new("a call that failed gave an object"));
        }
    }
    Ok(())
}

fn filter(answers: &mut Answers) -> Result<(), Failure> {
    // SAFETY: As in `classes`.
    let filter: ICredentialProviderFilter = unsafe { CoCreateInstance(&FILTER, None, CLSCTX_INPROC_SERVER) }?;
    let given = CREDENTIAL_PROVIDER_CREDENTIAL_SERIALIZATION::default();
    let mut out = CREDENTIAL_PROVIDER_CREDENTIAL_SERIALIZATION::default();
    let answer = com!(filter, UpdateRemoteCredential(null(), &raw mut out), Value::Null);
    answers.note(Wrong::Null, "UpdateRemoteCredential, given", answer);
    let answer = com!(filter, UpdateRemoteCredential(&raw const given, null_mut()), Value::Null);
    answers.note(Wrong::Null, "UpdateRemoteCredential, place", answer);
    if !out.rgbSerialization.is_null() {
        return Err(Failure::new("a call that failed gave bytes"));
    }
    // It never fails, since Windows' own providers might go with it: null lists, and more providers than there are.
    let clsids = [GUID::zeroed()];
    let mut allow = [BOOL(1)];
    for (what, clsids, allow, count) in [
        ("providers", null(), allow.as_mut_ptr(), 1),
        ("answers", clsids.as_ptr(), null_mut(), 1),
        ("both, four billion", null(), null_mut(), u32::MAX),
    ] {
        let answer = com!(filter, Filter(CPUS_LOGON, 0, clsids, allow, count), Value::Null);
        answers.note(Wrong::Unused, format!("Filter, {what}"), answer);
    }
    Ok(())
}

fn provider(session: &Session, answers: &mut Answers) {
    let provider = &session.provider;
    let answer = com!(*provider, SetSerialization(null()), Value::Null);
    answers.note(Wrong::Null, "SetSerialization", answer);
    let nowhere = CREDENTIAL_PROVIDER_CREDENTIAL_SERIALIZATION {
        cbSerialization: 64,
        ..CREDENTIAL_PROVIDER_CREDENTIAL_SERIALIZATION::default()
    };
    let answer = com!(*provider, SetSerialization(&raw const nowhere), Value::Null);
    answers.note(Wrong::Unknown, "SetSerialization, 64 bytes at null", answer);
    for number in [0, 6, -1, i32::MAX, i32::MIN] {
        let answer =
            com!(*provider, SetUsageScenario(CREDENTIAL_PROVIDER_USAGE_SCENARIO(number), 0), json!([number]));
        answers.note(Wrong::Unknown, format!("SetUsageScenario {number}"), answer);
    }
    let answer = com!(*provider, GetFieldDescriptorCount(null_mut()), Value::Null);
    answers.note(Wrong::Null, "GetFieldDescriptorCount", answer);
    let answer = com!(*provider, GetFieldDescriptorAt(0, null_mut()), Value::Null);
    answers.note(Wrong::Null, "GetFieldDescriptorAt", answer);
    let answer = com!(*provider, GetCredentialAt(0, null_mut()), Value::Null);
    answers.note(Wrong::Null, "GetCredentialAt", answer);
    for number in [session.descriptors.len() as u32, u32::MAX] {
        let (mut descriptor, mut credential) = (null_mut(), null_mut());
        let answer = com!(*provider, GetFieldDescriptorAt(number, &raw mut descriptor), Value::Null);
        answers.note(Wrong::Unknown, format!("GetFieldDescriptorAt {number}"), answer);
        drop(take_descriptor(descriptor));
        let answer = com!(*provider, GetCredentialAt(number, &raw mut credential), Value::Null);
        answers.note(Wrong::Unknown, format!("GetCredentialAt {number}"), answer);
    }
    let (mut count, mut default, mut auto) = (0, 0, BOOL(0));
    for (what, a, b, c) in [
        ("count", null_mut(), &raw mut default, &raw mut auto),
        ("default", &raw mut count, null_mut(), &raw mut auto),
        ("automatic", &raw mut count, &raw mut default, null_mut()),
    ] {
        let answer = com!(*provider, GetCredentialCount(a, b, c), Value::Null);
        answers.note(Wrong::Null, format!("GetCredentialCount, {what}"), answer);
    }
    if let Ok(users) = provider.cast::<ICredentialProviderSetUserArray>() {
        let answer = com!(users, SetUserArray(null_mut()), Value::Null);
        answers.note(Wrong::Null, "SetUserArray", answer);
    }
}

/// A field's number that is none's.
fn unknown_field(tile: &ICredentialProviderCredential, id: u32, answers: &mut Answers) {
    let mut state = CREDENTIAL_PROVIDER_FIELD_STATE(0);
    let mut interactive = CREDENTIAL_PROVIDER_FIELD_INTERACTIVE_STATE(0);
    let (mut text, mut bitmap, mut beside) = (PWSTR::null(), HBITMAP::default(), 0);
    let typed = crate::com::wide("text");
    let mut note = |call: &str, answer| answers.note(Wrong::Unknown, format!("{call} {id}"), answer);
    note("GetFieldState", com!(*tile, GetFieldState(id, &raw mut state, &raw mut interactive), json!([id])));
    note("GetStringValue", com!(*tile, GetStringValue(id, &raw mut text), json!([id])));
    note("GetBitmapValue", com!(*tile, GetBitmapValue(id, &raw mut bitmap), json!([id])));
    note("GetSubmitButtonValue", com!(*tile, GetSubmitButtonValue(id, &raw mut beside), json!([id])));
    note("SetStringValue", com!(*tile, SetStringValue(id, PCWSTR(typed.as_ptr())), json!([id])));
    note("CommandLinkClicked", com!(*tile, CommandLinkClicked(id), json!([id])));
    if let Ok(options) = tile.cast::<ICredentialProviderCredentialWithFieldOptions>() {
        let mut bits = CREDENTIAL_PROVIDER_CREDENTIAL_FIELD_OPTIONS(0);
        note("GetFieldOptions", com!(options, GetFieldOptions(id, &raw mut bits), json!([id])));
    }
}

/// A field that is there, asked for what it is not, and kinds of fields that there are none of.
fn wrong_kind(
    tile: &ICredentialProviderCredential,
    image: u32,
    edit: u32,
    submit: u32,
    answers: &mut Answers,
) {
    let (mut text, mut bitmap, mut number) = (PWSTR::null(), HBITMAP::default(), 0);
    let (mut other, mut checked) = (0, BOOL(0));
    let typed = crate::com::wide("text");
    let mut unknown = |call: &str, answer| answers.note(Wrong::Unknown, call, answer);
    unknown("GetStringValue of the image", com!(*tile, GetStringValue(image, &raw mut text), Value::Null));
    unknown("GetBitmapValue of a text", com!(*tile, GetBitmapValue(edit, &raw mut bitmap), Value::Null));
    unknown(
        "GetSubmitButtonValue of a text",
        com!(*tile, GetSubmitButtonValue(edit, &raw mut number), Value::Null),
    );
    unknown(
        "SetStringValue of the button",
        com!(*tile, SetStringValue(submit, PCWSTR(typed.as_ptr())), Value::Null),
    );
    unknown("CommandLinkClicked of a text", com!(*tile, CommandLinkClicked(edit), Value::Null));
    let mut unused = |call: &str, answer| answers.note(Wrong::Unused, call, answer);
    let label = &raw mut text;
    unused("GetCheckboxValue", com!(*tile, GetCheckboxValue(edit, &raw mut checked, label), Value::Null));
    unused(
        "GetCheckboxValue, null",
        com!(*tile, GetCheckboxValue(edit, null_mut(), null_mut()), Value::Null),
    );
    unused("SetCheckboxValue", com!(*tile, SetCheckboxValue(edit, BOOL(1)), Value::Null));
    unused(
        "GetComboBoxValueCount",
        com!(*tile, GetComboBoxValueCount(edit, &raw mut number, &raw mut other), Value::Null),
    );
    unused("GetComboBoxValueAt", com!(*tile, GetComboBoxValueAt(edit, 0, label), Value::Null));
    unused("GetComboBoxValueAt, null", com!(*tile, GetComboBoxValueAt(edit, 0, null_mut()), Value::Null));
    unused("SetComboBoxSelectedValue", com!(*tile, SetComboBoxSelectedValue(edit, 0), Value::Null));
    drop(take_string(text));
}

/// No place for a result.
fn nulls(tile: &ICredentialProviderCredential, image: u32, edit: u32, submit: u32, answers: &mut Answers) {
    let mut state = CREDENTIAL_PROVIDER_FIELD_STATE(0);
    let mut interactive = CREDENTIAL_PROVIDER_FIELD_INTERACTIVE_STATE(0);
    let mut null = |call: &str, answer| answers.note(Wrong::Null, call, answer);
    // What the tile was advised with before stays.
    null("Advise of a tile", com!(*tile, Advise(null_mut()), Value::Null));
    null("SetSelected", com!(*tile, SetSelected(null_mut()), Value::Null));
    null(
        "GetFieldState, state",
        com!(*tile, GetFieldState(edit, null_mut(), &raw mut interactive), Value::Null),
    );
    null(
        "GetFieldState, interactive",
        com!(*tile, GetFieldState(edit, &raw mut state, null_mut()), Value::Null),
    );
    null("GetStringValue", com!(*tile, GetStringValue(edit, null_mut()), Value::Null));
    null("GetBitmapValue", com!(*tile, GetBitmapValue(image, null_mut()), Value::Null));
    null("GetSubmitButtonValue", com!(*tile, GetSubmitButtonValue(submit, null_mut()), Value::Null));
    if let Ok(options) = tile.cast::<ICredentialProviderCredentialWithFieldOptions>() {
        null("GetFieldOptions", com!(options, GetFieldOptions(edit, null_mut()), Value::Null));
    }
    if let Ok(second) = tile.cast::<ICredentialProviderCredential2>() {
        null("GetUserSid", com!(second, GetUserSid(null_mut()), Value::Null));
    }
    let mut response = CREDENTIAL_PROVIDER_GET_SERIALIZATION_RESPONSE(0);
    let mut packed = CREDENTIAL_PROVIDER_CREDENTIAL_SERIALIZATION::default();
    let (mut text, mut icon) = (PWSTR::null(), CREDENTIAL_PROVIDER_STATUS_ICON(0));
    let (a, b, c, d) = (&raw mut response, &raw mut packed, &raw mut text, &raw mut icon);
    for (what, a, b, c, d) in [
        ("response", null_mut(), b, c, d),
        ("serialization", a, null_mut(), c, d),
        ("text", a, b, null_mut(), d),
        ("icon", a, b, c, null_mut()),
    ] {
        let answer = com!(*tile, GetSerialization(a, b, c, d), Value::Null);
        null(&format!("GetSerialization, {what}"), answer);
    }
    // A screen that wants no text has to be heard all the same; nothing of ours is with Windows here.
    let status = NTSTATUS(0xc000_006d_u32.cast_signed());
    let answer = com!(*tile, ReportResult(status, NTSTATUS(0), null_mut(), null_mut()), Value::Null);
    answers.note(Wrong::Unused, "ReportResult", answer);
}
