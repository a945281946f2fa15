//! Texts a machine says of itself, which administrators and people read.

use crate::{CallError, names::is_plain};

const MAX_CHARS: usize = 256;

/// Whether each text is short and shows as what it is; `what` names the one that is not.
pub(super) fn check<const N: usize>(texts: [(&str, &'static str); N]) -> Result<(), CallError> {
    for (text, what) in texts {
        if text.chars().count() > MAX_CHARS || !is_plain(text) {
            return Err(CallError::Request(what));
        }
    }
    Ok(())
}
