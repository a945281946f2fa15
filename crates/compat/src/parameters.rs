use crate::{MAX_BODY, form, json, multipart};
use model::Secret;

/// The most parameters of one request. The longest of the known requests has nine.
const MAX_COUNT: usize = 64;
/// The longest name of a parameter, in bytes.
const MAX_NAME: usize = 64;

/// The parameters of a request, from its address and its body.
///
/// INVARIANT: each name once. Values may be passwords: they are wiped on drop and never print themselves.
#[derive(Debug, Default)]
pub struct Parameters(Vec<(String, Secret)>);

/// A request that is not taken. Each text is for whoever sets the client up.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unusable {
    /// More than [`MAX_BODY`] bytes.
    #[error("the message is too long")]
    TooLong,
    /// More parameters, or longer names, than any client has.
    #[error("there are too many parameters")]
    TooMany,
    /// Not what its type says.
    #[error("the message is broken")]
    Malformed,
    /// Neither a form nor JSON.
    #[error("the message is neither a form nor JSON")]
    UnknownType,
    /// A parameter came twice.
    #[error("a parameter came twice")]
    Twice,
    /// A value is neither text, number nor yes or no.
    #[error("a parameter has a value of the wrong type")]
    WrongType,
}

impl Parameters {
    /// Reads the query of an address and a body of this content type. An empty body has no type.
    ///
    /// # Errors
    /// [`Unusable`].
    pub fn parse(query: &str, content_type: &str, body: &[u8]) -> Result<Self, Unusable> {
        if body.len() > MAX_BODY || query.len() > MAX_BODY {
            return Err(Unusable::TooLong);
        }
        let mut all = Self::default();
        form::parse(query.as_bytes(), &mut all)?;
        if body.is_empty() {
            return Ok(all);
        }
        let (kind, attributes) = content_type.split_once(';').unwrap_or((content_type, ""));
        match kind.trim().to_ascii_lowercase().as_str() {
            // Some clients send a form and do not say so.
            "application/x-www-form-urlencoded" | "" => form::parse(body, &mut all)?,
            "application/json" => json::parse(body, &mut all)?,
            "multipart/form-data" => multipart::parse(body, attributes, &mut all)?,
            _ => return Err(Unusable::UnknownType),
        }
        Ok(all)
    }

