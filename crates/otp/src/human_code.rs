use crate::chars;
use model::Secret;
use rand_core::Rng;
use std::{fmt, str::FromStr};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Crockford's alphabet: without `I`, `L`, `O`, which look like digits, and `U`.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A random code that people write down, read out and type: `GROUPS` groups of `SIZE` symbols.
///
/// Each symbol carries 5 bits, but the last is a check symbol: a slip of one symbol, or two symbols swapped, is told
/// from a wrong code before anything is compared or counted. The check symbol makes guessing no easier; it follows
/// from the others.
///
/// Wiped on drop, never printed, compared in constant time.
pub struct HumanCode<const GROUPS: usize, const SIZE: usize>(Zeroizing<String>);

/// A recovery code: 4 groups of 5 symbols, 95 random bits.
pub type RecoveryCode = HumanCode<4, 5>;

/// A code that allows one enrollment: 3 groups of 3 symbols, 40 random bits. Short enough for the telephone, so it must
/// expire and its tries be counted.
pub type EnrollmentCode = HumanCode<3, 3>;

/// A code that lets somebody in for a while who has forgotten their token: 3 groups of 4 symbols, 55 random bits. For the
/// telephone as well, and of another length than the others, so that none is taken for another.
pub type TemporaryCode = HumanCode<3, 4>;

/// Why a text cannot be a code of the kind asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidHumanCode {
    /// A character that is not in the alphabet and resembles nothing in it.
    #[error("the code has a character that such codes never have")]
    BadCharacter,
    /// Too few or too many symbols.
    #[error("the code should have {expected} letters and digits")]
    WrongLength {
        /// How many there should be.
        expected: usize,
    },
    /// The check symbol does not fit: mistyped, not merely wrong.
    #[error("the code was mistyped")]
    Mistyped,
}

impl<const GROUPS: usize, const SIZE: usize> HumanCode<GROUPS, SIZE> {
    /// How many symbols there are, the check symbol included.
    pub const SYMBOLS: usize = GROUPS * SIZE;
    /// How many bits are random.
    pub const BITS: usize = 5 * (Self::SYMBOLS - 1);

    /// A new random code. `rng` must be fit for keys.
    pub fn random(rng: &mut dyn Rng) -> Self {
        // The powers of the generator in `times_two` repeat after 31: longer codes would miss some swaps.
        const { assert!(2 <= GROUPS * SIZE && GROUPS * SIZE <= 31) };
        let mut bytes = Zeroizing::new(vec![0; Self::SYMBOLS - 1]);
        rng.fill_bytes(&mut bytes);
        let mut text = Zeroizing::new(String::with_capacity(Self::SYMBOLS));
        let mut sum = 0;
        for byte in bytes.iter() {
            let digit = byte & 31;
            sum = times_two(sum) ^ digit;
            text.push(symbol(digit));
        }
        text.push(symbol(times_two(sum)));
        Self(text)
    }

    /// The symbols without separators, in the one form that is hashed and compared.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The code as it is shown and printed: groups with a dash between them.
    pub fn to_groups(&self) -> Secret {
        let mut text = Vec::with_capacity(Self::SYMBOLS + GROUPS);
        for (i, group) in self.0.as_bytes().chunks(SIZE).enumerate() {
            if i > 0 {
                text.push(b'-');
            }
            text.extend_from_slice(group);
        }
        Secret::new(text)
    }
}

/// Takes any case, full-width forms and digits of any script; reads `O` as 0, `I` and `L` as 1, `U` as V; ignores
/// blanks, dashes and invisible marks.
impl<const GROUPS: usize, const SIZE: usize> FromStr for HumanCode<GROUPS, SIZE> {
    type Err = InvalidHumanCode;

    fn from_str(text: &str) -> Result<Self, InvalidHumanCode> {
        let wrong_length = InvalidHumanCode::WrongLength { expected: Self::SYMBOLS };
        // Bytes first: a megabyte pasted into the field must not be walked character by character. Eight bytes a
        // symbol leave room for wide scripts and a blank after every symbol.
        if text.len() > 8 * Self::SYMBOLS {
            return Err(wrong_length);
        }
        let mut symbols = Zeroizing::new(String::with_capacity(text.len()));
        let mut sum = 0;
        for c in text.chars().filter(|&c| !chars::is_filler(c)) {
            let digit = value(c).ok_or(InvalidHumanCode::BadCharacter)?;
            sum = times_two(sum) ^ digit;
            symbols.push(symbol(digit));
        }
        if symbols.len() != Self::SYMBOLS {
            return Err(wrong_length);
        }
        if sum == 0 { Ok(Self(symbols)) } else { Err(InvalidHumanCode::Mistyped) }
    }
}

impl<const GROUPS: usize, const SIZE: usize> PartialEq for HumanCode<GROUPS, SIZE> {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl<const GROUPS: usize, const SIZE: usize> Eq for HumanCode<GROUPS, SIZE> {}

impl<const GROUPS: usize, const SIZE: usize> fmt::Debug for HumanCode<GROUPS, SIZE> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HumanCode(…)")
    }
}

fn symbol(digit: u8) -> char {
    char::from(ALPHABET[usize::from(digit & 31)])
}

