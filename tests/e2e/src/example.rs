use crate::{Gray, SignInScreen, Wine};
use serde_json::Value;
use std::{
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

/// The example that stands for every QR code in the documentation, as text: the terminal's pictures have it too.
const EXAMPLE: &str = include_str!("../../../xtask/src/pictures/example-qr.txt");
/// Modules of the example, without the white around it, and how wide that is.
const SIDE: usize = 37;
const QUIET: usize = 4;
/// What stands for a key.
const KEY: &str = "THIS KEYI SANE XAMP LENO TATO KEN";

/// A picture for the documentation, with no secret in it.
pub struct Picture {
    width: usize,
    height: usize,
    /// Red, green and blue of each pixel, row after row.
    pixels: Vec<u8>,
}

/// A part of a picture, in pixels.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Part {
    left: usize,
    top: usize,
    width: usize,
    height: usize,
}

impl Part {
    fn read(value: &Value) -> Option<Self> {
        let number = |at: usize| usize::try_from(value[at].as_u64()?).ok();
        Some(Self { left: number(0)?, top: number(1)?, width: number(2)?, height: number(3)? })
    }

    fn has(self, x: usize, y: usize) -> bool {
        (self.left..self.left + self.width).contains(&x) && (self.top..self.top + self.height).contains(&y)
    }
}

impl SignInScreen<'_> {
    /// Takes a picture of the sign-in screen, with an example in place of a QR code or a key.
    ///
    /// # Panics
    /// When a QR code is left that is not the example.
    pub fn picture(&mut self, wine: &Wine) -> Picture {
        if self.try_ask(&["draw", "Key", KEY]).is_none() {
            panic!("the screen is gone");
        }
        let facts = self.ask(&["picture"]);
        let window = Part::read(&facts["window"]).expect("a window");
        let mut picture = Picture::take(wine, window.width, window.height);
        let windows = facts["provider_windows"].as_array().map_or(&[][..], Vec::as_slice);
        let windows: Vec<Part> =
            windows.iter().filter_map(|window| Part::read(&window["rectangle"])).collect();
        let tile = self.scan_tile().and_then(|_| Part::read(&facts["image"]));
        picture.hide_codes(tile, &windows);
        let left = Gray::from(&picture).scan();
        assert!(
            left.iter().all(|text| text.starts_with("An example, not a token")),
            "a QR code is in the picture"
        );
        picture
    }
}

