//! Spans and moments as people write them on the command line.

use model::UnixTime;
use std::{str::FromStr, time::Duration};

/// How long something is good: `90s`, `30m`, `12h`, `7d`.
///
/// INVARIANT: one second to 366 days.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Span(pub(crate) Duration);

impl FromStr for Span {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const MAX: u64 = 366 * 86_400;
        let wrong = "give a number and a unit, like 30m, 12h or 7d, at most 366d";
        let unit = text.chars().next_back().ok_or(wrong)?;
        let factor = match unit {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            _ => return Err(wrong),
        };
        let digits = text.strip_suffix(unit).unwrap_or_default();
        let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        let secs = plain.then(|| digits.parse::<u64>().ok()?.checked_mul(factor)).flatten().ok_or(wrong)?;
        if (1..=MAX).contains(&secs) { Ok(Self(Duration::from_secs(secs))) } else { Err(wrong) }
    }
}

/// A moment in the past: a span ago, or the start of a day in UTC (`2026-11-24`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Since {
    /// That long ago.
    Ago(Span),
    /// Since this moment.
    Moment(UnixTime),
}

impl Since {
    pub(crate) fn at(self, now: UnixTime) -> UnixTime {
        match self {
            Self::Ago(Span(span)) => now.minus(span),
            Self::Moment(moment) => moment,
        }
    }
}

impl FromStr for Since {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(span) = text.parse() {
            return Ok(Self::Ago(span));
        }
        day(text).map(Self::Moment).ok_or("give a day like 2026-11-24 (UTC), or a span like 2h or 7d")
    }
}

/// A moment: the start of a day in UTC (`2026-11-24`), or a time of one (`2026-11-24T18:30`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct At(pub(crate) UnixTime);

impl FromStr for At {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "give a day like 2026-11-24 or a moment like 2026-11-24T18:30, in UTC";
        let (date, time) = text.split_once('T').map_or((text, None), |(date, time)| (date, Some(time)));
        let start = day(date).ok_or(wrong)?;
        let Some(time) = time else { return Ok(Self(start)) };
        let mut parts = time.strip_suffix('Z').unwrap_or(time).split(':').map(|part| {
            (part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit()))
                .then(|| part.parse::<u64>().ok())
        });
        let mut next = |below| parts.next().flatten().flatten().filter(|&value| value < below);
        let (hour, minute) = (next(24).ok_or(wrong)?, next(60).ok_or(wrong)?);
        if parts.next().is_some() {
            return Err(wrong);
        }
        Ok(Self(start.plus(Duration::from_secs(hour * 3_600 + minute * 60))))
    }
}

/// The first second of a day, found by its own text: what does not come back the same is no day.
fn day(text: &str) -> Option<UnixTime> {
    let mut parts = text.splitn(3, '-').map(|part| part.parse::<u64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Days before the month in a year that starts in March, as in `UnixTime::civil`.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1;
    let moment = UnixTime::from_secs((days - 719_468) * 86_400);
    moment.to_string().starts_with(text).then_some(moment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_have_a_unit_and_a_limit() {
        for (text, secs) in
            [("1s", 1), ("30m", 1_800), ("12h", 43_200), ("7d", 604_800), ("366d", 31_622_400)]
        {
            assert_eq!(text.parse(), Ok(Span(Duration::from_secs(secs))), "{text}");
        }
        for bad in
            ["", "7", "d", "0d", "-1d", "+1d", "1w", "1.5h", "367d", "99999999999999999999d", "7 d", "7ä"]
        {
            assert!(bad.parse::<Span>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_moment_is_a_day_or_a_time_of_one_in_utc() {
        for (text, expected) in [
            ("2026-11-24", "2026-11-24T00:00:00Z"),
            ("2026-11-24T18:30", "2026-11-24T18:30:00Z"),
            ("2026-11-24T00:00Z", "2026-11-24T00:00:00Z"),
        ] {
            assert_eq!(text.parse::<At>().map(|At(at)| at.to_string()), Ok(expected.to_owned()));
        }
        for bad in [
            "",
            "T18:30",
            "2026-11-24T",
            "2026-11-24T24:00",
            "2026-11-24T18:60",
            "2026-11-24T1:30",
            "2026-11-24T18:30:61:1",
            "2026-11-24T+1:30",
        ] {
            assert!(bad.parse::<At>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_day_begins_at_midnight_utc_and_days_that_are_none_are_refused() {
        for text in ["1970-01-01", "2000-02-29", "2026-11-24", "2100-12-31"] {
            let moment = text.parse::<Since>().map(|since| since.at(UnixTime::default()).to_string());
            assert_eq!(moment, Ok(format!("{text}T00:00:00Z")));
        }
        for bad in ["2026-02-29", "2026-13-01", "2026-1-1", "1969-12-31", "2026-11", "heute", ""] {
            assert!(bad.parse::<Since>().is_err(), "{bad}");
        }
    }
}
