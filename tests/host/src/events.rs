//! The objects the provider calls back: events of the provider, events of a tile, and the question whether to go on.

use crate::com::{com, take_string};
use crate::shown::{Shown, Veiled, interactive_name, options_names, state_name};
use crate::{crash, trace};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use windows::Win32::Foundation::{E_INVALIDARG, HWND, S_FALSE, S_OK};
use windows::Win32::Graphics::Gdi::HBITMAP;
use windows::Win32::UI::Shell::*;
use windows_core::{BOOL, Error, PCWSTR, PWSTR, Ref, Result, implement};

/// One event, as `events` tells it.
struct Event {
    method: &'static str,
    field: Option<u32>,
    label: Option<String>,
    text: Option<Veiled>,
    value: Value,
}

/// What the provider has said since it was last asked for.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<Event>>>);

impl Log {
    fn put(&self, event: Event) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(event);
    }

    /// Takes all of it.
    pub(crate) fn take(&self) -> Vec<Value> {
        let events = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        events
            .into_iter()
            .map(|e| {
                let mut json = json!({"method": e.method});
                if let Some(field) = e.field {
                    json["field"] = json!(field);
                    json["label"] = json!(e.label);
                }
                if let Some(text) = e.text {
                    json["text"] = json!(text.reveal());
                }
                if !e.value.is_null() {
                    json["value"] = e.value;
                }
                json
            })
            .collect()
    }
}

/// `ICredentialProviderEvents` of the host.
#[implement(ICredentialProviderEvents)]
pub(crate) struct ProviderEvents {
    /// Where it is written down.
    pub(crate) log: Log,
    /// Set when the tiles have to be asked for again.
    pub(crate) changed: Arc<AtomicBool>,
}

impl ICredentialProviderEvents_Impl for ProviderEvents_Impl {
    fn CredentialsChanged(&self, context: usize) -> Result<()> {
        trace::called_back("CredentialsChanged", &json!([context]), S_OK);
        crash::in_callback();
        self.changed.store(true, Ordering::SeqCst);
        self.log.put(Event {
            method: "CredentialsChanged",
            field: None,
            label: None,
            text: None,
            value: json!(context),
        });
        Ok(())
    }
}

/// `ICredentialProviderCredentialEvents2` of one tile.
#[implement(ICredentialProviderCredentialEvents2, ICredentialProviderCredentialEvents)]
pub(crate) struct TileEvents {
    /// The tile, as it is shown.
    pub(crate) shown: Arc<Shown>,
    /// Where it is written down.
    pub(crate) log: Log,
    /// The host's window.
    pub(crate) window: isize,
    /// Whether to ask the provider for the text from inside its own event.
    pub(crate) reenter: Arc<AtomicBool>,
}

impl TileEvents {
    fn put(
        &self,
        method: &'static str,
        id: u32,
        text: Option<&str>,
        value: Value,
        known: bool,
    ) -> Result<()> {
        let answer = if known { S_OK } else { E_INVALIDARG };
        trace::called_back(method, &json!([id, value]), answer);
        crash::in_callback();
        let label = self.shown.with(id, |f| f.what.label.clone());
        self.log.put(Event { method, field: Some(id), label, text: text.map(Veiled::new), value });
        answer.ok()
    }
}

fn text_of(text: &PCWSTR) -> String {
    if text.is_null() {
        return String::new();
    }
    // SAFETY: The provider passes a terminated string.
    String::from_utf16_lossy(unsafe { text.as_wide() })
}

impl ICredentialProviderCredentialEvents_Impl for TileEvents_Impl {
    fn SetFieldState(
        &self,
        _: Ref<ICredentialProviderCredential>,
        id: u32,
        state: CREDENTIAL_PROVIDER_FIELD_STATE,
    ) -> Result<()> {
        let known = self.shown.with(id, |f| f.state = state.0).is_some();
        self.put("SetFieldState", id, None, json!(state_name(state.0)), known)
    }

    fn SetFieldInteractiveState(
        &self,
        _: Ref<ICredentialProviderCredential>,
        id: u32,
        state: CREDENTIAL_PROVIDER_FIELD_INTERACTIVE_STATE,
    ) -> Result<()> {
        let known = self.shown.with(id, |f| f.interactive = state.0).is_some();
        if state == CPFIS_FOCUSED {
            self.shown.focus(id);
        }
        self.put("SetFieldInteractiveState", id, None, json!(interactive_name(state.0)), known)
    }

    fn SetFieldString(
        &self,
        credential: Ref<ICredentialProviderCredential>,
        id: u32,
        text: &PCWSTR,
    ) -> Result<()> {
        let text = text_of(text);
        let kind = self.shown.with(id, |f| {
            f.put_text(&text);
            f.what.kind
        });
        if self.reenter.load(Ordering::SeqCst)
            && let Some(credential) = credential.as_ref()
        {
            let mut asked = PWSTR::null();
            let _ = com!(*credential, GetStringValue(id, &raw mut asked), json!([id, "reentered"]));
            drop(take_string(asked));
        }
        // A typed text never goes into an answer; the provider only ever empties such a field.
        let told = if kind.is_some_and(|k| k == crate::shown::Kind::PASSWORD) { None } else { Some(&*text) };
        self.put("SetFieldString", id, told, Value::Null, kind.is_some())
    }

