//! Reading QR codes: by the browser where it can, else by a worker that is loaded when the first picture comes.

use super::{
    Refused,
    picture::{self, Canvas},
    worker::Worker,
};
use js_sys::{Array, Object, Reflect, Uint8ClampedArray};
use std::cell::{Cell, OnceCell};
use web_sys::{Blob, HtmlVideoElement};
use zeroize::Zeroizing;

/// Longest side of a frame that is looked at, in pixels. A dense code fills most of it.
const FRAME: u32 = 960;
/// Longest sides a file or a screen is tried at, one after the other: a photo is quickly read small, a dense code needs its pixels.
const FILE: [u32; 3] = [1200, 2400, 4096];

/// What reads QR codes. Holds a canvas and, once needed, the worker.
pub(crate) struct Reader {
    canvas: Canvas,
    worker: OnceCell<Worker>,
    /// Frames of videos looked at; the worker tries something else with each.
    frames: Cell<u32>,
}

impl Reader {
    /// A new one. Nothing is loaded yet.
    ///
    /// # Errors
    /// When the browser cannot draw.
    pub(crate) fn new() -> Result<Self, Refused> {
        Ok(Self { canvas: Canvas::new()?, worker: OnceCell::new(), frames: Cell::new(0) })
    }

    /// The texts in what a video shows now.
    ///
    /// # Errors
    /// When the worker does not start.
    pub(crate) async fn read_video(
        &self,
        video: &HtmlVideoElement,
    ) -> Result<Vec<Zeroizing<String>>, Refused> {
        if !self.canvas.draw_video(video, FRAME)? {
            return Ok(Vec::new());
        }
        let frame = self.frames.get();
        self.frames.set(frame.wrapping_add(1));
        self.read(Some(frame)).await
    }

    /// The texts in what is on a screen now, where a code may be small.
    ///
    /// # Errors
    /// When the worker does not start.
    pub(crate) async fn read_screen(
        &self,
        video: &HtmlVideoElement,
    ) -> Result<Vec<Zeroizing<String>>, Refused> {
        for longest in FILE {
            if !self.canvas.draw_video(video, longest)? {
                break;
            }
            let texts = self.read(None).await?;
            if !texts.is_empty() {
                return Ok(texts);
            }
        }
        Ok(Vec::new())
    }

    /// The texts in a picture from a file, a paste or a drop.
    ///
    /// # Errors
    /// When it is no picture.
    pub(crate) async fn read_file(&self, file: &Blob) -> Result<Vec<Zeroizing<String>>, Refused> {
        for longest in FILE {
            self.canvas.draw_file(file, longest).await?;
            let texts = self.read(None).await?;
            if !texts.is_empty() {
                return Ok(texts);
            }
        }
        Ok(Vec::new())
    }

    /// What is on the canvas: the frame of a video with this number, or a picture that may take longer.
    async fn read(&self, frame: Option<u32>) -> Result<Vec<Zeroizing<String>>, Refused> {
        if let Some(texts) = picture::detect(self.canvas.element()).await
            && !texts.is_empty()
        {
            return Ok(texts.into_iter().map(Zeroizing::new).collect());
        }
        let picture = self.canvas.picture()?;
        let worker = match self.worker.get() {
            Some(worker) => worker,
            None => {
                let started = Worker::start("qr-worker")?;
                self.worker.get_or_init(|| started)
            }
        };
        let request = Object::new();
        let pixels = Uint8ClampedArray::from(picture.pixels.as_slice());
        let set = |name: &str, value: wasm_bindgen::JsValue| {
            Reflect::set(&request, &name.into(), &value).map(|_| ()).map_err(Refused::from_js)
        };
        set("width", picture.width.into())?;
        set("height", picture.height.into())?;
        set("pixels", pixels.clone().into())?;
        if let Some(frame) = frame {
            set("frame", frame.into())?;
        }
        let answer = worker.ask(&request, &Array::of1(&pixels.buffer())).await?;
        Ok(Array::from(&answer).iter().filter_map(|text| text.as_string()).map(Zeroizing::new).collect())
    }
}
