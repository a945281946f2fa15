//! A QR code on a screen as a camera sees it: turned, tilted, out of focus, shaken, badly lit and noisy.
//!
//! A model, not photographs: what it lacks is in `docs/performance.md`.

use countersign_qr::Matrix;
use rand_chacha::{ChaCha20Rng, rand_core::Rng};
use std::f32::consts::TAU;

pub(crate) const WIDTH: usize = 640;
pub(crate) const HEIGHT: usize = 480;
/// Distance of the screen in pixels of the frame: what a phone's lens has.
const FOCUS: f32 = 640.0;
/// Points on each side that a pixel is the mean of.
const POINTS: usize = 3;

/// What is done to a code before it is a picture. Angles in radians, lengths in modules where nothing else is said.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Damage {
    /// Pixels a module has where the screen is nearest to facing the camera.
    pub(crate) module_pixels: f32,
    pub(crate) turn: f32,
    pub(crate) tilt: f32,
    /// Standard deviation of the blur.
    pub(crate) blur: f32,
    /// Length of the way that the picture moves during the exposure.
    pub(crate) shake: f32,
    /// Standard deviation of the noise, in levels of gray.
    pub(crate) noise: f32,
    /// Level of gray of the dark and the light modules.
    pub(crate) levels: (f32, f32),
    /// What is left of the light at the far end of the picture; 1 is even light.
    pub(crate) far_light: f32,
    /// Light modules on dark.
    pub(crate) inverted: bool,
}

/// Numbers from a seed.
pub(crate) struct Chance(pub(crate) ChaCha20Rng);

impl Chance {
    /// Even between the two.
    pub(crate) fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * ((self.0.next_u32() >> 8) as f32 / (1 << 24) as f32)
    }

    /// Normal with deviation 1 (Box and Muller).
    fn normal(&mut self) -> f32 {
        let radius = (-2.0 * self.between(f32::MIN_POSITIVE, 1.0).max(1e-7).ln()).sqrt();
        radius * self.between(0.0, TAU).cos()
    }
}

/// The gray picture, rows from the top.
pub(crate) fn picture(code: &Matrix, damage: &Damage, chance: &mut Chance) -> Vec<u8> {
    let mut light = screen(code, damage, chance);
    blur(&mut light, damage.blur * damage.module_pixels);
    let direction = chance.between(0.0, TAU);
    shake(&mut light, damage.shake * damage.module_pixels, direction);
    let from = chance.between(0.0, TAU);
    let (dark, bright) = damage.levels;
    let expose = |(at, light): (usize, &f32)| {
        let (x, y) = ((at % WIDTH) as f32 / WIDTH as f32 - 0.5, (at / WIDTH) as f32 / HEIGHT as f32 - 0.5);
        let along = (x * from.cos() + y * from.sin() + 0.5).clamp(0.0, 1.0);
        let share = 1.0 + (damage.far_light - 1.0) * along;
        let level = dark + (bright - dark) * light * share + damage.noise * chance.normal();
        level.round().clamp(0.0, 255.0) as u8
    };
    light.iter().enumerate().map(expose).collect()
}

