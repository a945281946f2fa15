use crate::Matrix;
use zeroize::Zeroizing;

/// Black on white out of the fixed part of the 256-color palette: themes do not recolor it as they do the first 16.
const BLACK_ON_WHITE: &str = "\x1b[38;5;16;48;5;231m";
const RESET: &str = "\x1b[0m";

/// What a printed character looks like where the code is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ink {
    /// The terminal takes ANSI colors: black on white, whatever its theme.
    Colors,
    /// No colors: dark characters on a light ground.
    Dark,
    /// No colors: light characters on a dark ground.
    Light,
}

impl Matrix {
    /// The code with its quiet zone as lines of half blocks, two rows of modules a line, each line ended by `\n`.
    ///
    /// As many characters wide as the code has modules with its quiet zone: 45 for a usual `otpauth` URI.
    pub fn half_blocks(&self, ink: Ink) -> Zeroizing<String> {
        let side = self.framed_size();
        let (before, after) = if ink == Ink::Colors { (BLACK_ON_WHITE, RESET) } else { ("", "") };
        let line = before.len() + '█'.len_utf8() * side + after.len() + 1;
        // One allocation: growing would leave copies behind that nobody wipes.
        let mut text = Zeroizing::new(String::with_capacity(line * side.div_ceil(2)));
        for y in (0..side).step_by(2) {
            text.push_str(before);
            text.extend((0..side).map(|x| {
                // The number of rows is odd. The row that is missing at the end is light.
                let inked = |y| self.is_dark_framed(x, y) != (ink == Ink::Light);
                match (inked(y), inked(y + 1)) {
                    (true, true) => '█',
                    (true, false) => '▀',
                    (false, true) => '▄',
                    (false, false) => ' ',
                }
            }));
            text.push_str(after);
            text.push('\n');
        }
        text
    }
}
