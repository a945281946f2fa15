//! How single values are written in JSON.

/// A secret text as a JSON string; the field's type stays [`model::Secret`], which does not serialize by itself.
pub(crate) mod secret_text {
    use model::Secret;
    use serde::{Deserialize, Deserializer, Serializer, ser::Error};

    pub(crate) fn serialize<S: Serializer>(secret: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
        serializer
            .serialize_str(secret.expose_text().ok_or_else(|| S::Error::custom("a secret is not text"))?)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
        String::deserialize(deserializer).map(Secret::from_text)
    }
}

/// The same for a field that may be missing.
pub(crate) mod optional_secret_text {
    use model::Secret;
    use serde::{Deserialize, Deserializer, Serializer, ser::Error};

    #[expect(clippy::ref_option, reason = "the signature serde asks for")]
    pub(crate) fn serialize<S: Serializer>(
        secret: &Option<Secret>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match secret {
            None => serializer.serialize_none(),
            Some(secret) => serializer
                .serialize_str(secret.expose_text().ok_or_else(|| S::Error::custom("a secret is not text"))?),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Secret>, D::Error> {
        Ok(Option::<String>::deserialize(deserializer)?.map(Secret::from_text))
    }
}