/// How much light comes from each pixel's direction, 0 to 1, in focus.
fn screen(code: &Matrix, damage: &Damage, chance: &mut Chance) -> Vec<f32> {
    // The screen's two directions in the camera's space, which looks along the third.
    let (axis, turn, tilt) = (chance.between(0.0, TAU), damage.turn, damage.tilt);
    let place = |angle: f32| {
        let (along, across) = ((angle - axis).cos(), (angle - axis).sin());
        let (flat, deep) = (across * tilt.cos(), across * tilt.sin());
        [along * axis.cos() - flat * axis.sin(), along * axis.sin() + flat * axis.cos(), deep]
    };
    let (right, down) = (place(turn), place(turn + TAU / 4.0));
    let (left, top) = (chance.between(-12.0, 12.0), chance.between(-8.0, 8.0));
    let clutter = chance.0.next_u32();
    let desk = chance.between(0.1, 0.6);
    let middle = code.size() as f32 / 2.0;
    let at = |x: f32, y: f32| {
        // Where the ray through the pixel meets the screen: two equations for how far along each direction.
        let (a, b) = (FOCUS * right[0] - x * right[2], FOCUS * down[0] - x * down[2]);
        let (c, d) = (FOCUS * right[1] - y * right[2], FOCUS * down[1] - y * down[2]);
        let whole = a * d - b * c;
        let (u, v) = (FOCUS * (x * d - y * b) / whole, FOCUS * (a * y - c * x) / whole);
        let (u, v) = (u / damage.module_pixels + middle, v / damage.module_pixels + middle);
        shown(code, u, v, clutter, desk, damage.inverted)
    };
    let mut light = Vec::with_capacity(WIDTH * HEIGHT);
    for pixel in 0..WIDTH * HEIGHT {
        let (x, y) = ((pixel % WIDTH) as f32, (pixel / WIDTH) as f32);
        let mut sum = 0.0;
        for point in 0..POINTS * POINTS {
            let part = |number: usize| (number as f32 + 0.5) / POINTS as f32;
            let (x, y) = (x + part(point % POINTS), y + part(point / POINTS));
            sum += at(x - WIDTH as f32 / 2.0 - left, y - HEIGHT as f32 / 2.0 - top);
        }
        light.push(sum / (POINTS * POINTS) as f32);
    }
    light
}

/// What the screen shows at a place counted in modules: the code, its quiet zone, lines of text, then the desk.
fn shown(code: &Matrix, u: f32, v: f32, clutter: u32, desk: f32, inverted: bool) -> f32 {
    let size = code.size() as f32;
    let outside = (-u).max(-v).max(u - size).max(v - size);
    let ink = if outside <= 0.0 {
        u >= 0.0 && v >= 0.0 && code.is_dark(u as usize, v as usize)
    } else if outside <= countersign_qr::QUIET_ZONE as f32 {
        false
    } else if outside <= 0.3 * size {
        // Strokes in every other line, from a mix of the place's bits.
        let (column, line) = ((u * 1.7).floor() as i32, (v / 1.5).floor() as i32);
        let mixed =
            (column as u32).wrapping_mul(0x9E37_79B1) ^ (line as u32).wrapping_mul(0x85EB_CA6B) ^ clutter;
        line % 2 == 0 && (mixed.wrapping_mul(0xC2B2_AE35) >> 16).is_multiple_of(3)
    } else {
        return desk;
    };
    if ink == inverted { 1.0 } else { 0.0 }
}

/// Gaussian, one direction after the other; `deviation` in pixels.
fn blur(light: &mut Vec<f32>, deviation: f32) {
    let reach = (3.0 * deviation).ceil() as i32;
    let weights: Vec<f32> =
        (-reach..=reach).map(|at| (-(at as f32).powi(2) / (2.0 * deviation * deviation)).exp()).collect();
    let whole: f32 = weights.iter().sum();
    for (dx, dy) in [(1, 0), (0, 1)] {
        *light = (0..WIDTH * HEIGHT)
            .map(|pixel| {
                let sum: f32 = (-reach..=reach)
                    .zip(&weights)
                    .map(|(step, weight)| weight * near(light, pixel, step * dx, step * dy))
                    .sum();
                sum / whole
            })
            .collect();
    }
}

/// The mean along a straight way of this many pixels.
fn shake(light: &mut Vec<f32>, length: f32, direction: f32) {
    let steps = length.ceil() as i32;
    if steps == 0 {
        return;
    }
    let step = |at: i32| length * (at as f32 / steps as f32 - 0.5);
    let way: Vec<(i32, i32)> = (0..=steps)
        .map(|at| ((step(at) * direction.cos()).round() as i32, (step(at) * direction.sin()).round() as i32))
        .collect();
    *light = (0..WIDTH * HEIGHT)
        .map(|pixel| way.iter().map(|&(dx, dy)| near(light, pixel, dx, dy)).sum::<f32>() / way.len() as f32)
        .collect();
}

/// The pixel this far from another one; at the edge, the edge.
fn near(light: &[f32], pixel: usize, dx: i32, dy: i32) -> f32 {
    let x = ((pixel % WIDTH) as i32 + dx).clamp(0, WIDTH as i32 - 1) as usize;
    let y = ((pixel / WIDTH) as i32 + dy).clamp(0, HEIGHT as i32 - 1) as usize;
    light[y * WIDTH + x]
}
