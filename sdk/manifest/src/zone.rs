//! The zone in which an instrument's clock stands: from what it shows to instants, by IANA's rules.
//!
//! The rules come with the program, as bytes: no file is read, and a worker shares them with all others. (Tables with
//! pointers, as `chrono-tz` has them, took 1.3 MB of each worker's own memory.)

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDateTime, Timelike};
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone, db};
use labrelay_model::Timestamp;

use crate::nearest::nearest;

/// An IANA time zone, such as `Europe/Berlin`.
#[derive(Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

/// When a clock of the zone shows a date and time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Once.
    Once(Timestamp),
    /// Twice, since clocks are put back: the first of both.
    TwiceFirst(Timestamp),
    /// Never, since clocks are put forward over it: the instant by a clock that was not.
    NeverUnlessUnmoved(Timestamp),
}

impl Shown {
    /// The first of both where the clock showed it twice; by a clock that was not moved where it never showed it.
    pub fn instant(self) -> Timestamp {
        match self {
            Self::Once(instant) | Self::TwiceFirst(instant) | Self::NeverUnlessUnmoved(instant) => instant,
        }
    }
}

/// No IANA name. Holds the nearest one, and not what was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no time zone; {}", match near {
    Some(near) => format!("did you mean `{near}`?"),
    None => "write an IANA name such as `Europe/Berlin`".to_owned(),
})]
pub struct UnknownZone {
    near: Option<String>,
}

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self(TimeZone::UTC);

    /// Its IANA name.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// When a clock here shows `local`; `None` outside the years that a [`Timestamp`] has.
    pub fn shown(&self, local: NaiveDateTime) -> Option<Shown> {
        let instant = |offset: Offset| {
            let micros = local.and_utc().timestamp_micros() - i64::from(offset.seconds()) * 1_000_000;
            Timestamp::from_micros(micros)
        };
        Some(match self.0.to_ambiguous_timestamp(civil(local)?).offset() {
            AmbiguousOffset::Unambiguous { offset } => Shown::Once(instant(offset)?),
            AmbiguousOffset::Fold { before, .. } => Shown::TwiceFirst(instant(before)?),
            AmbiguousOffset::Gap { before, .. } => Shown::NeverUnlessUnmoved(instant(before)?),
        })
    }
}

/// To the second: no offset has parts of one.
fn civil(local: NaiveDateTime) -> Option<DateTime> {
    let (date, time) = (local.date(), local.time());
    let [month, day, hour, minute, second] =
        [date.month(), date.day(), time.hour(), time.minute(), time.second()].map(i8::try_from);
    DateTime::new(
        date.year().try_into().ok()?,
        month.ok()?,
        day.ok()?,
        hour.ok()?,
        minute.ok()?,
        second.ok()?,
        0,
    )
    .ok()
}

impl Default for Zone {
    fn default() -> Self {
        Self::UTC
    }
}

impl FromStr for Zone {
    type Err = UnknownZone;

    fn from_str(name: &str) -> Result<Self, UnknownZone> {
        let unknown = || {
            let names: Vec<String> = db().available().map(|name| name.as_str().to_owned()).collect();
            let near = nearest(name, names.iter().map(String::as_str)).map(str::to_owned);
            UnknownZone { near }
        };
        // The library also knows the name of a zone that nobody knows, which reads as UTC.
        TimeZone::get(name).ok().filter(|zone| !zone.is_unknown()).map(Self).ok_or_else(unknown)
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(zone: &str, local: &str) -> Shown {
        zone.parse::<Zone>().unwrap().shown(local.parse().unwrap()).unwrap()
    }

    fn instant(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn a_clock_shows_a_time_once_twice_or_never() {
        let once = |text| Shown::Once(instant(text));
        assert_eq!(shown("Europe/Berlin", "2026-03-02T08:00:00"), once("2026-03-02T07:00:00Z"));
        assert_eq!(shown("Asia/Kolkata", "2026-07-02T08:00:00.25"), once("2026-07-02T02:30:00.25Z"));
        assert_eq!(shown("America/New_York", "2055-07-02T08:00:00"), once("2055-07-02T12:00:00Z"), "by rule");
        assert_eq!(
            shown("Europe/Berlin", "2026-10-25T02:30:00"),
            Shown::TwiceFirst(instant("2026-10-25T00:30:00Z"))
        );
        assert_eq!(
            shown("Europe/Berlin", "2026-03-29T02:30:00"),
            Shown::NeverUnlessUnmoved(instant("2026-03-29T01:30:00Z"))
        );
        assert_eq!(
            Zone::UTC.shown("2026-03-29T02:30:00".parse().unwrap()),
            Some(once("2026-03-29T02:30:00Z"))
        );
    }

    #[test]
    fn names_are_those_of_iana() {
        for name in ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "US/Pacific", "Asia/Shanghai"]
        {
            assert_eq!(name.parse::<Zone>().unwrap().name(), name);
        }
        let error = |name: &str| name.parse::<Zone>().unwrap_err().to_string();
        assert_eq!(error("Europe/Pari"), "no time zone; did you mean `Europe/Paris`?");
        assert!(error("Etc/Unknown").starts_with("no time zone"));
        assert_eq!(error("Middle/Earth"), "no time zone; write an IANA name such as `Europe/Berlin`");
    }
}
