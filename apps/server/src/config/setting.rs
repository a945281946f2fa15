//! How values are read, from the file and from the environment alike.

use protocol::statement::ServerUrl;
use std::{net::SocketAddr, path::PathBuf};

/// A value that can be set.
pub(crate) trait Setting: Sized {
    /// Which values it takes, in words.
    const TAKES: &'static str;
    /// Whether it is a list: an array in the file, separated by commas in the environment.
    const LIST: bool = false;
    /// Whether the file has it as a number or `true` and `false`, without quotes.
    const BARE: bool = false;

    /// The value these texts say; without [`Setting::LIST`] there is one text.
    fn parse(values: &[String]) -> Result<Self, String>;
}

/// The one text of a value that is no list.
pub(super) fn one(values: &[String]) -> &str {
    values.first().map_or("", String::as_str)
}

impl<T: Setting> Setting for Option<T> {
    const TAKES: &'static str = T::TAKES;
    const LIST: bool = T::LIST;
    const BARE: bool = T::BARE;

    fn parse(values: &[String]) -> Result<Self, String> {
        T::parse(values).map(Some)
    }
}

impl Setting for bool {
    const TAKES: &'static str = "`true` or `false`";
    const BARE: bool = true;

    fn parse(values: &[String]) -> Result<Self, String> {
        let text = one(values);
        text.parse().map_err(|_| format!("“{text}” is neither true nor false"))
    }
}

/// A whole number of at least `LEAST` and at most `MOST`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Number<const LEAST: u32, const MOST: u32>(pub(crate) u32);

impl<const LEAST: u32, const MOST: u32> Setting for Number<LEAST, MOST> {
    const TAKES: &'static str = "a whole number";
    const BARE: bool = true;

    fn parse(values: &[String]) -> Result<Self, String> {
        let text = one(values);
        match text.parse() {
            Ok(number) if (LEAST..=MOST).contains(&number) => Ok(Self(number)),
            _ => Err(format!("“{text}” is not a whole number from {LEAST} to {MOST}")),
        }
    }
}

impl Setting for PathBuf {
    const TAKES: &'static str = "a path";

    fn parse(values: &[String]) -> Result<Self, String> {
        match one(values) {
            "" => Err("the path is empty".to_owned()),
            path => Ok(Self::from(path)),
        }
    }
}

impl Setting for SocketAddr {
    const TAKES: &'static str = "an IP address and a port, such as `0.0.0.0:8443` or `[::]:8443`";

    fn parse(values: &[String]) -> Result<Self, String> {
        let text = one(values);
        text.parse().map_err(|_| format!("“{text}” is not {}", Self::TAKES.replace('`', "")))
    }
}

impl Setting for Vec<ServerUrl> {
    const TAKES: &'static str = "a list of addresses, such as `https://countersign.example:8443`";
    const LIST: bool = true;

    fn parse(values: &[String]) -> Result<Self, String> {
        values.iter().map(|text| text.parse().map_err(|error| format!("“{text}”: {error}"))).collect()
    }
}
