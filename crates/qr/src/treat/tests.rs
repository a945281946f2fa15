use super::*;
use proptest::prelude::*;

fn gray(pixels: &[u8], width: usize) -> Gray {
    Gray { pixels: Zeroizing::new(pixels.to_vec()), width, height: pixels.len() / width }
}

/// The mean over the square, pixel by pixel: across first, rounded, then down.
fn slow_mean(gray: &Gray, reach: usize) -> Vec<u8> {
    let mean = |levels: &[u8]| {
        let count = levels.len() as u32;
        ((levels.iter().map(|&level| u32::from(level)).sum::<u32>() + count / 2) / count) as u8
    };
    let window = |at: usize, end: usize| at.saturating_sub(reach)..(at + reach + 1).min(end);
    let across: Vec<Vec<u8>> = gray
        .pixels
        .chunks(gray.width)
        .map(|row| (0..gray.width).map(|x| mean(&row[window(x, gray.width)])).collect())
        .collect();
    let column =
        |x: usize, y: usize| across[window(y, gray.height)].iter().map(|row| row[x]).collect::<Vec<_>>();
    (0..gray.height)
        .flat_map(|y| (0..gray.width).map(move |x| (x, y)))
        .map(|(x, y)| mean(&column(x, y)))
        .collect()
}

#[test]
fn what_is_dark_is_stretched_to_black_and_white() {
    assert_eq!(*gray(&[8, 15, 22, 8], 2).stretch().pixels, [0, 127, 255, 0]);
    assert_eq!(*gray(&[7; 4], 2).stretch().pixels, [0; 4]);
    // One bright pixel in a thousand does not keep the rest dark.
    let mut spot = [10, 20].repeat(500);
    spot[0] = 255;
    assert_eq!(gray(&spot, 40).stretch().pixels[1..3], [255, 0]);
}

#[test]
fn an_edge_grows_when_it_is_sharpened_and_a_plane_stays() {
    assert_eq!(*gray(&[100, 100, 160, 160], 4).sharpen(1, 1).pixels, [100, 80, 180, 160]);
    assert_eq!(*gray(&[9; 6], 3).sharpen(4, 4).pixels, [9; 6]);
}

#[test]
fn half_of_twice_has_the_size_it_had() {
    let double = gray(&[0, 100, 200, 100, 200, 40], 3).double();
    assert_eq!((double.width, double.height), (6, 4));
    assert_eq!(double.pixels[..6], [0, 50, 100, 150, 200, 200]);
    let half = double.halve();
    assert_eq!((half.width, half.height, half.pixels.len()), (3, 2, 6));
    assert_eq!(*gray(&[10, 20, 30, 0, 40, 60, 80, 0, 9, 9, 9, 9], 4).halve().pixels, [32, 27]);
    assert!(gray(&[1, 2, 3], 1).halve().pixels.is_empty());
}

proptest! {
    #[test]
    fn smoothing_gives_the_mean_around_each_pixel(
        (width, pixels) in (1_usize..12, 1_usize..12).prop_flat_map(|(width, height)| {
            (Just(width), proptest::collection::vec(any::<u8>(), width * height))
        }),
        reach in 0_usize..14,
    ) {
        let gray = gray(&pixels, width);
        prop_assert_eq!(&*gray.smooth(reach).pixels, &slow_mean(&gray, reach));
    }
}
