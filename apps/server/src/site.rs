//! The authenticator's files, taken in by the build script where `COUNTERSIGN_APP_DIR` names a folder with them.

use web::SiteFile;

include!(concat!(env!("OUT_DIR"), "/site.rs"));

/// Whether this build has the authenticator.
pub(crate) const fn is_there() -> bool {
    !FILES.is_empty()
}
