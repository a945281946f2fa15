//! Characters as keyboards, clipboards and messages produce them.

/// The digit zero of every script in Unicode 14 that has decimal digits (general category Nd) outside ASCII; one to
/// nine follow each. The last but three are the mathematical styles.
const ZEROS: [char; 65] = [
    '\u{0660}',
    '\u{06F0}',
    '\u{07C0}',
    '\u{0966}',
    '\u{09E6}',
    '\u{0A66}',
    '\u{0AE6}',
    '\u{0B66}',
    '\u{0BE6}',
    '\u{0C66}',
    '\u{0CE6}',
    '\u{0D66}',
    '\u{0DE6}',
    '\u{0E50}',
    '\u{0ED0}',
    '\u{0F20}',
    '\u{1040}',
    '\u{1090}',
    '\u{17E0}',
    '\u{1810}',
    '\u{1946}',
    '\u{19D0}',
    '\u{1A80}',
    '\u{1A90}',
    '\u{1B50}',
    '\u{1BB0}',
    '\u{1C40}',
    '\u{1C50}',
    '\u{A620}',
    '\u{A8D0}',
    '\u{A900}',
    '\u{A9D0}',
    '\u{A9F0}',
    '\u{AA50}',
    '\u{ABF0}',
    '\u{FF10}',
    '\u{104A0}',
    '\u{10D30}',
    '\u{11066}',
    '\u{110F0}',
    '\u{11136}',
    '\u{111D0}',
    '\u{112F0}',
    '\u{11450}',
    '\u{114D0}',
    '\u{11650}',
    '\u{116C0}',
    '\u{11730}',
    '\u{118E0}',
    '\u{11950}',
    '\u{11C50}',
    '\u{11D50}',
    '\u{11DA0}',
    '\u{16A60}',
    '\u{16AC0}',
    '\u{16B50}',
    '\u{1D7CE}',
    '\u{1D7D8}',
    '\u{1D7E2}',
    '\u{1D7EC}',
    '\u{1D7F6}',
    '\u{1E140}',
    '\u{1E2F0}',
    '\u{1E950}',
    '\u{1FBF0}',
];

/// The decimal digit a character stands for, in whatever script.
pub(crate) fn decimal(c: char) -> Option<u8> {
    if c.is_ascii() {
        return c.to_digit(10).map(|digit| digit as u8);
    }
    let after = ZEROS.partition_point(|&zero| zero <= c);
    let distance = u32::from(c) - u32::from(*ZEROS.get(after.checked_sub(1)?)?);
    (distance < 10).then_some(distance as u8)
}

/// The ASCII letter or digit a character stands for, upper case; full-width letters count, other letters do not.
pub(crate) fn alphanumeric(c: char) -> Option<char> {
    let plain = match c {
        'Ａ'..='Ｚ' | 'ａ'..='ｚ' => char::from_u32(u32::from(c) - 0xFEE0)?,
        c => decimal(c).map_or(c, |digit| char::from(b'0' + digit)),
    };
    plain.is_ascii_alphanumeric().then(|| plain.to_ascii_uppercase())
}

/// What stands between the characters of a code without meaning: blanks, dashes, and the invisible marks that come
/// along when text is copied from a right-to-left or web page.
pub(crate) fn is_filler(c: char) -> bool {
    c.is_whitespace()
        || matches!(c,
            '-' | '_' | '\u{AD}' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' | '\u{FF0D}'
            | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_holds_numbers_only() {
        assert!(ZEROS.is_sorted());
        for zero in ZEROS {
            for digit in 0..10 {
                let c = char::from_u32(u32::from(zero) + digit).unwrap();
                assert!(c.is_numeric(), "{c:?}");
                assert_eq!(decimal(c), Some(digit as u8), "{c:?}");
            }
        }
    }

    #[test]
    fn characters_beside_the_digits_are_none() {
        for c in [
            '/',
            ':',
            '\u{065F}',
            '\u{066A}',
            '\u{FF0F}',
            '\u{FF1A}',
            '²',
            'Ⅷ',
            '①',
            'a',
            '\u{1FBFA}',
            '\u{10FFFF}',
        ] {
            assert_eq!(decimal(c), None, "{c:?}");
        }
        assert_eq!(('0'..='9').map(decimal).collect::<Option<Vec<_>>>(), Some((0..10).collect()));
    }
}
