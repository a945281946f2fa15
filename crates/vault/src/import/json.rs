//! JSON as foreign programs write it: a tree in memory that is wiped, of bounded size and depth, whose values are
//! looked at one by one, so that an entry that is broken costs no other entry.

use super::CannotImport;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::cell::Cell;
use std::fmt;
use zeroize::Zeroizing;

/// Most values in a file, counting lists, objects and what is in them.
const MAX_VALUES: usize = 1_000_000;

/// Most names in one object; what is looked up by name is looked up one after the other.
const MAX_NAMES: usize = 1000;

/// Text that is wiped.
pub(super) type Text = Zeroizing<String>;

/// A value.
pub(super) enum Json {
    Null,
    Bool(bool),
    Whole(i64),
    /// A number that is not whole or does not fit.
    OtherNumber,
    Text(Text),
    List(Vec<Json>),
    Object(Vec<(Text, Json)>),
}

/// A value that is not of the kind it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WrongKind;

impl Json {
    /// Reads a whole text. `None` when it is not JSON, or deeper than 128 levels.
    ///
    /// What may stay behind in memory is text with escapes in it, which the reader puts together in a buffer of its
    /// own.
    ///
    /// # Errors
    /// When there are too many values or names.
    pub(super) fn read(bytes: &[u8]) -> Result<Option<Self>, CannotImport> {
        let left = Cell::new(MAX_VALUES);
        let mut reader = serde_json::Deserializer::from_slice(bytes);
        match Node(&left).deserialize(&mut reader).and_then(|tree| reader.end().map(|()| tree)) {
            Ok(tree) => Ok(Some(tree)),
            Err(_) if left.get() == 0 => Err(CannotImport::TooLarge),
            Err(_) => Ok(None),
        }
    }

    /// The value with this name, of the first that has it. `None` also when it is `null`.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        let Self::Object(pairs) = self else { return None };
        let (_, value) = pairs.iter().find(|(known, _)| known.as_str() == name)?;
        (!matches!(value, Self::Null)).then_some(value)
    }

    /// Whether there is a value with this name, `null` included.
    pub(super) fn has(&self, name: &str) -> bool {
        matches!(self, Self::Object(pairs) if pairs.iter().any(|(known, _)| known.as_str() == name))
    }

    /// The text with this name; empty when there is none, or something else.
    pub(super) fn text(&self, name: &str) -> &str {
        self.get(name).and_then(Self::as_text).unwrap_or_default()
    }

    /// The list with this name; empty when there is none, or something else.
    pub(super) fn list(&self, name: &str) -> &[Self] {
        self.get(name).and_then(Self::as_list).unwrap_or_default()
    }

    /// The whole number with this name, which may also stand there as text.
    ///
    /// # Errors
    /// When something else stands there.
    pub(super) fn whole(&self, name: &str) -> Result<Option<i64>, WrongKind> {
        match self.get(name) {
            None => Ok(None),
            Some(Self::Whole(value)) => Ok(Some(*value)),
            Some(Self::Text(text)) if text.trim().is_empty() => Ok(None),
            Some(Self::Text(text)) => text.trim().parse().map(Some).map_err(|_| WrongKind),
            Some(_) => Err(WrongKind),
        }
    }

    /// Like [`Self::whole`], for numbers that are not negative.
    pub(super) fn count(&self, name: &str) -> Result<Option<u64>, WrongKind> {
        self.whole(name)?.map(|value| u64::try_from(value).map_err(|_| WrongKind)).transpose()
    }

    /// Whether `true` stands there, also as text.
    pub(super) fn is_true(&self, name: &str) -> bool {
        match self.get(name) {
            Some(Self::Bool(value)) => *value,
            Some(Self::Text(text)) => text.trim().eq_ignore_ascii_case("true"),
            _ => false,
        }
    }

    pub(super) fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub(super) fn as_list(&self) -> Option<&[Self]> {
        if let Self::List(values) = self { Some(values) } else { None }
    }

    pub(super) fn is_object(&self) -> bool {
        matches!(self, Self::Object(_))
    }
}

/// Reads one value and what is in it, and counts.
#[derive(Clone, Copy)]
struct Node<'a>(&'a Cell<usize>);

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Json, D::Error> {
        let left = self.0.get().checked_sub(1).ok_or_else(|| D::Error::custom("too many values"))?;
        self.0.set(left);
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Whole(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(i64::try_from(value).map_or(Json::OtherNumber, Json::Whole))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        // Whole numbers with a point, as some languages write them. Beyond 2⁵³ they are no longer exact.
        let exact = value.fract() == 0.0 && value.abs() <= (1u64 << 53) as f64;
        Ok(if exact { Json::Whole(value as i64) } else { Json::OtherNumber })
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(Zeroizing::new(value.to_owned())))
    }

    fn visit_string<E>(self, value: String) -> Result<Json, E> {
        Ok(Json::Text(Zeroizing::new(value)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Json, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = seq.next_element_seed(self)? {
            values.push(value);
        }
        Ok(Json::List(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut pairs = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            if pairs.len() == MAX_NAMES {
                self.0.set(0);
                return Err(A::Error::custom("too many names"));
            }
            pairs.push((Zeroizing::new(name), map.next_value_seed(self)?));
        }
        Ok(Json::Object(pairs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(text: &str) -> Json {
        Json::read(text.as_bytes()).unwrap().unwrap_or_else(|| panic!("{text} is no JSON"))
    }

    #[test]
    fn values_are_taken_as_what_they_mean() {
        let tree =
            tree(r#"{"a":" 7 ","b":7.0,"c":-7,"d":null,"e":"","f":true,"g":"True","h":[1],"a":8,"i":1e300}"#);
        assert_eq!(["a", "b", "c", "d", "e", "z"].map(|name| tree.whole(name)), {
            [Ok(Some(7)), Ok(Some(7)), Ok(Some(-7)), Ok(None), Ok(None), Ok(None)]
        });
        assert_eq!(["f", "h", "i"].map(|name| tree.whole(name)), [Err(WrongKind); 3]);
        assert_eq!(tree.count("c"), Err(WrongKind));
        assert_eq!(["f", "g", "a", "z"].map(|name| tree.is_true(name)), [true, true, false, false]);
        assert_eq!(
            (tree.text("a"), tree.text("h"), tree.list("h").len(), tree.list("a").len()),
            (" 7 ", "", 1, 0)
        );
        assert!(tree.has("d") && tree.get("d").is_none() && !tree.has("z"));
    }

    #[test]
    fn a_tree_has_a_size() {
        let list = |count: usize| format!("[{}0]", "0,".repeat(count - 1));
        assert!(matches!(Json::read(list(MAX_VALUES - 1).as_bytes()), Ok(Some(_))));
        assert!(matches!(Json::read(list(MAX_VALUES).as_bytes()), Err(CannotImport::TooLarge)));
        let object = |count: usize| format!("{{{}\"a\":0}}", "\"a\":0,".repeat(count - 1));
        assert!(matches!(Json::read(object(MAX_NAMES).as_bytes()), Ok(Some(_))));
        assert!(matches!(Json::read(object(MAX_NAMES + 1).as_bytes()), Err(CannotImport::TooLarge)));
        for bad in ["", "[", "[1,]", "{\"a\"}", "[] []", "\"\\ud800\"", &"[".repeat(1000)] {
            assert!(matches!(Json::read(bad.as_bytes()), Ok(None)), "{bad}");
        }
    }
}
