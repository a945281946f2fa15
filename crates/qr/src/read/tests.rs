use super::*;
use crate::{MAX_BYTES, Matrix};

/// 37 modules on a side, as our longest links.
const TEXT: &str =
    "otpauth://totp/Example:kim@corp.example?secret=ONSWG4TFOQWXIZLTOQWWC3TBMRSWG43F&issuer=Example";

fn gray(text: &str, min_side: usize) -> Gray {
    let pixels = Matrix::encode(text).unwrap().pixels(min_side);
    Gray { pixels: Zeroizing::new(pixels.gray().to_vec()), width: pixels.side(), height: pixels.side() }
}

/// The picture with what `level` makes of each level and a number from -128 to 127 that is the same in each run.
fn damaged(gray: &Gray, level: impl Fn(i32, i32) -> i32) -> Gray {
    let mut state = 0x9E37_79B9_u32;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        i32::from((state >> 24) as u8) - 128
    };
    let pixels = gray.pixels.iter().map(|&old| level(i32::from(old), random()).clamp(0, 255) as u8).collect();
    Gray { pixels: Zeroizing::new(pixels), width: gray.width, height: gray.height }
}

/// Each kind of damage that a treatment is for.
fn hard() -> [(&'static str, Gray); 4] {
    let sharp = gray(TEXT, 315);
    [
        ("noise", damaged(&sharp, |level, random| 20 + level * 4 / 5 + random)),
        ("low light", damaged(&sharp, |level, random| 8 + level / 17 + random / 25)),
        ("blur", damaged(&sharp.smooth(4).smooth(3), |level, random| level + random / 40)),
        ("small", gray(TEXT, 180).halve().double().halve()),
    ]
}

#[test]
fn each_reader_reads_alone() {
    for reader in [QUICK[0], read_thoroughly] {
        let texts = reader(&gray("test", 116));
        assert_eq!(texts.iter().map(|text| text.as_str()).collect::<Vec<_>>(), ["test"]);
    }
}

#[test]
fn noise_low_light_and_blur_are_read_though_neither_reader_reads_them() {
    for (kind, picture) in &hard()[..3] {
        assert!(
            read_quickly(picture, BOTH).is_empty() && read_thoroughly(picture).is_empty(),
            "{kind} is no damage"
        );
        let texts = read(&picture.pixels, picture.width, picture.height);
        assert_eq!(texts.iter().map(|text| text.as_str()).collect::<Vec<_>>(), [TEXT], "{kind}");
    }
}

#[test]
fn a_code_that_stands_still_is_read_within_the_turns_wherever_the_count_begins() {
    for (kind, picture) in &hard() {
        for first in [0, 3, usize::MAX - FRAME_TURNS] {
            let mut turns = first..first + FRAME_TURNS;
            let read = |turn| read_frame(&picture.pixels, picture.width, picture.height, turn);
            assert!(turns.any(|turn| !read(turn).is_empty()), "{kind} from {first}");
        }
    }
}

#[test]
fn light_on_dark_is_read_within_the_turns_and_of_a_large_frame_what_is_in_the_middle() {
    for (kind, picture) in &hard() {
        let light = damaged(picture, |level, _| 255 - level);
        let (width, height) = (1280, 720);
        let mut large = Gray { pixels: Zeroizing::new(vec![200; width * height]), width, height };
        let (left, top) = ((width - light.width) / 2, (height - light.height) / 2);
        for (y, row) in light.pixels.chunks_exact(light.width).enumerate() {
            large.pixels[(top + y) * width + left..][..light.width].copy_from_slice(row);
        }
        for (size, picture) in [("small", &light), ("large", &large)] {
            let read = |turn| read_frame(&picture.pixels, picture.width, picture.height, turn);
            assert!((0..FRAME_TURNS).any(|turn| !read(turn).is_empty()), "{kind}, {size}");
        }
    }
}

#[test]
fn a_picture_that_is_too_large_to_be_treated_is_read_as_it_is() {
    let large = gray(&"a".repeat(MAX_BYTES), 2100);
    assert!(large.pixels.len() > MAX_TREATED);
    assert_eq!(read(&large.pixels, large.width, large.height).len(), 1);
}
