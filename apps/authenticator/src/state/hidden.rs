//! Codes that are shown only when they are tapped, for whoever uses the app where others look on.

use crate::browser::page;

const SETTING: &str = "hide-codes";

/// Whether codes are hidden until they are tapped.
pub(crate) fn is_on() -> bool {
    page::setting(SETTING).is_some_and(|set| set == "1")
}

/// Hides codes from now on, or shows them.
pub(crate) fn turn(on: bool) {
    page::keep_setting(SETTING, if on { "1" } else { "0" });
}