impl Picture {
    fn take(wine: &Wine, width: usize, height: usize) -> Self {
        let output = wine
            .linux("import")
            .args([
                "-window",
                "root",
                "-crop",
                &format!("{width}x{height}+0+0"),
                "+repage",
                "-depth",
                "8",
                "rgb:-",
            ])
            .output()
            .expect("import starts");
        assert_eq!(
            output.stdout.len(),
            3 * width * height,
            "import: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        Self { width, height, pixels: output.stdout }
    }

    /// Puts the example in the place of each QR code: of the sharp one in a window of its own, and of the one in the
    /// tile's picture, which is drawn smaller.
    fn hide_codes(&mut self, tile: Option<Part>, above: &[Part]) {
        for window in above {
            let (left, top, module) =
                self.sharp_code(*window).expect("the QR code of a window is as large as the example");
            for y in 0..SIDE * module {
                for x in 0..SIDE * module {
                    self.put(left + x, top + y, is_dark(QUIET + x / module, QUIET + y / module));
                }
            }
        }
        let Some(tile) = tile else { return };
        let all = SIDE + 2 * QUIET;
        for y in tile.top..tile.top + tile.height {
            for x in tile.left..tile.left + tile.width {
                if !above.iter().any(|window| window.has(x, y)) {
                    let (across, down) =
                        ((x - tile.left) * all / tile.width, (y - tile.top) * all / tile.height);
                    self.put(x, y, is_dark(across, down));
                }
            }
        }
    }

    fn put(&mut self, x: usize, y: usize, dark: bool) {
        let at = 3 * (y * self.width + x);
        self.pixels[at..at + 3].fill(if dark { 0 } else { 255 });
    }

    fn at(&self, x: usize, y: usize) -> bool {
        let at = 3 * (y * self.width + x);
        x < self.width
            && y < self.height
            && self.pixels[at..at + 3].iter().map(|part| u32::from(*part)).sum::<u32>() < 384
    }

    /// Where a QR code of the example's size begins whose modules are squares of whole pixels, and how many.
    fn sharp_code(&self, part: Part) -> Option<(usize, usize, usize)> {
        let finder = |left: usize, top: usize, module: usize| {
            (0..49).all(|number| {
                let (x, y) = (number % 7, number / 7);
                let ring = x.min(y).min(6 - x).min(6 - y);
                self.at(left + x * module + module / 2, top + y * module + module / 2) == (ring != 1)
            })
        };
        for top in part.top + 1..part.top + part.height {
            for left in part.left + 1..part.left + part.width {
                // A corner, or else it would be found a pixel too low.
                if !self.at(left, top) || self.at(left - 1, top) || self.at(left, top - 1) {
                    continue;
                }
                let run = (left..).take_while(|x| self.at(*x, top)).count();
                let module = run / 7;
                let other = (SIDE - 7) * module;
                if module > 1
                    && run.is_multiple_of(7)
                    && [(0, 0), (other, 0), (0, other)].iter().all(|(x, y)| finder(left + x, top + y, module))
                {
                    return Some((left, top, module));
                }
            }
        }
        None
    }

    /// Writes it with as few colors as it has, so that it is small.
    ///
    /// # Panics
    /// When `convert` fails.
    pub fn write(&self, file: &Path) {
        let mut child = Command::new("convert")
            .args(["-size", &format!("{}x{}", self.width, self.height), "-depth", "8", "rgb:-"])
            .args(["+dither", "-colors", "32", "-strip", "-define", "png:exclude-chunks=all"])
            .arg(format!("png8:{}", file.display()))
            .stdin(Stdio::piped())
            .spawn()
            .expect("convert starts");
        child.stdin.take().expect("piped").write_all(&self.pixels).expect("convert reads");
        assert!(child.wait().expect("convert ends").success());
    }
}

impl From<&Picture> for Gray {
    fn from(picture: &Picture) -> Self {
        let pixels = picture.pixels.chunks_exact(3).map(|rgb| rgb[1]).collect();
        Self { width: picture.width, height: picture.height, pixels }
    }
}

/// A module of the example, the white around it included.
fn is_dark(x: usize, y: usize) -> bool {
    let character = EXAMPLE.lines().nth(y / 2).and_then(|line| line.chars().nth(x));
    match character {
        Some('█') => true,
        Some('▀') => y.is_multiple_of(2),
        Some('▄') => !y.is_multiple_of(2),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A dark picture with a QR code of a token at this place, its modules so many pixels wide.
    fn with_code(uri: &str, left: usize, top: usize, module: usize) -> (Picture, Part) {
        let mut picture = Picture { width: 400, height: 300, pixels: vec![40; 400 * 300 * 3] };
        let matrix = qr::Matrix::encode(uri).unwrap();
        assert_eq!(matrix.size(), SIDE);
        let side = (SIDE + 2 * QUIET) * module;
        let within = |at: usize| (at / module).checked_sub(QUIET).filter(|at| *at < SIDE);
        for (x, y) in (0..side).flat_map(|y| (0..side).map(move |x| (x, y))) {
            let module = within(x).zip(within(y));
            let dark = module.is_some_and(|(x, y)| matrix.is_dark(x, y));
            picture.put(left + x, top + y, dark);
        }
        (picture, Part { left, top, width: side, height: side })
    }

    const URI: &str =
        "otpauth://totp/Countersign:PC-W%5Cmara?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY&issuer=Countersign";

    #[test]
    fn nothing_of_a_qr_code_is_left_in_a_picture() {
        for tile in [false, true] {
            let (mut picture, part) = with_code(URI, 30, 20, 4);
            let before = picture.pixels.clone();
            assert_eq!(Gray::from(&picture).scan(), [URI]);
            if tile {
                picture.hide_codes(Some(part), &[]);
            } else {
                picture.hide_codes(None, &[part]);
            }
            // Each pixel of the place is the example's, whatever was there.
            for (x, y) in (0..part.height).flat_map(|y| (0..part.width).map(move |x| (x, y))) {
                assert_eq!(picture.at(part.left + x, part.top + y), is_dark(x / 4, y / 4), "{x} {y}");
            }
            let texts = Gray::from(&picture).scan();
            assert!(texts.len() == 1 && texts[0].starts_with("An example, not a token"), "{texts:?}");
            let outside = |at: usize| !part.has(at / 3 % 400, at / 3 / 400);
            assert!((0..before.len()).filter(|at| outside(*at)).all(|at| before[at] == picture.pixels[at]));
        }
    }

    #[test]
    #[should_panic(expected = "as large as the example")]
    fn a_code_of_a_window_that_is_not_found_is_noticed() {
        let (mut picture, part) = with_code(URI, 30, 20, 4);
        // One finder pattern lacks a module.
        picture.put(30 + 4 * QUIET + 4 + 2, 20 + 4 * QUIET + 2, false);
        picture.hide_codes(None, &[part]);
    }
}
