//! How much is logged, and in which form.

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

/// What lines of the log look like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// One JSON object a line, for programs that collect logs.
    Json,
}

impl Setting for Format {
    const TAKES: &'static str = "`text` or `json`";

    fn parse(values: &[String]) -> Result<Self, String> {
        match one(values) {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            text => Err(format!("“{text}” is not {}", Self::TAKES.replace('`', ""))),
        }
    }
}
