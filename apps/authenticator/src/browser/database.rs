//! The browser's database, IndexedDB, as far as two saved states of the vault need it.

use super::Refused;
use js_sys::{Function, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    IdbDatabase, IdbObjectStore, IdbOpenDbRequest, IdbRequest, IdbTransaction, IdbTransactionMode, window,
};

const NAME: &str = "countersign";
const STORE: &str = "vault";

/// A record as it is kept: a number that grows with each write, a hash of the bytes, and the bytes.
pub(crate) struct Record {
    /// Greater than that of the one before.
    pub(crate) number: u64,
    /// When it was written, seconds since 1970.
    pub(crate) saved_at: u64,
    /// SHA-256 of what follows.
    pub(crate) hash: Vec<u8>,
    /// The sealed container.
    pub(crate) bytes: Vec<u8>,
    /// What the device remembers of its backup, sealed.
    pub(crate) note: Vec<u8>,
}

/// The open database.
#[derive(Clone)]
pub(crate) struct Database(IdbDatabase);

impl Database {
    /// Opens it, and makes it the first time.
    ///
    /// # Errors
    /// When the browser keeps nothing, as in some private windows.
    pub(crate) async fn open() -> Result<Self, Refused> {
        let factory =
            window().and_then(|window| window.indexed_db().ok().flatten()).ok_or(Refused::Nothing)?;
        let request: IdbOpenDbRequest = factory.open_with_u32(NAME, 1).map_err(Refused::from_js)?;
        let upgrade = {
            let request = request.clone();
            Closure::once_into_js(move |_: JsValue| {
                if let Ok(result) = request.result() {
                    let _made = result.unchecked_into::<IdbDatabase>().create_object_store(STORE);
                }
            })
        };
        request.set_onupgradeneeded(Some(upgrade.unchecked_ref()));
        let database = done(&request).await.map_err(Refused::from_js)?;
        Ok(Self(database.unchecked_into()))
    }

    /// The record in a slot.
    pub(crate) async fn read(&self, slot: &str) -> Result<Option<Record>, Refused> {
        let (_transaction, store) = self.store(IdbTransactionMode::Readonly)?;
        let value = get(&store, slot).await?;
        Ok(record(&value))
    }

    /// Whether there is anything in a slot, readable or not.
    pub(crate) async fn has(&self, slot: &str) -> Result<bool, Refused> {
        let (_transaction, store) = self.store(IdbTransactionMode::Readonly)?;
        Ok(!get(&store, slot).await?.is_undefined())
    }

    /// Writes a record into a slot, when the newest number in any of `slots` is still `expected`.
    ///
    /// # Errors
    /// [`Refused::Changed`] when another tab wrote meanwhile, [`Refused::Full`] when there is no room. Nothing is changed
    /// then.
    pub(crate) async fn write(
        &self,
        slots: &[&str],
        slot: &str,
        expected: Option<u64>,
        new: &Record,
    ) -> Result<(), Refused> {
        let (transaction, store) = self.store(IdbTransactionMode::Readwrite)?;
        let mut newest = None;
        for slot in slots {
            newest = newest.max(record(&get(&store, slot).await?).map(|record| record.number));
        }
        if newest != expected {
            return Err(Refused::Changed);
        }
        let value = js_sys::Object::new();
        let set =
            |name: &str, field: &JsValue| Reflect::set(&value, &name.into(), field).map_err(Refused::from_js);
        set("number", &(new.number as f64).into())?;
        set("savedAt", &(new.saved_at as f64).into())?;
        set("hash", &Uint8Array::from(new.hash.as_slice()).into())?;
        set("bytes", &Uint8Array::from(new.bytes.as_slice()).into())?;
        set("note", &Uint8Array::from(new.note.as_slice()).into())?;
        store.put_with_key(&value, &slot.into()).map_err(Refused::from_js)?;
        finished(&transaction).await.map_err(Refused::from_js)
    }

    /// Removes everything.
    pub(crate) async fn clear(&self) -> Result<(), Refused> {
        let (transaction, store) = self.store(IdbTransactionMode::Readwrite)?;
        store.clear().map_err(Refused::from_js)?;
        finished(&transaction).await.map_err(Refused::from_js)
    }

    fn store(&self, mode: IdbTransactionMode) -> Result<(IdbTransaction, IdbObjectStore), Refused> {
        let transaction = self.0.transaction_with_str_and_mode(STORE, mode).map_err(Refused::from_js)?;
        let store = transaction.object_store(STORE).map_err(Refused::from_js)?;
        Ok((transaction, store))
    }
}

async fn get(store: &IdbObjectStore, slot: &str) -> Result<JsValue, Refused> {
    let request = store.get(&slot.into()).map_err(Refused::from_js)?;
    done(&request).await.map_err(Refused::from_js)
}

/// What was stored, unless it is damaged beyond having these fields.
fn record(value: &JsValue) -> Option<Record> {
    if !value.is_object() {
        return None;
    }
    let field = |name: &str| Reflect::get(value, &name.into()).ok();
    let number = |name: &str| field(name)?.as_f64().map(|number| number as u64);
    let bytes = |name: &str| Some(field(name)?.dyn_into::<Uint8Array>().ok()?.to_vec());
    Some(Record {
        number: number("number")?,
        saved_at: number("savedAt")?,
        hash: bytes("hash")?,
        bytes: bytes("bytes")?,
        note: bytes("note")?,
    })
}

/// Waits for a request. Its transaction stays open as long as the next request follows at once.
async fn done(request: &IdbRequest) -> Result<JsValue, JsValue> {
    let promise = Promise::new(&mut |resolve: Function, reject: Function| {
        let (good, bad) = (request.clone(), request.clone());
        let success = Closure::once_into_js(move |_: JsValue| {
            let _called = resolve.call1(&JsValue::NULL, &good.result().unwrap_or(JsValue::UNDEFINED));
        });
        let failure = Closure::once_into_js(move |_: JsValue| {
            let error = bad.error().ok().flatten().map_or(JsValue::UNDEFINED, JsValue::from);
            let _called = reject.call1(&JsValue::NULL, &error);
        });
        request.set_onsuccess(Some(success.unchecked_ref()));
        request.set_onerror(Some(failure.unchecked_ref()));
    });
    JsFuture::from(promise).await
}

/// Waits until a transaction is on the disk, or was given up.
async fn finished(transaction: &IdbTransaction) -> Result<(), JsValue> {
    let promise = Promise::new(&mut |resolve: Function, reject: Function| {
        let failed = transaction.clone();
        let complete = Closure::once_into_js(move |_: JsValue| {
            let _called = resolve.call0(&JsValue::NULL);
        });
        let abort = Closure::once_into_js(move |_: JsValue| {
            let error = failed.error().map_or(JsValue::UNDEFINED, JsValue::from);
            let _called = reject.call1(&JsValue::NULL, &error);
        });
        transaction.set_oncomplete(Some(complete.unchecked_ref()));
        transaction.set_onabort(Some(abort.unchecked_ref()));
    });
    JsFuture::from(promise).await.map(|_| ())
}
