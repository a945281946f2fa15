//! The one place that says whether a code is needed.
