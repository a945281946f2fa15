//! The camera: turned on when the person asks for it, and turned off when the value is dropped.

use super::{Refused, field};
use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    HtmlVideoElement, MediaDeviceInfo, MediaDeviceKind, MediaDevices, MediaStream, MediaStreamConstraints,
    MediaStreamTrack, window,
};

/// A camera that is on.
pub(crate) struct Camera {
    stream: MediaStream,
    track: MediaStreamTrack,
}

impl Camera {
    /// Turns on the camera with this id, or the one that looks away from the person. The browser asks for permission.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`], [`Refused::NotFound`], [`Refused::Busy`] as the browser says.
    pub(crate) async fn start(id: Option<&str>) -> Result<Self, Refused> {
        let video = Object::new();
        let set = |object: &Object, name: &str, value: &JsValue| {
            Reflect::set(object, &name.into(), value).map(|_| ()).map_err(Refused::from_js)
        };
        match id {
            Some(id) => {
                let exact = Object::new();
                set(&exact, "exact", &id.into())?;
                set(&video, "deviceId", &exact)?;
            }
            None => set(&video, "facingMode", &"environment".into())?,
        }
        // Dense codes need pixels; more than this only takes time.
        set(&video, "width", &ideal(1280))?;
        set(&video, "height", &ideal(720))?;
        let constraints = MediaStreamConstraints::new();
        constraints.set_video(&video);
        let promise = devices()?.get_user_media_with_constraints(&constraints).map_err(Refused::from_js)?;
        Self::of(JsFuture::from(promise).await.map_err(Refused::from_js)?)
    }

    /// What is on a screen or in a window that the person chooses, where the browser can show it to us.
    ///
    /// # Errors
    /// [`Refused::Nothing`] where it cannot, [`Refused::NotAllowed`] when the person chose nothing.
    pub(crate) async fn screen() -> Result<Self, Refused> {
        let devices = devices()?;
        let method = Reflect::get(&devices, &"getDisplayMedia".into()).map_err(Refused::from_js)?;
        let method: Function = method.dyn_into().map_err(|_| Refused::Nothing)?;
        let options = Object::new();
        Reflect::set(&options, &"video".into(), &true.into()).map_err(Refused::from_js)?;
        let promise: Promise = method.call1(&devices, &options).map_err(Refused::from_js)?.unchecked_into();
        Self::of(JsFuture::from(promise).await.map_err(Refused::from_js)?)
    }

    fn of(stream: JsValue) -> Result<Self, Refused> {
        let stream: MediaStream = stream.unchecked_into();
        let track = stream.get_video_tracks().get(0).dyn_into().map_err(|_| Refused::NotFound)?;
        Ok(Self { stream, track })
    }

    /// Which of [`Self::all`] it is.
    pub(crate) fn id(&self) -> Option<String> {
        let method: Function = field(&self.track, "getSettings").dyn_into().ok()?;
        field(&method.call0(&self.track).ok()?, "deviceId").as_string()
    }

    /// Shows what the camera sees in a `video` element.
    pub(crate) async fn show_in(&self, video: &HtmlVideoElement) -> Result<(), Refused> {
        video.set_src_object(Some(&self.stream));
        JsFuture::from(video.play().map_err(Refused::from_js)?).await.map_err(Refused::from_js)?;
        Ok(())
    }

    /// Whether it has a light that can be turned on.
    pub(crate) fn has_light(&self) -> bool {
        let Ok(method) = field(&self.track, "getCapabilities").dyn_into::<Function>() else { return false };
        method.call0(&self.track).is_ok_and(|capabilities| field(&capabilities, "torch").is_truthy())
    }

    /// Turns its light on or off.
    pub(crate) async fn set_light(&self, on: bool) -> Result<(), Refused> {
        let light = Object::new();
        Reflect::set(&light, &"torch".into(), &on.into()).map_err(Refused::from_js)?;
        let constraints = Object::new();
        Reflect::set(&constraints, &"advanced".into(), &Array::of1(&light)).map_err(Refused::from_js)?;
        let method: Function =
            field(&self.track, "applyConstraints").dyn_into().map_err(|_| Refused::Nothing)?;
        let promise: Promise =
            method.call1(&self.track, &constraints).map_err(Refused::from_js)?.unchecked_into();
        JsFuture::from(promise).await.map(|_| ()).map_err(Refused::from_js)
    }

    /// The ids of all cameras. Known only after one was allowed.
    pub(crate) async fn all() -> Vec<String> {
        let Ok(promise) = devices().and_then(|devices| devices.enumerate_devices().map_err(Refused::from_js))
        else {
            return Vec::new();
        };
        let Ok(found) = JsFuture::from(promise).await else { return Vec::new() };
        Array::from(&found)
            .iter()
            .map(|device| device.unchecked_into::<MediaDeviceInfo>())
            .filter(|device| device.kind() == MediaDeviceKind::Videoinput)
            .map(|device| device.device_id())
            .collect()
    }
}

impl Drop for Camera {
    fn drop(&mut self) {
        for track in self.stream.get_tracks().iter() {
            track.unchecked_into::<MediaStreamTrack>().stop();
        }
    }
}

/// Whether this browser can show what is on a screen. Phones cannot.
pub(crate) fn can_read_screen() -> bool {
    let Ok(devices) = devices() else { return false };
    Reflect::get(&devices, &"getDisplayMedia".into()).is_ok_and(|method| method.is_function())
}

fn devices() -> Result<MediaDevices, Refused> {
    // Without TLS, or in an old browser, there is none.
    window().ok_or(Refused::Nothing)?.navigator().media_devices().map_err(|_| Refused::Nothing)
}

fn ideal(pixels: u32) -> JsValue {
    let object = Object::new();
    let _set = Reflect::set(&object, &"ideal".into(), &pixels.into());
    object.into()
}
