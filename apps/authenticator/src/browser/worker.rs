//! A worker: one request after the other, each with its answer.

use super::{Refused, field, page};
use js_sys::{Function, Object, Promise, Reflect};
use std::{cell::Cell, rc::Rc};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{MessageEvent, WorkerOptions, WorkerType};

/// A worker that is running.
pub(crate) struct Worker {
    worker: web_sys::Worker,
    next: Rc<Cell<u32>>,
}

impl Worker {
    /// Starts the worker whose script the page names: `keys-worker` or `qr-worker`.
    ///
    /// # Errors
    /// When the browser has no workers of modules.
    pub(crate) fn start(name: &str) -> Result<Self, Refused> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let script = page::named_file(name).ok_or(Refused::NotFound)?;
        let worker = web_sys::Worker::new_with_options(&script, &options).map_err(Refused::from_js)?;
        Ok(Self { worker, next: Rc::new(Cell::new(1)) })
    }

    /// Sends a request, whose fields are in `request`, and waits for its answer. What is in `moved` changes hands.
    ///
    /// # Errors
    /// What the worker says went wrong.
    pub(crate) async fn ask(&self, request: &Object, moved: &js_sys::Array) -> Result<JsValue, Refused> {
        let id = self.next.replace(self.next.get().wrapping_add(1));
        Reflect::set(request, &"id".into(), &id.into()).map_err(Refused::from_js)?;
        let worker = self.worker.clone();
        let listener: Rc<Cell<Option<Function>>> = Rc::default();
        let promise = Promise::new(&mut |resolve: Function, reject: Function| {
            let refuse = reject.clone();
            let message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
                let data = event.data();
                if field(&data, "id").as_f64() != Some(f64::from(id)) {
                    return;
                }
                let problem = field(&data, "problem");
                let _called = if problem.is_undefined() {
                    resolve.call1(&JsValue::NULL, &field(&data, "answer"))
                } else {
                    refuse.call1(&JsValue::NULL, &problem)
                };
            })
            .into_js_value()
            .unchecked_into::<Function>();
            let _added = worker.add_event_listener_with_callback("message", &message);
            listener.set(Some(message));
            // A worker that does not even load says so here.
            let failed = Closure::once_into_js(move |_: JsValue| {
                let _called = reject.call1(&JsValue::NULL, &"the worker failed".into());
            });
            worker.set_onerror(Some(failed.unchecked_ref()));
        });
        self.worker.post_message_with_transfer(request, moved).map_err(Refused::from_js)?;
        let answer = JsFuture::from(promise).await.map_err(Refused::from_js);
        if let Some(listener) = listener.take() {
            let _removed = self.worker.remove_event_listener_with_callback("message", &listener);
        }
        answer
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}