fn value(c: char) -> Option<u8> {
    let c = match chars::alphanumeric(c)? {
        'O' => '0',
        'I' | 'L' => '1',
        'U' => 'V',
        c => c,
    };
    ALPHABET.iter().position(|&letter| char::from(letter) == c).map(|digit| digit as u8)
}

/// Multiplies by the generator of GF(32), modulo x⁵ + x² + 1.
///
/// A code is valid when the sum of its symbols times descending powers of the generator is zero (a Reed–Solomon code
/// with one check symbol). A single changed symbol changes the sum, and so do two different symbols that swap places,
/// as their powers differ.
fn times_two(digit: u8) -> u8 {
    ((digit << 1) ^ ((digit >> 4) * 0b10_0101)) & 31
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    fn recovery(seed: u64) -> RecoveryCode {
        RecoveryCode::random(&mut ChaCha20Rng::seed_from_u64(seed))
    }

    #[test]
    fn codes_have_the_bits_they_promise() {
        assert_eq!(RecoveryCode::BITS, 95);
        assert_eq!(EnrollmentCode::BITS, 40);
        assert_eq!(TemporaryCode::BITS, 55);
        assert_ne!(recovery(1), recovery(2));
        // Every symbol turns up in every place but the last, which the others decide.
        for place in 0..RecoveryCode::SYMBOLS {
            let seen: std::collections::BTreeSet<u8> =
                (0..1000).map(|seed| recovery(seed).expose().as_bytes()[place]).collect();
            assert_eq!(seen.len(), 32, "{place}");
        }
    }

    #[test]
    fn codes_are_shown_in_groups() {
        let code = recovery(3);
        let groups = code.to_groups();
        let text = groups.expose_text().unwrap();
        assert_eq!(text.split('-').map(str::len).collect::<Vec<_>>(), [5, 5, 5, 5]);
        let code = EnrollmentCode::random(&mut ChaCha20Rng::seed_from_u64(3));
        assert_eq!(code.to_groups().expose_text().unwrap().len(), 11);
    }

    #[test]
    fn look_alikes_and_separators_are_read() {
        for (text, expected) in [
            ("000-000-000", "000000000"),
            ("ooo OOO ooo", "000000000"),
            ("０００ ０００ ０００", "000000000"),
            ("٠٠٠٠٠٠٠٠٠", "000000000"),
        ] {
            assert_eq!(
                text.parse::<EnrollmentCode>().as_ref().map(HumanCode::expose),
                Ok(expected),
                "{text}"
            );
        }
        assert_eq!(["i", "L", "l", "1", "Ｉ"].map(|s| value(s.chars().next().unwrap())), [Some(1); 5]);
        assert_eq!([value('u'), value('V')], [Some(27); 2]);
    }

    #[test]
    fn what_is_no_code_is_refused_with_the_reason() {
        let wrong_length = InvalidHumanCode::WrongLength { expected: 9 };
        for (text, why) in [
            ("", wrong_length),
            ("00000000", wrong_length),
            ("0000000000", wrong_length),
            ("00000000!", InvalidHumanCode::BadCharacter),
            ("00000000ä", InvalidHumanCode::BadCharacter),
            ("000000001", InvalidHumanCode::Mistyped),
        ] {
            assert_eq!(text.parse::<EnrollmentCode>(), Err(why), "{text}");
        }
        assert_eq!("0".repeat(1 << 20).parse::<EnrollmentCode>(), Err(wrong_length));
    }

    #[test]
    fn the_generator_reaches_every_element() {
        let mut seen = [false; 32];
        let mut power = 1;
        for _ in 0..31 {
            assert!(!seen[usize::from(power)] && power != 0);
            seen[usize::from(power)] = true;
            power = times_two(power);
        }
        assert_eq!(power, 1);
    }

    #[test]
    fn a_code_never_prints_itself() {
        assert_eq!(format!("{:?}", recovery(1)), "HumanCode(…)");
    }

    proptest! {
        #[test]
        fn codes_survive_being_shown_and_typed(seed: u64, lower: bool) {
            let code = recovery(seed);
            let groups = code.to_groups();
            let text = groups.expose_text().unwrap();
            let typed = if lower { text.to_lowercase().replace('-', " ") } else { text.to_owned() };
            prop_assert_eq!(typed.parse(), Ok(code));
        }

        #[test]
        fn every_changed_symbol_and_every_swap_is_noticed(seed: u64, i in 0usize..20, j in 0usize..20, other in 0u8..32) {
            let code = recovery(seed);
            let symbols: Vec<char> = code.expose().chars().collect();
            let mut changed = symbols.clone();
            changed[i] = symbol(other);
            let mut swapped = symbols.clone();
            swapped.swap(i, j);
            for text in [changed, swapped] {
                let same = text == symbols;
                let read = text.iter().collect::<String>().parse::<RecoveryCode>();
                prop_assert_eq!(read.err(), (!same).then_some(InvalidHumanCode::Mistyped));
            }
        }

        #[test]
        fn any_text_is_judged_without_a_panic(text: String) {
            let _ = text.parse::<EnrollmentCode>();
        }
    }
}
