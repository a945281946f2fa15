//! How hard a new password is to guess, so that the person sees it while typing.
//!
//! An estimate of the guesses somebody would need who knows what people do: common words, repeated letters, rows of the
//! keyboard, years. Never a reason to refuse a password.

/// How hard a password is to guess.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Strength {
    /// Fewer than about 10⁴ guesses.
    VeryWeak,
    /// Fewer than about 10⁷.
    Weak,
    /// Fewer than about 10¹⁰.
    Fair,
    /// Fewer than about 10¹³.
    Good,
    /// More.
    VeryGood,
}

/// The most that is looked at, in characters; what is longer is very good if its beginning is not very weak.
const LOOKED_AT: usize = 128;
/// Texts that are tried first, longest first where one holds another. In lower case.
const COMMON: [&str; 40] = [
    "countersign",
    "passwort",
    "password",
    "football",
    "baseball",
    "princess",
    "sunshine",
    "superman",
    "trustno1",
    "iloveyou",
    "michael",
    "charlie",
    "welcome",
    "monkey",
    "dragon",
    "shadow",
    "master",
    "secret",
    "hallo",
    "hello",
    "admin",
    "login",
    "letmein",
    "freedom",
    "whatever",
    "starwars",
    "summer",
    "winter",
    "sommer",
    "schatz",
    "qwerty",
    "qwertz",
    "azerty",
    "asdf",
    "yxcv",
    "zxcv",
    "abc",
    "test",
    "pass",
    "love",
];
/// Rows in which neighbors are typed one after the other.
const ROWS: [&str; 5] =
    ["abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertzuiopqwertyuiop", "asdfghjkl", "yxcvbnm zxcvbnm"];

/// Judges a password. The time it takes depends on the password: it is for the person who types it.
pub fn of(password: &str) -> Strength {
    let letters: Vec<char> = password.chars().take(LOOKED_AT).collect();
    let bits = bits(&letters);
    match bits {
        ..13 => Strength::VeryWeak,
        13..23 => Strength::Weak,
        23..33 => Strength::Fair,
        33..43 => Strength::Good,
        _ => Strength::VeryGood,
    }
}

/// The binary logarithm of the guesses, rounded down: each part of the password adds what guessing it takes.
fn bits(letters: &[char]) -> u32 {
    let lower: Vec<char> = letters.iter().map(|letter| leet(*letter)).collect();
    let mut tenths = 0u32;
    let mut at = 0;
    while at < lower.len() {
        let (length, cost) = part(&lower[at..], &letters[at..]);
        tenths = tenths.saturating_add(cost);
        at += length;
    }
    tenths / 10
}

/// The longest easily guessed part at the beginning, with tenths of bits for guessing it; else one letter.
fn part(lower: &[char], letters: &[char]) -> (usize, u32) {
    let common = COMMON.iter().map(|word| common_start(lower, word)).max().unwrap_or_default();
    let row = row_start(lower);
    let repeated = lower.iter().take_while(|letter| Some(*letter) == lower.first()).count();
    let year = year_start(letters);
    let best =
        [(common, 60), (year, 60), (row, 50), (repeated, 50)].into_iter().max_by_key(|(length, _)| *length);
    match best {
        Some((length, cost)) if length >= 3 => {
            // Capitals within a common word are tried, too.
            let capitals = letters.iter().take(length).filter(|letter| letter.is_uppercase()).count();
            (length, cost + 10 * (capitals.min(3) as u32))
        }
        _ => (1, letters.first().map_or(0, |letter| single(*letter))),
    }
}

fn common_start(lower: &[char], word: &str) -> usize {
    let length = word.chars().count();
    let same = lower.len() >= length && word.chars().zip(lower).all(|(a, b)| a == *b);
    if same { length } else { 0 }
}

/// How many letters at the beginning follow each other in a row, forwards or backwards.
fn row_start(lower: &[char]) -> usize {
    let mut longest = 0;
    for row in ROWS {
        let forwards: Vec<char> = row.chars().collect();
        let backwards: Vec<char> = row.chars().rev().collect();
        for row in [forwards, backwards] {
            for start in 0..row.len() {
                let same = row[start..].iter().zip(lower).take_while(|(a, b)| a == b).count();
                longest = longest.max(same);
            }
        }
    }
    longest
}

/// Four digits that are a year somebody alive may think of.
fn year_start(letters: &[char]) -> usize {
    let year: String = letters.iter().take(4).collect();
    let near = year.len() == 4 && year.parse::<u32>().is_ok_and(|year| (1920..2050).contains(&year));
    if near { 4 } else { 0 }
}

/// Tenths of bits for one letter that is part of nothing known. A mixture of kinds does not raise it much: people put
/// digits and signs at the end.
fn single(letter: char) -> u32 {
    match letter {
        '0'..='9' => 33,
        'a'..='z' => 42,
        'A'..='Z' => 47,
        ' ' => 20,
        _ => 55,
    }
}

/// The letter that a digit or sign is put for, in lower case.
fn leet(letter: char) -> char {
    match letter {
        '@' => 'a',
        '$' => 's',
        '!' => 'i',
        _ => letter.to_lowercase().next().unwrap_or(letter),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_tried_first_is_very_weak() {
        for password in [
            "", "a", "1234", "password", "Password", "P@ssword", "qwertz", "aaaaaaaa", "abcdefgh", "2024",
            "87654321",
        ] {
            assert_eq!(of(password), Strength::VeryWeak, "{password}");
        }
    }

    #[test]
    fn a_longer_or_less_expected_password_is_not_weaker() {
        for (weaker, stronger) in [
            ("password", "password2024"),
            ("sommer1", "sommer1regen"),
            ("hund", "hundkatze"),
            ("tj4k", "tj4kq9"),
            ("tj4kq9", "tj4kq9wm2x"),
            ("aaaaaaaaaaaa", "tj4kq9wm2xpz"),
        ] {
            assert!(of(weaker) <= of(stronger), "{weaker} {stronger}");
        }
        assert_eq!(of("tj4kq9wm2xpz"), Strength::VeryGood);
        assert_eq!(of("correct horse battery staple"), Strength::VeryGood);
        assert_eq!(of("sommer2024"), Strength::VeryWeak);
    }

    #[test]
    fn any_text_of_any_length_is_judged() {
        assert_eq!(of(&"ä😀Ⅻ".repeat(100_000)), Strength::VeryGood);
        assert_eq!(of(&"1".repeat(1 << 20)), Strength::VeryWeak);
    }
}
