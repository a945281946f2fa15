//! One file for each group of commands.

pub(crate) mod api_key;
pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod boxes;
pub(crate) mod compat_client;
pub(crate) mod directory;
pub(crate) mod doctor;
pub(crate) mod join_code;
pub(crate) mod key;
pub(crate) mod machine;
pub(crate) mod migrate;
pub(crate) mod operator;
pub(crate) mod policy;
pub(crate) mod restore;
pub(crate) mod token;
pub(crate) mod user;
