//! New versions: the service worker fetches them, and waits until the person says so.

use super::App;
use js_sys::Reflect;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{ServiceWorkerContainer, ServiceWorkerRegistration, ServiceWorkerState, window};

/// Registers the service worker and watches for a new version.
pub(crate) fn watch(app: App) {
    spawn_local(async move {
        let Some(container) = container() else { return };
        let Ok(registration) = JsFuture::from(container.register("sw.js")).await else { return };
        let registration: ServiceWorkerRegistration = registration.unchecked_into();
        // The first one ever takes over at once; only a later one is an update.
        if registration.waiting().is_some() {
            app.update_ready.set(true);
        }
        let found = {
            let registration = registration.clone();
            Closure::<dyn FnMut()>::new(move || {
                let Some(worker) = registration.installing() else { return };
                let changed = {
                    let worker = worker.clone();
                    Closure::<dyn FnMut()>::new(move || {
                        let taken_over = window()
                            .is_some_and(|window| window.navigator().service_worker().controller().is_some());
                        if worker.state() == ServiceWorkerState::Installed && taken_over {
                            app.update_ready.set(true);
                        }
                    })
                };
                worker.set_onstatechange(Some(changed.into_js_value().unchecked_ref()));
            })
        };
        registration.set_onupdatefound(Some(found.into_js_value().unchecked_ref()));
    });
}

/// Takes the new version: its service worker is told to take over, and the page is loaded again. Where another window has
/// done so already, the page is only loaded.
pub(crate) fn take() {
    spawn_local(async move {
        let Some(container) = container() else { return };
        let Ok(ready) = container.get_registration().await_js().await else { return };
        let Ok(registration) = ready.dyn_into::<ServiceWorkerRegistration>() else { return };
        let Some(waiting) = registration.waiting() else { return reload() };
        container.set_oncontrollerchange(Some(Closure::once_into_js(reload).unchecked_ref()));
        let _told = waiting.post_message(&"update".into());
    });
}

fn reload() {
    if let Some(window) = window() {
        let _loaded = window.location().reload();
    }
}

/// Not there without TLS, and in some private windows.
fn container() -> Option<ServiceWorkerContainer> {
    let navigator = window()?.navigator();
    let there = Reflect::has(&navigator, &"serviceWorker".into()).unwrap_or_default();
    there.then(|| navigator.service_worker())
}

/// A promise, awaited in the middle of a line.
trait AwaitJs {
    fn await_js(self) -> JsFuture;
}

impl AwaitJs for js_sys::Promise {
    fn await_js(self) -> JsFuture {
        JsFuture::from(self)
    }
}

/// The build of the app, as `index.html` names it.
pub(crate) fn build() -> String {
    crate::browser::page::named_file("build").unwrap_or_default()
}
