//! The reader of QR codes: a module of its own, loaded in a worker when a code is read for the first time.
//!
//! Must not know what a code means.

#[cfg(target_arch = "wasm32")]
mod worker {
    use js_sys::{Array, Reflect, Uint8Array};
    use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

    /// The texts of the QR codes in a picture. `request` has `pixels`, four bytes each (red, green, blue, opacity),
    /// `width` and `height`, and where it is a frame of a video, `frame`: its number.
    #[wasm_bindgen]
    #[expect(unreachable_pub, reason = "called by the worker's script")]
    pub fn answer(request: &JsValue) -> Result<JsValue, JsValue> {
        let number = |name: &str| -> Result<usize, JsValue> {
            Ok(Reflect::get(request, &name.into())?.as_f64().unwrap_or_default() as usize)
        };
        let (width, height) = (number("width")?, number("height")?);
        let pixels = Reflect::get(request, &"pixels".into())?;
        let pixels = Uint8Array::new(&pixels.dyn_into::<js_sys::Uint8ClampedArray>()?.buffer()).to_vec();
        let gray = gray(&pixels);
        let texts = match Reflect::get(request, &"frame".into())?.as_f64() {
            Some(frame) => qr::read_frame(&gray, width, height, frame as usize),
            None => qr::read(&gray, width, height),
        };
        Ok(texts.iter().map(|text| JsValue::from_str(text)).collect::<Array>().into())
    }

    /// Brightness as people see it (ITU-R BT.601). What is see-through is white, as on a page.
    fn gray(pixels: &[u8]) -> Vec<u8> {
        let mut gray = Vec::with_capacity(pixels.len() / 4);
        for pixel in pixels.chunks_exact(4) {
            let [red, green, blue, opacity] = [pixel[0], pixel[1], pixel[2], pixel[3]].map(u32::from);
            let bright = (299 * red + 587 * green + 114 * blue) / 1000;
            gray.push(((bright * opacity + 255 * (255 - opacity)) / 255) as u8);
        }
        gray
    }
}

fn main() {}
