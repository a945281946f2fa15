//! How hard a new password is to guess, so that the person sees it before it is too late.
//!
//! Must not know what the password opens, nor refuse one: it is an opinion.
//!
//! The opinion is zxcvbn's, which knows what people do: words, names and passwords of lists, rows of the keyboard, dates,
//! repetitions, and digits put for letters. It is a crate of its own since zxcvbn is none of the pure ones (it looks at
//! the clock for the year we have, which dates are compared with) and is large: the app loads it apart from the rest.
#![forbid(unsafe_code)]

use model::Secret;
use zxcvbn::Score;

/// How hard a password is to guess. The bounds are zxcvbn's.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Strength {
    /// At most a thousand guesses.
    VeryWeak,
    /// At most a million.
    Weak,
    /// At most 10⁸.
    Fair,
    /// At most 10¹⁰.
    Good,
    /// More.
    VeryGood,
}

/// Judges a password. Of a longer one the first 100 characters are looked at. What is no text is none that anybody
/// types: it is very weak.
///
/// zxcvbn copies the password and does not wipe its copies. A program that goes on afterwards has to judge where the
/// memory is given back, as the app does, in a worker that is ended after it.
pub fn of(password: &Secret) -> Strength {
    let entropy = zxcvbn::zxcvbn(password.expose_text().unwrap_or_default(), &["countersign"]);
    match entropy.score() {
        Score::One => Strength::Weak,
        Score::Two => Strength::Fair,
        Score::Three => Strength::Good,
        Score::Four => Strength::VeryGood,
        // There is no other; whatever comes is not praised.
        _ => Strength::VeryWeak,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn judged(password: &str) -> Strength {
        of(&Secret::from_text(password.to_owned()))
    }

    #[test]
    fn what_is_tried_first_is_very_weak_however_it_is_written() {
        for password in [
            "",
            "a",
            "1234",
            "password",
            "Password1",
            "P@ssw0rd",
            "qwertyuiop",
            "aaaaaaaa",
            "abcdefgh",
            "2024",
            "87654321",
            "countersign",
            "c0untersign",
        ] {
            assert!(judged(password) <= Strength::Weak, "{password}");
        }
        for password in ["", "1234", "password", "P@ssw0rd", "countersign"] {
            assert_eq!(judged(password), Strength::VeryWeak, "{password}");
        }
    }

    #[test]
    fn length_alone_makes_no_password_good() {
        for password in
            ["passwordpassword", "aaaaaaaaaaaaaaaaaaaa", "qwertyuiopasdfghjkl", "1234567890123456"]
        {
            assert!(judged(password) <= Strength::Fair, "{password}");
        }
    }

    #[test]
    fn what_is_drawn_by_lot_is_very_good() {
        for password in ["tj4kq9wm2xpz", "correct horse battery staple", "Kx7#mQ2!vR9p"] {
            assert_eq!(judged(password), Strength::VeryGood, "{password}");
        }
    }

    #[test]
    fn what_is_no_text_and_what_is_endless_is_judged_all_the_same() {
        assert_eq!(of(&Secret::new(vec![0xff, 0xfe])), Strength::VeryWeak);
        assert!(judged(&"1".repeat(1 << 20)) <= Strength::Weak);
        assert_eq!(judged(&"ä😀Ⅻ".repeat(100_000)), judged(&"ä😀Ⅻ".repeat(1000)));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_text_gets_a_verdict(text in "\\PC{0,40}") {
            judged(&text);
        }
    }
}
