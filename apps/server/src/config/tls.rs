//! A certificate of one's own.

use super::{ConfigError, section::together};
use std::path::{Path, PathBuf};

section! {
    /// A certificate of your own, instead of the built-in self-signed one. Machines need neither: they know the
    /// server by its keys. Browsers and phones do.
    Tls, "tls" {
        /// A PEM file with the certificate and those that lead to its root. Read again on SIGHUP.
        certificate: Option<PathBuf> = None, "none";
        /// A PEM file with its private key (PKCS #8, SEC 1 or PKCS #1), readable by the server's user only.
        key: Option<PathBuf> = None, "none";
    }
}

impl Tls {
    /// Both files or none.
    pub(super) fn check(&self, path: &Path) -> Result<(), ConfigError> {
        let keys = [("certificate", self.certificate.is_some()), ("key", self.key.is_some())];
        together(path, Self::TABLE, keys, "a certificate and its key come together")
    }

    /// Certificate and key.
    pub(crate) fn files(&self) -> Option<(&Path, &Path)> {
        Some((self.certificate.as_deref()?, self.key.as_deref()?))
    }
}
