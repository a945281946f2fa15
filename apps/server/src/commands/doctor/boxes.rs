//! Room for backups of the authenticator.

use super::Findings;
use crate::config::Config;
use service::{Service, backup};

/// Whether new backups will soon be refused.
pub(super) fn room(config: &Config, service: &Service, findings: &mut Findings) {
    let Some(limits) = config.backup.limits() else {
        return findings.good("backups of the authenticator are switched off");
    };
    let totals = match backup::totals(service) {
        Ok(totals) => totals,
        Err(error) => {
            return findings.bad(format!("the backups of the authenticator cannot be counted: {error}"));
        }
    };
    let (used, most) = (totals.bytes.div_ceil(1 << 20), limits.total_bytes >> 20);
    let boxes = if totals.boxes == 1 { "box" } else { "boxes" };
    let text = format!("backups of the authenticator take {used} of {most} MB, in {} {boxes}", totals.boxes);
    if totals.bytes >= limits.total_bytes {
        findings.bad(format!("{text}: new ones are refused; raise backup.total_mb"));
    } else if totals.bytes >= limits.total_bytes / 10 * 8 {
        findings.note(format!("{text}; raise backup.total_mb before new ones are refused"));
    } else {
        findings.good(text);
    }
}
