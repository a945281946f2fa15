//! A folder of this device that the person chose (File System Access). The browser gives a handle, which is kept in the
//! database beside the vault, and may ask again before it can be used.

use super::{Asked, Failed, Files};
use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use vault::backup_files::is_name;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{IdbDatabase, IdbRequest, IdbTransaction, IdbTransactionMode, WorkerGlobalScope};

const DATABASE: &str = "countersign";
const STORE: &str = "vault";

pub(super) struct DeviceFolder(JsValue);

impl DeviceFolder {
    /// The folder whose handle is kept under `access`; `keep` puts it there.
    pub(super) async fn open(asked: &Asked) -> Result<Self, Failed> {
        let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
        let factory = scope.indexed_db()?.ok_or(Failed::Word("permission"))?;
        let database: IdbDatabase = done(factory.open(DATABASE)?.unchecked_into()).await?.unchecked_into();
        let transaction = database.transaction_with_str_and_mode(STORE, IdbTransactionMode::Readwrite)?;
        let store = transaction.object_store(STORE)?;
        let (key, given) = (asked.field("access"), asked.field("handle"));
        if given.is_object() {
            store.put_with_key(&given, &key)?;
        }
        let read = store.get(&key)?;
        // The worker is ended with its answer: until then it has to be on the disk.
        finished(&transaction).await?;
        let handle = read.result()?;
        database.close();
        if !handle.is_object() {
            return Err(Failed::Word("permission"));
        }
        // Some handles, as those of the browser's own folder for this site, are not asked about.
        if Reflect::has(&handle, &"queryPermission".into())? {
            let mode = options("mode", "readwrite".into())?;
            let allowed = call(&handle, "queryPermission", &[mode]).await?;
            if allowed.as_string().as_deref() != Some("granted") {
                return Err(Failed::Asks(handle));
            }
        }
        Ok(Self(handle))
    }

    /// The handle of a file.
    async fn file(&self, name: &str, create: bool) -> Result<JsValue, JsValue> {
        call(&self.0, "getFileHandle", &[name.into(), options("create", create.into())?]).await
    }
}

impl Files for DeviceFolder {
    async fn names(&self) -> Result<Vec<String>, Failed> {
        let keys = method(&self.0, "keys")?.call0(&self.0)?;
        let mut names = Vec::new();
        loop {
            let next = call(&keys, "next", &[]).await.map_err(gone)?;
            if Reflect::get(&next, &"done".into())?.is_truthy() {
                return Ok(names);
            }
            let name = Reflect::get(&next, &"value".into())?.as_string();
            names.extend(name.filter(|name| is_name(name)));
        }
    }

    async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, Failed> {
        let handle = match self.file(name, false).await {
            Err(error) if is(&error, "NotFoundError") => return Ok(None),
            handle => handle?,
        };
        let file = call(&handle, "getFile", &[]).await?;
        let buffer = call(&file, "arrayBuffer", &[]).await?;
        Ok(Some(Uint8Array::new(&buffer).to_vec()))
    }

    async fn put(&self, name: &str, bytes: &[u8]) -> Result<(), Failed> {
        let handle = self.file(name, true).await.map_err(gone)?;
        // It is in the folder under its name when it is closed, and not before.
        let writer = call(&handle, "createWritable", &[]).await?;
        call(&writer, "write", &[Uint8Array::from(bytes).into()]).await.map_err(gone)?;
        call(&writer, "close", &[]).await.map_err(gone)?;
        Ok(())
    }

    async fn remove(&self, name: &str) -> Result<(), Failed> {
        match call(&self.0, "removeEntry", &[name.into()]).await {
            Err(error) if !is(&error, "NotFoundError") => Err(error.into()),
            _ => Ok(()),
        }
    }
}

/// What it means when the folder itself does not do it.
fn gone(error: JsValue) -> Failed {
    if is(&error, "QuotaExceededError") {
        Failed::Word("full")
    } else if is(&error, "NotFoundError") {
        Failed::Word("folder")
    } else if is(&error, "NotAllowedError") {
        Failed::Word("permission")
    } else {
        error.into()
    }
}

fn is(error: &JsValue, name: &str) -> bool {
    Reflect::get(error, &"name".into()).ok().and_then(|name| name.as_string()).as_deref() == Some(name)
}

fn options(name: &str, value: JsValue) -> Result<JsValue, JsValue> {
    let options = Object::new();
    Reflect::set(&options, &name.into(), &value)?;
    Ok(options.into())
}

fn method(object: &JsValue, name: &str) -> Result<Function, JsValue> {
    Reflect::get(object, &name.into())?.dyn_into()
}

/// Calls a method that gives a promise, and waits for it.
async fn call(object: &JsValue, name: &str, arguments: &[JsValue]) -> Result<JsValue, JsValue> {
    let arguments: Array = arguments.iter().collect();
    let promise: Promise = method(object, name)?.apply(object, &arguments)?.unchecked_into();
    JsFuture::from(promise).await
}

/// Waits for the database to be open.
async fn done(request: IdbRequest) -> Result<JsValue, JsValue> {
    waits(|resolve, reject| {
        request.set_onsuccess(Some(resolve));
        request.set_onerror(Some(reject));
    })
    .await?;
    request.result()
}

/// Waits until a transaction is on the disk, or was given up.
async fn finished(transaction: &IdbTransaction) -> Result<(), JsValue> {
    waits(|resolve, reject| {
        transaction.set_oncomplete(Some(resolve));
        transaction.set_onabort(Some(reject));
    })
    .await
}

async fn waits(set: impl Fn(&Function, &Function)) -> Result<(), JsValue> {
    let promise = Promise::new(&mut |resolve: Function, reject: Function| set(&resolve, &reject));
    JsFuture::from(promise).await.map(|_| ())
}
