//! What is drawn can be read, by a reader that shares no code with the encoder.

use crate::{Ink, MAX_BYTES, Matrix, QUIET_ZONE, TooLong, read};
use proptest::prelude::*;

/// 94 bytes, the length of a usual `otpauth` URI.
const URI: &str =
    "otpauth://totp/Example:kim@corp.example?secret=ONSWG4TFOQWXIZLTOQWWC3TBMRSWG43F&issuer=Example";

fn texts(gray: &[u8], width: usize, height: usize) -> Vec<String> {
    read(gray, width, height).iter().map(|text| text.to_string()).collect()
}

/// Every module as a square of `scale` gray pixels.
fn picture(rows: &[Vec<bool>], scale: usize) -> (Vec<u8>, usize, usize) {
    let mut gray = Vec::new();
    for row in rows {
        let line: Vec<u8> = row.iter().flat_map(|&dark| vec![if dark { 0 } else { 255 }; scale]).collect();
        gray.extend(line.repeat(scale));
    }
    (gray, rows[0].len() * scale, rows.len() * scale)
}

/// The modules that a terminal would show; `ink` says which of the two colors characters have.
fn from_half_blocks(text: &str, ink: Ink) -> Vec<Vec<bool>> {
    let mut rows = Vec::new();
    for line in text.lines() {
        let line = match ink {
            Ink::Colors => line
                .strip_prefix("\x1b[38;5;16;48;5;231m")
                .and_then(|line| line.strip_suffix("\x1b[0m"))
                .expect("each line sets and resets its colors"),
            Ink::Dark | Ink::Light => line,
        };
        let halves = |upper: &str| line.chars().map(|c| upper.contains(c) != (ink == Ink::Light)).collect();
        assert!(line.chars().all(|c| " ▀▄█".contains(c)), "{line:?}");
        rows.push(halves("▀█"));
        rows.push(halves("▄█"));
    }
    rows
}

/// The modules of our own SVG, by its runs `M x y h length v1 h-length z`.
fn from_svg(svg: &str) -> Vec<Vec<bool>> {
    let between = |text: &'static str, start: &str, end: &str| -> &'static str {
        text.split_once(start).unwrap().1.split_once(end).unwrap().0
    };
    let svg: &'static str = svg.to_owned().leak();
    let side: usize = between(svg, "viewBox=\"0 0 ", " ").parse().unwrap();
    let mut rows = vec![vec![false; side]; side];
    for run in between(svg, "fill=\"#000\" d=\"", "\"").split_terminator('z') {
        let (place, length) = run.strip_prefix('M').unwrap().split_once('h').unwrap();
        let (x, y) = place.split_once(' ').unwrap();
        let (x, y): (usize, usize) = (x.parse().unwrap(), y.parse().unwrap());
        let length: usize = length.split_once('v').unwrap().0.parse().unwrap();
        rows[y][x..x + length].fill(true);
    }
    rows
}

#[test]
fn an_otpauth_uri_of_94_bytes_takes_version_5() {
    assert_eq!(URI.len(), 94);
    assert_eq!(Matrix::encode(URI).unwrap().size(), 37);
    // The bounds of 5-L in byte mode (ISO/IEC 18004 table 7): the format promises at most 106 bytes.
    assert_eq!(Matrix::encode(&"a".repeat(78)).unwrap().size(), 33);
    assert_eq!(Matrix::encode(&"a".repeat(106)).unwrap().size(), 37);
    assert_eq!(Matrix::encode(&"a".repeat(107)).unwrap().size(), 41);
}

#[test]
fn a_text_that_no_code_holds_is_refused() {
    assert_eq!(Matrix::encode(&"a".repeat(MAX_BYTES)).unwrap().size(), 177);
    assert_eq!(Matrix::encode(&"a".repeat(MAX_BYTES + 1)).unwrap_err(), TooLong);
    assert_eq!(Matrix::encode(&"a".repeat(1 << 20)).unwrap_err(), TooLong);
}

#[test]
fn pixels_read_back() {
    let matrix = Matrix::encode(URI).unwrap();
    for min_side in [90, 200, 333] {
        let pixels = matrix.pixels(min_side);
        assert_eq!(texts(pixels.gray(), pixels.side(), pixels.side()), [URI], "{min_side}");
    }
}

#[test]
fn each_module_is_the_same_whole_number_of_pixels() {
    let matrix = Matrix::encode(URI).unwrap();
    let framed = 37 + 2 * QUIET_ZONE;
    for (min_side, module) in [(0, 1), (1, 1), (45, 1), (46, 2), (200, 5), (225, 5), (usize::MAX, 92)] {
        let pixels = matrix.pixels(min_side);
        assert_eq!(pixels.side(), framed * module, "{min_side}");
        for y in 0..pixels.side() {
            for x in 0..pixels.side() {
                let place = |pixel: usize| (pixel / module).wrapping_sub(QUIET_ZONE);
                let expected = if matrix.is_dark(place(x), place(y)) { 0 } else { 255 };
                assert_eq!(pixels.gray()[y * pixels.side() + x], expected, "{x} {y} of {min_side}");
            }
        }
    }
}

