mod generator;
mod reference;
mod words;

use crate::{Args, Language, say};
use model::{Reason, UnixTime};

const FILES: [(Language, &str); 2] =
    [(Language::English, include_str!("../text/en.ftl")), (Language::German, include_str!("../text/de.ftl"))];

/// 14:05 at two hours east of UTC.
const EVERYTHING: Args<'static> = Args {
    left: Some(3),
    at: Some(UnixTime::from_secs(43_500)),
    utc_offset_minutes: 120,
    machine: Some("PC-12"),
    support: Some("service desk, extension 4455"),
    app_url: Some("https://corp.example/app"),
};

/// Every text of every reason: all facts known, one try left, nothing known.
fn samples() -> Vec<(Language, Reason, String)> {
    let one_left = Args { left: Some(1), ..EVERYTHING };
    let mut samples = Vec::new();
    for language in Language::ALL {
        for &reason in Reason::ALL {
            for args in [&EVERYTHING, &one_left, &Args::default()] {
                samples.push((language, reason, say(language, reason, args)));
            }
        }
    }
    samples
}
