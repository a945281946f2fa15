//! A flat JSON object.

use crate::{Parameters, Unusable};
use model::Secret;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use std::fmt;

/// What has to be a text: a number has lost its leading zeros.
const TEXTS: [&str; 4] = ["user", "pass", "username", "password"];

pub(crate) fn parse(text: &[u8], into: &mut Parameters) -> Result<(), Unusable> {
    let Pairs(pairs) = serde_json::from_slice(text).map_err(|_| Unusable::Malformed)?;
    for (name, value) in pairs {
        let text = match value {
            Value::Null => continue,
            Value::String(text) => text,
            Value::Bool(yes) if !TEXTS.contains(&name.as_str()) => yes.to_string(),
            Value::Number(number) if !TEXTS.contains(&name.as_str()) && !number.is_f64() => {
                number.to_string()
            }
            _ => return Err(Unusable::WrongType),
        };
        into.add(&name, Secret::from_text(text))?;
    }
    Ok(())
}

/// Each pair as it stands there, since a map would keep one of two with the same name.
struct Pairs(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Pairs;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        from.deserialize_map(Each)
    }
}
