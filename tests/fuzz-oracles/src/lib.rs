//! What must hold for any bytes that a parser of foreign input is given: one function per fuzz target. The targets in
//! `fuzz/` call them on nightly; the test `replay_corpus` here gives them every file of `fuzz/corpus` on stable.
//!
//! Must not know how the bytes came about.
//!
//! A function panics when a property does not hold, and says whether the input was taken. Corpus files are named
//! `good-…` and `bad-…` for what it has to say; files a fuzzer found have other names and only must not panic.
//!
//! A new target is a function here, a line in [`TARGETS`], a file in `fuzz/targets`, an entry in `fuzz/Cargo.toml`
//! and at least one good and one bad file in `fuzz/corpus`.
#![expect(clippy::expect_used, clippy::panic, reason = "an oracle fails by panicking")]

mod bodies;
mod compat_requests;
mod directories;
mod frames;
pub mod hardware_files;
pub mod imports;
mod keys;
mod logon;
mod messages;
mod radius_packets;
mod rosters;
mod texts;
pub mod vaults;

pub use bodies::http_body;
pub use compat_requests::compat_request;
pub use directories::{ldap_message, ldap_name};
pub use frames::pipe_frame;
pub use keys::{SERVER_SEED, join_code, signature_headers, signed_request, statement};
pub use logon::{Decoded, decode_logon, logon_buffer};
pub use messages::pipe_message;
pub use radius_packets::{SHARED, radius_request};
pub use rosters::roster_csv;
pub use texts::{otp_uri, policy_toml};

/// Whether the input was taken.
pub type Oracle = fn(&[u8]) -> bool;

/// Every target by the name of its corpus folder.
pub const TARGETS: &[(&str, Oracle)] = &[
    ("backup_names", vaults::backup_names),
    ("compat_request", compat_request),
    ("hardware_csv", hardware_files::csv),
    ("hardware_pskc", hardware_files::pskc),
    ("hardware_yubico", hardware_files::yubico),
    ("http_body", http_body),
    ("import_aegis", imports::aegis),
    ("import_andotp", imports::andotp),
    ("import_bitwarden", imports::bitwarden),
    ("import_cotp", imports::cotp),
    ("import_ente", imports::ente),
    ("import_freeotp_plus", imports::freeotp_plus),
    ("import_google", imports::google),
    ("import_lastpass", imports::lastpass),
    ("import_list", imports::list),
    ("import_proton", imports::proton),
    ("import_raivo", imports::raivo),
    ("import_sealed", imports::sealed),
    ("import_stratum", imports::stratum),
    ("import_twofas", imports::twofas),
    ("join_code", join_code),
    ("ldap_message", ldap_message),
    ("ldap_name", ldap_name),
    ("logon_buffer", logon_buffer),
    ("ocra_suite", vaults::ocra_suite),
    ("otp_uri", otp_uri),
    ("pipe_frame", pipe_frame),
    ("pipe_message", pipe_message),
    ("policy_toml", policy_toml),
    ("radius_request", radius_request),
    ("roster_csv", roster_csv),
    ("signature_headers", signature_headers),
    ("statement", statement),
    ("vault_container", vaults::vault_container),
    ("vault_payload", vaults::vault_payload),
];
