//! What Windows' answers mean: error codes, firmware tables, versions, groups. Plain tables, apart from the calls in
//! `crates/win`, so that they are tested on any system.

mod codes;
mod groups;
mod release;
mod smbios;

pub use codes::{Judgment, judge_change, judge_logon};
pub use groups::is_membership;
pub use release::release_name;
pub use smbios::system_uuid;
