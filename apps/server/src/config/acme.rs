//! Certificates from an ACME server.

use super::{
    ConfigError, Tls,
    setting::{Setting, one},
};
use std::path::{Path, PathBuf};

section! {
    /// A certificate that browsers and phones trust, obtained and renewed by the server itself (RFC 8555). The ACME
    /// server checks the names by a TLS connection to port 443 of each (TLS-ALPN-01, RFC 8737), which has to end at
    /// this server: listen on port 443, or pass that port on. The certificate is made for the server's present TLS
    /// key, so machines notice nothing. Setting `domains` turns it on, and says that you agree to the terms of the
    /// ACME server.
    Acme, "acme" {
        /// The names in the certificate.
        domains: Vec<Domain> = Vec::new(), "none: off";
        /// The directory of the ACME server.
        directory: Directory = Directory("https://acme-v02.api.letsencrypt.org/directory".to_owned()), "Let's Encrypt";
        /// A mail address the ACME server may write to.
        contact: Option<Mail> = None, "none";
        /// A PEM file with the root that the ACME server's own certificate leads to, for one inside a company.
        ca: Option<PathBuf> = None, "the system's roots";
    }
}

impl Acme {
    /// Whether a certificate is to be obtained.
    pub(crate) const fn enabled(&self) -> bool {
        !self.domains.is_empty()
    }

    /// The names in the certificate.
    pub(crate) fn names(&self) -> Vec<String> {
        self.domains.iter().map(|domain| domain.0.clone()).collect()
    }

    /// Either this or a certificate of one's own.
    pub(super) fn check(&self, tls: &Tls, path: &Path) -> Result<(), ConfigError> {
        if self.enabled() && tls.files().is_some() {
            return Err(ConfigError::Value {
                place: path.display().to_string(),
                what: "[tls] and [acme] are both set; take one of them out".to_owned(),
            });
        }
        Ok(())
    }
}

/// A name in the DNS.
///
/// INVARIANT: lower-case letters, digits and dashes in labels of 1 to 63, with a dot between, 253 in all.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Domain(String);

impl Setting for Vec<Domain> {
    const TAKES: &'static str = "a list of names, such as `countersign.example`";
    const LIST: bool = true;

    fn parse(values: &[String]) -> Result<Self, String> {
        values
            .iter()
            .map(|text| {
                let name = text.to_ascii_lowercase();
                let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
                let label = |label: &str| (1..=63).contains(&label.len()) && label.bytes().all(plain);
                let last = name.rsplit('.').next().unwrap_or_default();
                let good = name.len() <= 253
                    && name.split('.').count() > 1
                    && name.split('.').all(label)
                    && last.bytes().any(|b| b.is_ascii_lowercase());
                if good {
                    Ok(Domain(name))
                } else {
                    Err(format!("“{text}” is not a name like countersign.example"))
                }
            })
            .collect()
    }
}

/// The address of an ACME server's directory.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Directory(pub(crate) String);

impl Setting for Directory {
    const TAKES: &'static str = "an address that starts with `https://`";

    fn parse(values: &[String]) -> Result<Self, String> {
        let text = one(values);
        let good = text.len() > "https://".len() && text.starts_with("https://");
        if good {
            Ok(Self(text.to_owned()))
        } else {
            Err(format!("“{text}” does not start with https://"))
        }
    }
}

/// A mail address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Mail(pub(crate) String);

impl Setting for Mail {
    const TAKES: &'static str = "a mail address";

    fn parse(values: &[String]) -> Result<Self, String> {
        let text = one(values);
        let good = text.split_once('@').is_some_and(|(user, host)| !user.is_empty() && !host.is_empty())
            && text.bytes().all(|b| b.is_ascii_graphic());
        if good { Ok(Self(text.to_owned())) } else { Err(format!("“{text}” is not a mail address")) }
    }
}
