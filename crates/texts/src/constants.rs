//! Made by `build/generate.rs` from `text/*.ftl`.

use crate::{
    Language,
    wording::{Argument, Part, Wording},
};

include!(concat!(env!("OUT_DIR"), "/constants.rs"));
