use qr::Matrix;
use std::{fs, path::Path, process::Command};
use tempfile::TempDir;

const WIDTH: usize = 640;
const HEIGHT: usize = 480;
/// Frames before the first code: the camera is on before the code comes into view.
const EMPTY_FRAMES: usize = 3;
const FRAMES_EACH: usize = 10;

/// What a camera sees: first nothing, then QR codes one after the other, over and over.
pub struct Clip {
    folder: TempDir,
}

/// Dark on light as usual, or the other way round.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Ink {
    /// Dark modules.
    Dark,
    /// Light modules on a dark ground.
    Light,
}

impl Clip {
    /// A clip in which these texts are shown as QR codes.
    ///
    /// # Panics
    /// When a text does not fit.
    pub fn of(texts: &[&str]) -> Self {
        Self::with_ink(texts, Ink::Dark)
    }

    /// The same with light modules.
    ///
    /// # Panics
    /// When a text does not fit.
    pub fn inverted(texts: &[&str]) -> Self {
        Self::with_ink(texts, Ink::Light)
    }

    /// A clip of a camera that is held before this picture: not quite straight, not quite sharp.
    ///
    /// # Panics
    /// When `convert` cannot read the picture.
    pub fn held_before(picture: &Path) -> Self {
        let output = Command::new("convert")
            .arg(picture)
            .args(["-alpha", "off", "-colorspace", "gray", "-background", "gray43"])
            .args(["-filter", "triangle", "-resize", "340x340", "-rotate", "4", "-blur", "0x0.7"])
            .args(["-gravity", "center", "-extent", &format!("{WIDTH}x{HEIGHT}"), "-depth", "8", "gray:-"])
            .output()
            .expect("convert starts; `cargo xtask test --setup` installs it");
        assert_eq!(
            output.stdout.len(),
            WIDTH * HEIGHT,
            "convert: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        Self::of_frames(&[output.stdout])
    }

    fn with_ink(texts: &[&str], ink: Ink) -> Self {
        Self::of_frames(&texts.iter().map(|text| frame(text, ink)).collect::<Vec<_>>())
    }

    fn of_frames(frames: &[Vec<u8>]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        // YUV4MPEG2: a header, then for each frame the brightness of each pixel and the color at half the size.
        let mut clip = format!("YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n").into_bytes();
        let mut add = |gray: &[u8]| {
            clip.extend_from_slice(b"FRAME\n");
            clip.extend_from_slice(gray);
            clip.resize(clip.len() + WIDTH * HEIGHT / 2, 128);
        };
        for _ in 0..EMPTY_FRAMES {
            add(&vec![110; WIDTH * HEIGHT]);
        }
        for frame in frames {
            for _ in 0..FRAMES_EACH {
                add(frame);
            }
        }
        fs::write(folder.path().join("camera.y4m"), clip).expect("the clip is written");
        Self { folder }
    }

    pub(super) fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("camera.y4m")
    }
}

/// One frame of 640 × 480 pixels with a QR code in the middle: one byte a pixel, rows from the top.
///
/// # Panics
/// When the text does not fit.
pub fn still(text: &str) -> Vec<u8> {
    frame(text, Ink::Dark)
}

fn frame(text: &str, ink: Ink) -> Vec<u8> {
    let matrix = Matrix::encode(text).expect("a text that fits");
    let code = matrix.pixels(400);
    let mut gray = vec![110; WIDTH * HEIGHT];
    let (left, top) = ((WIDTH - code.side()) / 2, (HEIGHT - code.side()) / 2);
    for (y, row) in code.gray().chunks_exact(code.side()).enumerate() {
        for (x, &value) in row.iter().enumerate() {
            gray[(top + y) * WIDTH + left + x] = if ink == Ink::Dark { value } else { 255 - value };
        }
    }
    gray
}
