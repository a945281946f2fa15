//! One module for each kind of data: rows to domain types and back. No decisions.

pub mod accounts;
pub mod api_keys;
pub mod attempts;
pub mod audit;
pub mod backups;
pub mod compat_clients;
pub mod directory;
pub mod enrollments;
pub mod hardware_tokens;
pub mod join_codes;
pub mod lockouts;
pub mod machines;
pub mod operators;
pub mod people;
pub mod policies;
pub mod recovery_codes;
pub mod restored;
pub mod sealed;
pub mod seen_on;
pub mod sessions;
pub mod settings;
pub mod temporary_codes;
pub mod tokens;

mod text;
