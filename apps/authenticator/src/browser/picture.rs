//! A picture to read a QR code from: a frame of the camera or a file.

use super::{Refused, page};
use js_sys::{Array, Object, Promise, Reflect};
use wasm_bindgen::{Clamped, JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, CanvasRenderingContext2d, HtmlCanvasElement, HtmlVideoElement, ImageBitmap, window};

/// Pixels, four bytes each: red, green, blue, opacity.
pub(crate) struct Picture {
    /// Pixels from the left to the right.
    pub(crate) width: u32,
    /// Rows.
    pub(crate) height: u32,
    /// `width` × `height` × 4 bytes.
    pub(crate) pixels: Clamped<Vec<u8>>,
}

/// A canvas that pictures are drawn on to get at their pixels. It is never shown.
pub(crate) struct Canvas {
    element: HtmlCanvasElement,
    context: CanvasRenderingContext2d,
}

impl Canvas {
    /// A new one.
    ///
    /// # Errors
    /// When the browser has none.
    pub(crate) fn new() -> Result<Self, Refused> {
        let element =
            page::document().ok_or(Refused::Nothing)?.create_element("canvas").map_err(Refused::from_js)?;
        let element: HtmlCanvasElement = element.unchecked_into();
        let options = Object::new();
        Reflect::set(&options, &"willReadFrequently".into(), &true.into()).map_err(Refused::from_js)?;
        let context = element
            .get_context_with_context_options("2d", &options)
            .map_err(Refused::from_js)?
            .ok_or(Refused::Nothing)?;
        Ok(Self { element, context: context.unchecked_into() })
    }

    /// The canvas, for interfaces that read pictures themselves.
    pub(crate) fn element(&self) -> &HtmlCanvasElement {
        &self.element
    }

    /// What a video shows now; nothing before its first frame.
    pub(crate) fn draw_video(&self, video: &HtmlVideoElement, longest: u32) -> Result<bool, Refused> {
        let (width, height) = (video.video_width(), video.video_height());
        if width == 0 || height == 0 {
            return Ok(false);
        }
        let (width, height) = self.resize(width, height, longest);
        self.context
            .draw_image_with_html_video_element_and_dw_and_dh(video, 0.0, 0.0, width, height)
            .map_err(Refused::from_js)?;
        Ok(true)
    }

    /// A picture from a file, a paste or a drop.
    pub(crate) async fn draw_file(&self, file: &Blob, longest: u32) -> Result<(), Refused> {
        let promise = window()
            .ok_or(Refused::Nothing)?
            .create_image_bitmap_with_blob(file)
            .map_err(Refused::from_js)?;
        let bitmap: ImageBitmap = JsFuture::from(promise).await.map_err(Refused::from_js)?.unchecked_into();
        let (width, height) = self.resize(bitmap.width(), bitmap.height(), longest);
        self.context
            .draw_image_with_image_bitmap_and_dw_and_dh(&bitmap, 0.0, 0.0, width, height)
            .map_err(Refused::from_js)?;
        bitmap.close();
        Ok(())
    }

    /// The pixels that were drawn.
    pub(crate) fn picture(&self) -> Result<Picture, Refused> {
        let (width, height) = (self.element.width(), self.element.height());
        let data = self
            .context
            .get_image_data(0.0, 0.0, f64::from(width), f64::from(height))
            .map_err(Refused::from_js)?;
        Ok(Picture { width, height, pixels: data.data() })
    }

    /// Makes the canvas as large as the picture, its longest side at most `longest`.
    fn resize(&self, width: u32, height: u32, longest: u32) -> (f64, f64) {
        let scale = (f64::from(longest) / f64::from(width.max(height))).min(1.0);
        let (width, height) = (f64::from(width) * scale, f64::from(height) * scale);
        self.element.set_width(width as u32);
        self.element.set_height(height as u32);
        (width, height)
    }
}

/// What the browser itself finds on a canvas; `None` where it has no detector of QR codes.
pub(crate) async fn detect(canvas: &HtmlCanvasElement) -> Option<Vec<String>> {
    let class = Reflect::get(&js_sys::global(), &"BarcodeDetector".into()).ok()?;
    let class: js_sys::Function = class.dyn_into().ok()?;
    let options = Object::new();
    Reflect::set(&options, &"formats".into(), &Array::of1(&"qr_code".into())).ok()?;
    let detector = Reflect::construct(&class, &Array::of1(&options)).ok()?;
    let method: js_sys::Function = Reflect::get(&detector, &"detect".into()).ok()?.dyn_into().ok()?;
    let promise: Promise = method.call1(&detector, canvas).ok()?.dyn_into().ok()?;
    let found = JsFuture::from(promise).await.ok()?;
    let text = |code: JsValue| Reflect::get(&code, &"rawValue".into()).ok()?.as_string();
    Some(Array::from(&found).iter().filter_map(text).collect())
}