    /// A value.
    pub fn secret(&self, name: &str) -> Option<&Secret> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// A value that is no secret. `None`: it is not there, or empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.secret(name)?.expose_text().filter(|text| !text.is_empty())
    }

    /// Whether a switch is on: `1`, `true` or `yes`, however written.
    pub fn is_on(&self, name: &str) -> bool {
        self.text(name)
            .is_some_and(|text| ["1", "true", "yes"].iter().any(|yes| text.eq_ignore_ascii_case(yes)))
    }

    /// The names, in the order they came.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    pub(crate) fn add(&mut self, name: &str, value: Secret) -> Result<(), Unusable> {
        if self.0.len() >= MAX_COUNT || name.len() > MAX_NAME {
            return Err(Unusable::TooMany);
        }
        if value.expose_text().is_none() {
            return Err(Unusable::Malformed);
        }
        if self.secret(name).is_some() {
            return Err(Unusable::Twice);
        }
        self.0.push((name.to_owned(), value));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FORM: &str = "application/x-www-form-urlencoded";

    fn read(query: &str, content_type: &str, body: &str) -> Result<Vec<(String, String)>, Unusable> {
        let read = Parameters::parse(query, content_type, body.as_bytes())?;
        Ok(read
            .0
            .iter()
            .map(|(name, value)| (name.clone(), value.expose_text().unwrap().to_owned()))
            .collect())
    }

    fn pairs(of: &[(&str, &str)]) -> Result<Vec<(String, String)>, Unusable> {
        Ok(of.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn each_way_to_send_parameters_reads_the_same() {
        let wanted = || pairs(&[("pass", "a b+c%41\u{e9}"), ("user", "CORP\\mara")]);
        let form = "pass=a+b%2Bc%2541%C3%A9&user=CORP%5Cmara";
        assert_eq!(read("", FORM, form), wanted());
        assert_eq!(read(form, "", ""), wanted());
        assert_eq!(read("", "application/x-www-form-urlencoded; charset=utf-8", form), wanted());
        assert_eq!(read("", "", form), wanted());
        assert_eq!(read("", "application/json", r#"{"pass":"a b+c%41é","user":"CORP\\mara"}"#), wanted());
        let multipart = "--x\r\nContent-Disposition: form-data; name=\"pass\"\r\n\r\na b+c%41\u{e9}\r\n--x\r\n\
                         Content-Disposition: form-data; name=\"user\"\r\n\r\nCORP\\mara\r\n--x--\r\n";
        assert_eq!(read("", "multipart/form-data; boundary=x", multipart), wanted());
        assert_eq!(read("", "Multipart/Form-Data; boundary=\"x\"", multipart), wanted());
    }

    #[test]
    fn what_clients_do_loosely_is_taken() {
        assert_eq!(read("transaction_id=12&", "", ""), pairs(&[("transaction_id", "12")]));
        assert_eq!(read("user=mara", FORM, "pass="), pairs(&[("user", "mara"), ("pass", "")]));
        assert_eq!(read("", FORM, "pass&user=m"), pairs(&[("pass", ""), ("user", "m")]));
        let numbers = r#"{"genkey":1,"otplen":6,"verify":null,"2stepinit":false}"#;
        assert_eq!(
            read("", "application/json", numbers),
            pairs(&[("genkey", "1"), ("otplen", "6"), ("2stepinit", "false")])
        );
    }

    #[test]
    fn what_could_be_read_in_two_ways_or_in_none_is_not_taken() {
        use Unusable::{Malformed, TooLong, TooMany, Twice, UnknownType, WrongType};
        for (query, kind, body, why) in [
            ("user=a&user=b", "", "", Twice),
            ("user=a", FORM, "user=a", Twice),
            ("user=a", "application/json", r#"{"user":"a"}"#, Twice),
            ("", "application/json", r#"{"user":"a","user":"b"}"#, Twice),
            ("", "application/json", r#"{"user":["a"]}"#, WrongType),
            ("", "application/json", r#"{"user":{"a":1}}"#, WrongType),
            ("", "application/json", r#"{"pass":123456}"#, WrongType),
            ("", "application/json", r#"{"user":1}"#, WrongType),
            ("", "application/json", r#"{"otplen":1.5}"#, WrongType),
            ("", "application/json", r#"["user"]"#, Malformed),
            ("", "application/json", "{", Malformed),
            ("", "application/json", "{} {}", Malformed),
            ("", FORM, "user=%zz", Malformed),
            ("", FORM, "user=%4", Malformed),
            ("", FORM, "user=%ff", Malformed),
            ("", FORM, "us%ffer=a", Malformed),
            ("", "text/plain", "user=a", UnknownType),
            ("", "multipart/form-data", "--x--", Malformed),
            ("", "multipart/form-data; boundary=x", "--y--", Malformed),
            ("", "multipart/form-data; boundary=x", "--x\r\n\r\nno name\r\n--x--", Malformed),
            (
                "",
                "multipart/form-data; boundary=x",
                "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nopen",
                Malformed,
            ),
            ("", FORM, &"a=1&b=2&".repeat(40), Twice),
            ("", FORM, &(0..65).map(|n| format!("n{n}=1&")).collect::<String>(), TooMany),
            ("", FORM, &format!("{}=1", "n".repeat(65)), TooMany),
            ("", FORM, &"x".repeat(MAX_BODY + 1), TooLong),
            (&"x".repeat(MAX_BODY + 1), "", "", TooLong),
        ] {
            assert_eq!(read(query, kind, body), Err(why), "{query} {kind} {body:.80}");
        }
    }

    #[test]
    fn no_value_prints_itself() {
        let read = Parameters::parse("", FORM, b"pass=hunter2").unwrap();
        assert!(!format!("{read:?}").contains("hunter2"));
    }

    proptest! {
        #[test]
        fn any_text_survives_a_form_and_a_json_object(text in "\\PC{0,40}") {
            let escaped: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
            let wanted = pairs(&[("v", &text)]);
            prop_assert_eq!(read("", FORM, &format!("v={escaped}")), wanted.clone());
            let json = serde_json::json!({ "v": text }).to_string();
            prop_assert_eq!(read("", "application/json", &json), wanted);
        }

        #[test]
        fn no_bytes_make_it_fail(kind in 0..4_usize, body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let kinds = [FORM, "application/json", "multipart/form-data; boundary=x", "text/xml"];
            let _ = Parameters::parse("", kinds[kind], &body);
        }
    }
}
