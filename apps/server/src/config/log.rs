//! How much is logged.

use super::setting::{Setting, one};
use tracing_subscriber::filter::LevelFilter;

/// The least important thing that is logged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Level(pub(crate) LevelFilter);

impl Setting for Level {
    const TAKES: &'static str = "`error`, `warn`, `info`, `debug` or `trace`";

    fn parse(values: &[String]) -> Result<Self, String> {
        let text = one(values);
        Ok(Self(match text {
            "error" => LevelFilter::ERROR,
            "warn" => LevelFilter::WARN,
            "info" => LevelFilter::INFO,
            "debug" => LevelFilter::DEBUG,
            "trace" => LevelFilter::TRACE,
            _ => return Err(format!("“{text}” is not {}", Self::TAKES.replace('`', ""))),
        }))
    }
}
