use ldap3::asn1::StructureTag;
use std::collections::HashMap;

/// One entry of an answer.
pub(crate) struct Entry {
    pub(crate) dn: String,
    /// By name in lower case.
    attributes: HashMap<String, Vec<Vec<u8>>>,
}

impl Entry {
    /// Takes an entry apart (RFC 4511 §4.5.2). `None`: it is none. The library's own way to do so panics then.
    pub(crate) fn of(tag: StructureTag) -> Option<Self> {
        let mut parts = tag.match_id(4)?.expect_constructed()?.into_iter();
        let dn = String::from_utf8(parts.next()?.expect_primitive()?).ok()?;
        let mut attributes = HashMap::new();
        for attribute in parts.next()?.expect_constructed()? {
            let mut parts = attribute.expect_constructed()?.into_iter();
            let name = String::from_utf8(parts.next()?.expect_primitive()?).ok()?.to_ascii_lowercase();
            let values = parts.next()?.expect_constructed()?.into_iter().map(StructureTag::expect_primitive);
            attributes.insert(name, values.collect::<Option<_>>()?);
        }
        Some(Self { dn, attributes })
    }

    /// All values of an attribute.
    pub(crate) fn values(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        self.attributes.get(&name.to_ascii_lowercase()).into_iter().flatten().map(Vec::as_slice)
    }

    /// The first value of an attribute, as text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.texts(name).next()
    }

    /// All values of an attribute that are text and not empty.
    pub(crate) fn texts(&self, name: &str) -> impl Iterator<Item = &str> {
        self.values(name).filter_map(|value| std::str::from_utf8(value).ok()).filter(|text| !text.is_empty())
    }

    /// Whether there are more values of an attribute than the answer has (MS-ADTS §3.1.1.3.1.3.3).
    pub(crate) fn is_cut(&self, name: &str) -> bool {
        let cut = format!("{};range=", name.to_ascii_lowercase());
        self.attributes.keys().any(|known| known.starts_with(&cut))
    }
}
