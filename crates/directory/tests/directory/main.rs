//! Reading real directories: Samba as an Active Directory, and OpenLDAP; and what is none.
#![expect(clippy::unwrap_used, reason = "what goes wrong in here fails the test")]

extern crate countersign_directory as directory;

mod active_directory;
mod hostile;
mod openldap;

use directory::{Kind, Limits, Settings, Unencrypted};
use domain::Reading;
use model::Secret;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};
use std::sync::Arc;

/// Settings that believe this root.
fn settings(address: &str, authority: &str, kind: Kind, bind: (&str, &str)) -> Settings {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(authority.as_bytes()) {
        roots.add(certificate.unwrap()).unwrap();
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    Settings {
        servers: vec![address.parse().unwrap()],
        tls: Arc::new(tls),
        unencrypted: Unencrypted::Refused,
        bind: Some((bind.0.to_owned(), Secret::from_text(bind.1.to_owned()))),
        base: None,
        people_filter: None,
        groups_filter: None,
        kind,
        limits: Limits::default(),
    }
}

/// The names of the groups that somebody is in.
fn groups_of<'a>(reading: &'a Reading, name: &str) -> Vec<&'a str> {
    let person = reading.people.iter().find(|person| person.name == name).unwrap();
    let mut names: Vec<&str> = person.groups.iter().map(|&at| reading.groups[at].name.as_str()).collect();
    names.sort_unstable();
    names
}

/// The error with all its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text += &format!(": {inner}");
        source = inner.source();
    }
    text
}