    fn SetFieldCheckbox(
        &self,
        _: Ref<ICredentialProviderCredential>,
        id: u32,
        checked: BOOL,
        label: &PCWSTR,
    ) -> Result<()> {
        let known = self.shown.with(id, |f| f.checked = checked.as_bool()).is_some();
        self.put("SetFieldCheckbox", id, Some(&text_of(label)), json!(checked.as_bool()), known)
    }

    fn SetFieldBitmap(&self, _: Ref<ICredentialProviderCredential>, id: u32, bitmap: HBITMAP) -> Result<()> {
        let known = self.shown.with(id, |f| f.put_bitmap(bitmap)).is_some();
        self.put("SetFieldBitmap", id, None, Value::Null, known)
    }

    fn SetFieldComboBoxSelectedItem(
        &self,
        _: Ref<ICredentialProviderCredential>,
        id: u32,
        item: u32,
    ) -> Result<()> {
        self.put("SetFieldComboBoxSelectedItem", id, None, json!(item), true)
    }

    fn DeleteFieldComboBoxItem(
        &self,
        _: Ref<ICredentialProviderCredential>,
        id: u32,
        item: u32,
    ) -> Result<()> {
        self.put("DeleteFieldComboBoxItem", id, None, json!(item), true)
    }

    fn AppendFieldComboBoxItem(
        &self,
        _: Ref<ICredentialProviderCredential>,
        id: u32,
        item: &PCWSTR,
    ) -> Result<()> {
        self.put("AppendFieldComboBoxItem", id, Some(&text_of(item)), Value::Null, true)
    }

    fn SetFieldSubmitButton(
        &self,
        _: Ref<ICredentialProviderCredential>,
        id: u32,
        beside: u32,
    ) -> Result<()> {
        let known = self.shown.with(id, |f| f.beside = Some(beside)).is_some();
        self.put("SetFieldSubmitButton", id, None, json!(beside), known)
    }

    fn OnCreatingWindow(&self) -> Result<HWND> {
        trace::called_back("OnCreatingWindow", &Value::Null, S_OK);
        crash::in_callback();
        self.log.put(Event {
            method: "OnCreatingWindow",
            field: None,
            label: None,
            text: None,
            value: Value::Null,
        });
        Ok(HWND(std::ptr::with_exposed_provenance_mut(self.window.cast_unsigned())))
    }
}

impl ICredentialProviderCredentialEvents2_Impl for TileEvents_Impl {
    fn BeginFieldUpdates(&self) -> Result<()> {
        trace::called_back("BeginFieldUpdates", &Value::Null, S_OK);
        crash::in_callback();
        self.log.put(Event {
            method: "BeginFieldUpdates",
            field: None,
            label: None,
            text: None,
            value: Value::Null,
        });
        Ok(())
    }

    fn EndFieldUpdates(&self) -> Result<()> {
        trace::called_back("EndFieldUpdates", &Value::Null, S_OK);
        crash::in_callback();
        self.log.put(Event {
            method: "EndFieldUpdates",
            field: None,
            label: None,
            text: None,
            value: Value::Null,
        });
        Ok(())
    }

    fn SetFieldOptions(
        &self,
        _: Ref<ICredentialProviderCredential>,
        id: u32,
        options: CREDENTIAL_PROVIDER_CREDENTIAL_FIELD_OPTIONS,
    ) -> Result<()> {
        let known = self.shown.with(id, |f| f.options = options.0).is_some();
        self.put("SetFieldOptions", id, None, json!(options_names(options.0)), known)
    }
}

/// `IQueryContinueWithStatus` of the host: goes on until the person presses Cancel.
#[implement(IQueryContinueWithStatus)]
pub(crate) struct Going {
    /// When the person presses Cancel.
    pub(crate) cancel_at: Option<Instant>,
    /// Cancel is seen by the question with this number, counted from 0.
    pub(crate) cancel_at_question: Option<u32>,
    /// Questions asked so far.
    pub(crate) asked: Arc<AtomicU32>,
    /// What was shown meanwhile.
    pub(crate) messages: Arc<Mutex<Vec<String>>>,
}

impl Going {
    /// Cancel after so long, or never.
    pub(crate) fn new(cancel_after: Option<Duration>, cancel_at_question: Option<u32>) -> Self {
        Self {
            cancel_at: cancel_after.map(|after| Instant::now() + after),
            cancel_at_question,
            asked: Arc::default(),
            messages: Arc::default(),
        }
    }
}

impl IQueryContinue_Impl for Going_Impl {
    fn QueryContinue(&self) -> Result<()> {
        crash::in_callback();
        let question = self.asked.fetch_add(1, Ordering::SeqCst);
        let cancelled = self.cancel_at.is_some_and(|at| Instant::now() >= at)
            || self.cancel_at_question.is_some_and(|at| question >= at);
        let answer = if cancelled { S_FALSE } else { S_OK };
        trace::called_back("QueryContinue", &json!([question]), answer);
        if cancelled { Err(Error::from_hresult(S_FALSE)) } else { Ok(()) }
    }
}

impl IQueryContinueWithStatus_Impl for Going_Impl {
    fn SetStatusMessage(&self, text: &PCWSTR) -> Result<()> {
        trace::called_back("SetStatusMessage", &Value::Null, S_OK);
        crash::in_callback();
        self.messages.lock().unwrap_or_else(PoisonError::into_inner).push(text_of(text));
        Ok(())
    }
}
