use model::UnixTime;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use toml::value::{Datetime, Offset, Time};

/// A moment something lasts until, itself excluded.
///
/// In a policy: an RFC 3339 date-time with its offset (`2027-01-31T18:00:00+01:00`), or a date alone
/// (`2027-01-31`), which includes that whole day in UTC. A date-time without an offset is refused, because machines
/// in different zones would read it differently.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Until(UnixTime);

impl Until {
    /// The first moment at which it is over.
    pub const fn end(self) -> UnixTime {
        self.0
    }

    /// Whether it still lasts.
    pub fn lasts_at(self, now: UnixTime) -> bool {
        now < self.0
    }
}

/// Written as the date-time in UTC, so that it reads the same whatever form it was read from.
impl Serialize for Until {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let datetime: Datetime = self.0.to_string().parse().map_err(serde::ser::Error::custom)?;
        datetime.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Until {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let datetime = Datetime::deserialize(deserializer)?;
        moment(datetime).map(Self).map_err(de::Error::custom)
    }
}

/// The last second that RFC 3339 can write, 9999-12-31T23:59:59Z. Later moments are read as this one.
const LAST: i64 = 253_402_300_799;

/// Turns a TOML date into the moment it ends.
fn moment(datetime: Datetime) -> Result<UnixTime, &'static str> {
    let date = datetime.date.ok_or("a date is needed, like 2027-01-31")?;
    let midnight = days_since_1970(date.year.into(), date.month.into(), date.day.into()) * 86_400;
    let secs = match (datetime.time, datetime.offset) {
        (None, _) => midnight + 86_400,
        (Some(_), None) => return Err("a date-time needs an offset, like 2027-01-31T18:00:00Z"),
        (Some(time), Some(offset)) => midnight + second_of_day(time) - offset_seconds(offset),
    };
    u64::try_from(secs.min(LAST)).map(UnixTime::from_secs).map_err(|_| "a date before 1970 cannot be used")
}

fn second_of_day(time: Time) -> i64 {
    i64::from(time.hour) * 3600 + i64::from(time.minute) * 60 + i64::from(time.second.unwrap_or(0))
}

fn offset_seconds(offset: Offset) -> i64 {
    match offset {
        Offset::Z => 0,
        Offset::Custom { minutes } => i64::from(minutes) * 60,
    }
}

/// Days from 1970-01-01 to a date of the proleptic Gregorian calendar, counting years from 1 March so that the leap
/// day is the last of its year.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let months_since_march = (month + 9) % 12;
    let day_of_year = (153 * months_since_march + 2) / 5 + day - 1;
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leap_days + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(text: &str) -> Result<String, &'static str> {
        moment(text.parse().unwrap()).map(|end| end.to_string())
    }

    #[test]
    fn a_date_alone_includes_its_whole_day_in_utc() {
        for (date, ends) in [
            ("1970-01-01", "1970-01-02T00:00:00Z"),
            ("2000-02-28", "2000-02-29T00:00:00Z"),
            ("2027-01-31", "2027-02-01T00:00:00Z"),
            ("2027-12-31", "2028-01-01T00:00:00Z"),
            ("9999-12-31", "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(end(date).as_deref(), Ok(ends), "{date}");
        }
    }

    #[test]
    fn a_date_time_is_the_moment_itself() {
        for (text, ends) in [
            ("2027-01-31T18:00:00Z", "2027-01-31T18:00:00Z"),
            ("2027-01-31T18:00:00+01:00", "2027-01-31T17:00:00Z"),
            ("2027-01-01T00:30:00-02:30", "2027-01-01T03:00:00Z"),
        ] {
            assert_eq!(end(text).as_deref(), Ok(ends), "{text}");
        }
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        for text in ["2027-01-31T18:00:00", "18:00:00", "1969-12-30"] {
            assert!(end(text).is_err(), "{text}");
        }
    }

    #[test]
    fn every_day_of_the_calendar_agrees_with_the_way_back() {
        for day in (0..2_932_896).step_by(37) {
            let (year, month, of_month, ..) = UnixTime::from_secs(day * 86_400).civil();
            assert_eq!(days_since_1970(year, month.into(), of_month.into()), day as i64);
        }
    }
}
