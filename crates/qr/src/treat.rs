//! Pictures made easier to read. What helps against one kind of damage harms with another.

use zeroize::Zeroizing;

/// A gray picture: one byte a pixel, rows from the top, 0 is black.
pub(crate) struct Gray {
    pub(crate) pixels: Zeroizing<Vec<u8>>,
    pub(crate) width: usize,
    pub(crate) height: usize,
}

impl Gray {
    /// The mean over a square that reaches `reach` pixels to each side; at the edges over what there is of it.
    pub(crate) fn smooth(&self, reach: usize) -> Self {
        let (width, height) = (self.width, self.height);
        let mut across = Zeroizing::new(vec![0_u8; width * height]);
        for (row, out) in self.pixels.chunks_exact(width).zip(across.chunks_exact_mut(width)) {
            let mut sum: u32 = row.iter().take(reach).map(|&level| u32::from(level)).sum();
            let mut count = reach.min(width) as u32;
            for (x, mean) in out.iter_mut().enumerate() {
                if let Some(&level) = row.get(x + reach) {
                    sum += u32::from(level);
                    count += 1;
                }
                if let Some(gone) = x.checked_sub(reach + 1) {
                    sum -= u32::from(row[gone]);
                    count -= 1;
                }
                *mean = ((sum + count / 2) / count) as u8;
            }
        }
        let mut pixels = Zeroizing::new(vec![0_u8; width * height]);
        let mut sums = Zeroizing::new(vec![0_u32; width]);
        let mut count = 0;
        let add = |sums: &mut [u32], y: usize| {
            for (sum, &level) in sums.iter_mut().zip(&across[y * width..][..width]) {
                *sum += u32::from(level);
            }
        };
        for y in 0..reach.min(height) {
            add(&mut sums, y);
            count += 1;
        }
        for (y, out) in pixels.chunks_exact_mut(width).enumerate() {
            if y + reach < height {
                add(&mut sums, y + reach);
                count += 1;
            }
            if let Some(gone) = y.checked_sub(reach + 1) {
                for (sum, &level) in sums.iter_mut().zip(&across[gone * width..][..width]) {
                    *sum -= u32::from(level);
                }
                count -= 1;
            }
            for (out, sum) in out.iter_mut().zip(sums.iter()) {
                *out = ((sum + count / 2) / count) as u8;
            }
        }
        Self { pixels, width, height }
    }

    /// Away from the mean around each pixel, `times` as far.
    pub(crate) fn sharpen(&self, reach: usize, times: i32) -> Self {
        let mean = self.smooth(reach);
        self.with(&mean, |level, mean| (level + times * (level - mean)).clamp(0, 255) as u8)
    }

    /// Black where a pixel is darker than the mean of a wide square around it, white elsewhere.
    pub(crate) fn threshold(&self, reach: usize) -> Self {
        let mean = self.smooth(reach);
        self.with(&mean, |level, mean| if level < mean { 0 } else { 255 })
    }

    /// From black to white, the hundredth part at each end left out.
    pub(crate) fn stretch(&self) -> Self {
        let mut counts = [0_usize; 256];
        for &level in self.pixels.iter() {
            counts[usize::from(level)] += 1;
        }
        let beyond = self.pixels.len() / 100;
        let low = end(counts.iter(), beyond) as i32;
        let high = 255 - end(counts.iter().rev(), beyond) as i32;
        let range = (high - low).max(1);
        self.with(self, |level, _| (255 * (level - low) / range).clamp(0, 255) as u8)
    }

    /// Twice as wide and high; what is new is the mean of its neighbors.
    pub(crate) fn double(&self) -> Self {
        let (width, height) = (2 * self.width, 2 * self.height);
        let mut pixels = Zeroizing::new(Vec::with_capacity(width * height));
        for y in 0..height {
            let upper = &self.pixels[y / 2 * self.width..][..self.width];
            let lower = &self.pixels[y.div_ceil(2).min(self.height - 1) * self.width..][..self.width];
            for x in 0..width {
                let (left, right) = (x / 2, x.div_ceil(2).min(self.width - 1));
                let sum: u32 =
                    [upper[left], upper[right], lower[left], lower[right]].map(u32::from).iter().sum();
                pixels.push((sum / 4) as u8);
            }
        }
        Self { pixels, width, height }
    }

    /// What is in the middle, at most so wide and high.
    pub(crate) fn middle(&self, width: usize, height: usize) -> Self {
        let (width, height) = (width.min(self.width), height.min(self.height));
        let (left, top) = ((self.width - width) / 2, (self.height - height) / 2);
        let mut pixels = Zeroizing::new(Vec::with_capacity(width * height));
        for row in self.pixels.chunks_exact(self.width).skip(top).take(height) {
            pixels.extend_from_slice(&row[left..][..width]);
        }
        Self { pixels, width, height }
    }

    /// Half as wide and high: each pixel the mean of four.
    pub(crate) fn halve(&self) -> Self {
        let (width, height) = (self.width / 2, self.height / 2);
        let mut pixels = Zeroizing::new(Vec::with_capacity(width * height));
        for y in 0..height {
            let upper = &self.pixels[2 * y * self.width..][..self.width];
            let lower = &self.pixels[(2 * y + 1) * self.width..][..self.width];
            for (upper, lower) in upper.chunks_exact(2).zip(lower.chunks_exact(2)) {
                let sum: u32 = [upper[0], upper[1], lower[0], lower[1]].map(u32::from).iter().sum();
                pixels.push((sum / 4) as u8);
            }
        }
        Self { pixels, width, height }
    }

    fn with(&self, other: &Self, level: impl Fn(i32, i32) -> u8) -> Self {
        let pairs = self.pixels.iter().zip(other.pixels.iter());
        let pixels = pairs.map(|(&ours, &theirs)| level(i32::from(ours), i32::from(theirs))).collect();
        Self { pixels: Zeroizing::new(pixels), width: self.width, height: self.height }
    }
}

/// How many levels from the beginning have at most `beyond` pixels together.
fn end<'a>(counts: impl Iterator<Item = &'a usize>, beyond: usize) -> usize {
    let mut seen = 0;
    counts
        .take_while(|&&count| {
            seen += count;
            seen <= beyond
        })
        .count()
}

#[cfg(test)]
mod tests;