#[test]
fn four_bytes_a_pixel_show_the_same_picture_opaque() {
    let pixels = Matrix::encode("test").unwrap().pixels(60);
    let expected: Vec<u8> = pixels.gray().iter().flat_map(|&level| [level, level, level, 255]).collect();
    assert_eq!(*pixels.rgba(), expected);
}

#[test]
fn the_svg_reads_back_and_its_label_is_escaped() {
    let svg = Matrix::encode(URI).unwrap().svg("Mara's <\"QR\"> & more");
    assert!(svg.contains("aria-label=\"Mara's &lt;&quot;QR&quot;&gt; &amp; more\""), "{}", *svg);
    let rows = from_svg(&svg);
    assert_eq!(rows.len(), 37 + 2 * QUIET_ZONE);
    let (gray, width, height) = picture(&rows, 4);
    assert_eq!(texts(&gray, width, height), [URI]);
}

#[test]
fn half_blocks_read_back_in_every_ink() {
    let matrix = Matrix::encode(URI).unwrap();
    let expected: Vec<Vec<bool>> = (0..37).map(|y| (0..37).map(|x| matrix.is_dark(x, y)).collect()).collect();
    for ink in [Ink::Colors, Ink::Dark, Ink::Light] {
        let rows = from_half_blocks(&matrix.half_blocks(ink), ink);
        let inner: Vec<Vec<bool>> = rows[QUIET_ZONE..QUIET_ZONE + 37]
            .iter()
            .map(|row| row[QUIET_ZONE..QUIET_ZONE + 37].to_vec())
            .collect();
        assert_eq!(inner, expected, "{ink:?}");
        assert_eq!(
            rows.iter().flatten().filter(|&&dark| dark).count(),
            expected.concat().iter().filter(|&&dark| dark).count()
        );
        let (gray, width, height) = picture(&rows, 4);
        assert_eq!(texts(&gray, width, height), [URI], "{ink:?}");
    }
}

#[test]
fn a_code_is_found_small_in_a_frame_light_on_dark_and_beside_another_one() {
    let (width, height) = (640, 480);
    let mut frame = vec![255; width * height];
    let mut put = |text: &str, left: usize, top: usize| {
        let pixels = Matrix::encode(text).unwrap().pixels(200);
        for (row, line) in pixels.gray().chunks(pixels.side()).enumerate() {
            let start = (top + row) * width + left;
            frame[start..start + line.len()].copy_from_slice(line);
        }
    };
    put("first", 30, 40);
    put("second", 350, 200);
    let mut found = texts(&frame, width, height);
    found.sort();
    assert_eq!(found, ["first", "second"]);
    let negative: Vec<u8> = frame.iter().map(|level| 255 - level).collect();
    assert_eq!(texts(&negative, width, height).len(), 2);
}

#[test]
fn pictures_without_a_code_or_of_another_size_give_nothing() {
    assert!(texts(&vec![255; 640 * 480], 640, 480).is_empty());
    assert!(texts(&vec![0; 640 * 480], 640, 480).is_empty());
    let pixels = Matrix::encode(URI).unwrap().pixels(200);
    let side = pixels.side();
    for (width, height) in [(side, side - 1), (side - 1, side), (0, 0), (0, side), (usize::MAX, 2)] {
        assert!(texts(pixels.gray(), width, height).is_empty(), "{width} {height}");
    }
    assert!(texts(&[], 0, 0).is_empty());
}

#[test]
fn a_matrix_and_its_pixels_never_print_their_modules() {
    let matrix = Matrix::encode("test").unwrap();
    assert_eq!(format!("{matrix:?}"), "Matrix { size: 21, .. }");
    assert_eq!(format!("{:?}", matrix.pixels(29)), "Pixels { side: 29, .. }");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_reads_back(text in "[ -~äß€日]{1,150}") {
        let pixels = Matrix::encode(&text).unwrap().pixels(300);
        prop_assert_eq!(texts(pixels.gray(), pixels.side(), pixels.side()), vec![text]);
    }

    #[test]
    fn noise_is_read_without_a_panic(
        (width, height, gray) in (1_usize..90, 1_usize..90).prop_flat_map(|(width, height)| {
            (Just(width), Just(height), proptest::collection::vec(any::<u8>(), width * height))
        })
    ) {
        texts(&gray, width, height);
    }

    #[test]
    fn a_damaged_code_reads_as_itself_or_not_at_all(damage in proptest::collection::vec(any::<(usize, u8)>(), 1..400)) {
        let pixels = Matrix::encode(URI).unwrap().pixels(135);
        let mut gray = pixels.gray().to_vec();
        for (place, level) in damage {
            let end = gray.len();
            gray[place % end] = level;
        }
        for text in texts(&gray, pixels.side(), pixels.side()) {
            prop_assert_eq!(text, URI);
        }
    }
}
