//! A command line of a script: words, and JSON strings where a word has spaces.

use std::fmt;

/// One word of a command. `Debug` does not show it: it may be a password.
#[derive(Clone)]
pub(crate) struct Word(String);

impl Word {
    /// The word.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Word(..)")
    }
}

/// Takes a line apart.
///
/// # Errors
///
/// A JSON string without an end, or with an escape that JSON does not have. The message does not repeat the line.
pub(crate) fn split(line: &str) -> Result<Vec<Word>, &'static str> {
    let mut words = Vec::new();
    let mut rest = line.chars().peekable();
    loop {
        while rest.next_if(|c| c.is_whitespace()).is_some() {}
        if rest.peek().is_none() {
            return Ok(words);
        }
        // As long as the line at once, so that no half of a password is left where a smaller buffer was.
        let mut word = String::with_capacity(line.len());
        while let Some(c) = rest.next_if(|c| !c.is_whitespace()) {
            if c == '"' && (word.is_empty() || word.ends_with('=')) {
                quoted(&mut rest, &mut word)?;
            } else {
                word.push(c);
            }
        }
        words.push(Word(word));
    }
}

/// The rest of a JSON string, after its opening quote.
fn quoted(rest: &mut impl Iterator<Item = char>, word: &mut String) -> Result<(), &'static str> {
    loop {
        match rest.next().ok_or("a string has no closing quote")? {
            '"' => return Ok(()),
            '\\' => {
                let c = match rest.next().ok_or("a string has no closing quote")? {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    'b' => '\u{8}',
                    'f' => '\u{c}',
                    'u' => escaped_unit(rest)?,
                    c @ ('"' | '\\' | '/') => c,
                    _ => return Err("a string has an escape that JSON does not know"),
                };
                word.push(c);
            }
            c => word.push(c),
        }
    }
}

/// The character of `\uXXXX`, or of a surrogate pair of two.
fn escaped_unit(rest: &mut impl Iterator<Item = char>) -> Result<char, &'static str> {
    const WRONG: &str = "a string has a wrong \\u escape";
    let mut unit = || -> Result<u32, &'static str> {
        (0..4).try_fold(0, |value, _| Ok(value * 16 + rest.next().and_then(|c| c.to_digit(16)).ok_or(WRONG)?))
    };
    let first = unit()?;
    if !(0xd800..0xdc00).contains(&first) {
        return char::from_u32(first).ok_or(WRONG);
    }
    if rest.next() != Some('\\') || rest.next() != Some('u') {
        return Err(WRONG);
    }
    let mut unit = || -> Result<u32, &'static str> {
        (0..4).try_fold(0, |value, _| Ok(value * 16 + rest.next().and_then(|c| c.to_digit(16)).ok_or(WRONG)?))
    };
    let second = unit()?;
    let low = second.checked_sub(0xdc00).filter(|low| *low < 0x400).ok_or(WRONG)?;
    char::from_u32(0x10000 + (first - 0xd800) * 0x400 + low).ok_or(WRONG)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Result<Vec<String>, &'static str> {
        split(line).map(|words| words.iter().map(|w| w.as_str().to_owned()).collect())
    }

    #[test]
    fn a_word_with_spaces_is_a_json_string() {
        assert_eq!(
            words(r#"type Password "pass \"wort\" \u00e9\ud83d\ude00" "#).unwrap(),
            ["type", "Password", "pass \"wort\" é😀"]
        );
        assert_eq!(
            words(r#"open logon users="C:\\a b.json""#).unwrap(),
            ["open", "logon", r"users=C:\a b.json"]
        );
        assert_eq!(words(r#"type L """#).unwrap(), ["type", "L", ""]);
        assert_eq!(words("  ").unwrap(), [] as [&str; 0]);
    }

    #[test]
    fn a_string_that_does_not_end_is_refused() {
        for line in [r#"type "a"#, r#"type "a\x""#, r#"type "\ud800""#, r#"type "\u12""#] {
            assert!(words(line).is_err(), "{line}");
        }
    }
}
