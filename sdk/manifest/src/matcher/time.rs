//! Times as logs write them, as instants: ISO 8601, or one declared form in the words of chrono's `strftime`.
//!
//! Which forms there are, and what they look like, is [`time_format`](crate::catalogue::time_format)'s to say; a
//! text comes here only if it looks so. All places have a fixed width, but for decimals and zone at the end.

use chrono::{FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeZone};
use labrelay_model::Timestamp;

use super::number::unsigned;
use crate::{Shown, Zone};

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/// ISO 8601 up to decimals and zone, with either mark between date and time.
const ISO: &str = "%Y-%m-%d?%H:%M:%S";
/// Decimals that a second may have: nanoseconds.
const MAX_DECIMALS: usize = 9;

/// How a time is written.
#[derive(Debug)]
pub(super) struct TimeForm {
    places: Vec<Place>,
}

/// One place of a form.
#[derive(Debug, Clone, Copy)]
enum Place {
    /// A byte that says nothing: the form has been checked.
    Mark,
    /// Four digits.
    Year,
    /// Two digits: 1969 to 2068, as in POSIX.
    ShortYear,
    Month,
    MonthName,
    Day,
    Hour,
    Minute,
    Second,
    Millisecond,
    /// `AM` or `PM`.
    Half,
    /// A mark and decimals of a second; may be missing.
    Fraction,
    /// `Z`, `+01:00` or `+0100`; if it is missing the site's zone holds.
    Zone,
}

impl TimeForm {
    pub(super) fn iso() -> Self {
        let mut places = parse(ISO).unwrap_or_default();
        places.extend([Place::Fraction, Place::Zone]);
        Self { places }
    }

    /// `None` for a form that no manifest may have.
    pub(super) fn parse(form: &str) -> Option<Self> {
        Some(Self { places: parse(form)? })
    }

    /// The instant that `text` names; in `zone` if it names none itself. Where clocks are put back, the first of
    /// two; `None` for what no calendar or clock shows.
    pub(super) fn read(&self, text: &[u8], zone: &Zone) -> Option<Timestamp> {
        let mut reader = Reader { rest: text, moment: Moment::default() };
        self.places.iter().try_for_each(|place| reader.place(*place))?;
        reader.rest.is_empty().then_some(reader.moment)?.instant(zone)
    }
}

fn parse(form: &str) -> Option<Vec<Place>> {
    let mut places = Vec::new();
    let mut rest = form.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            places.push(Place::Mark);
            continue;
        }
        places.push(match rest.next()? {
            b'Y' => Place::Year,
            b'y' => Place::ShortYear,
            b'm' => Place::Month,
            b'b' => Place::MonthName,
            b'd' => Place::Day,
            b'H' | b'I' => Place::Hour,
            b'M' => Place::Minute,
            b'S' => Place::Second,
            b'p' => Place::Half,
            b'z' => Place::Zone,
            b'3' if rest.next() == Some(b'f') => Place::Millisecond,
            b'.' if rest.next() == Some(b'3') && rest.next() == Some(b'f') => Place::Fraction,
            _ => return None,
        });
    }
    Some(places)
}

/// What was read of a time.
#[derive(Default)]
struct Moment {
    year: u32,
    month: u32,
    day: u32,
    hour: u32,
    minute: u32,
    second: u32,
    nanos: u32,
    /// Where hours go to 12.
    is_afternoon: Option<bool>,
    /// Seconds east of UTC.
    offset: Option<i32>,
}

impl Moment {
    fn instant(&self, zone: &Zone) -> Option<Timestamp> {
        let date = NaiveDate::from_ymd_opt(i32::try_from(self.year).ok()?, self.month, self.day)?;
        let time = NaiveTime::from_hms_nano_opt(self.hour_of_day()?, self.minute, self.second, self.nanos)?;
        let local = NaiveDateTime::new(date, time);
        match self.offset {
            Some(offset) => {
                let instant = FixedOffset::east_opt(offset)?.from_local_datetime(&local).earliest()?;
                Timestamp::from_micros(instant.timestamp_micros())
            }
            None => match zone.shown(local)? {
                Shown::Once(instant) | Shown::TwiceFirst(instant) => Some(instant),
                Shown::NeverUnlessUnmoved(_) => None,
            },
        }
    }

    fn hour_of_day(&self) -> Option<u32> {
        match self.is_afternoon {
            None => Some(self.hour),
            Some(_) if !(1..=12).contains(&self.hour) => None,
            Some(is_afternoon) => Some(self.hour % 12 + if is_afternoon { 12 } else { 0 }),
        }
    }
}

struct Reader<'t> {
    rest: &'t [u8],
    moment: Moment,
}

impl Reader<'_> {
    fn place(&mut self, place: Place) -> Option<()> {
        match place {
            Place::Mark => drop(self.take(1)?),
            Place::Year => self.moment.year = self.number(4)?,
            Place::ShortYear => {
                let year = self.number(2)?;
                self.moment.year = if year < 69 { 2000 + year } else { 1900 + year };
            }
            Place::Month => self.moment.month = self.number(2)?,
            Place::MonthName => self.moment.month = self.month_name()?,
            Place::Day => self.moment.day = self.number(2)?,
            Place::Hour => self.moment.hour = self.number(2)?,
            Place::Minute => self.moment.minute = self.number(2)?,
            Place::Second => self.moment.second = self.number(2)?,
            Place::Millisecond => self.moment.nanos = self.number(3)? * 1_000_000,
            Place::Half => self.moment.is_afternoon = Some(self.take(2)? == b"PM"),
            Place::Fraction => self.fraction()?,
            Place::Zone => self.zone()?,
        }
        Some(())
    }

    fn take(&mut self, count: usize) -> Option<&[u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    fn number(&mut self, digits: usize) -> Option<u32> {
        u32::try_from(unsigned(self.take(digits)?)?).ok()
    }

    fn month_name(&mut self) -> Option<u32> {
        let name = self.take(3)?;
        let at = MONTHS.iter().position(|month| month.as_bytes() == name)?;
        u32::try_from(at + 1).ok()
    }

    fn fraction(&mut self) -> Option<()> {
        let Some((b'.' | b',', decimals)) = self.rest.split_first() else { return Some(()) };
        let count = decimals.iter().take(MAX_DECIMALS).take_while(|byte| byte.is_ascii_digit()).count();
        self.rest = decimals;
        let missing = u32::try_from(MAX_DECIMALS - count).ok()?;
        self.moment.nanos = self.number(count)? * 10_u32.pow(missing);
        Some(())
    }

    fn zone(&mut self) -> Option<()> {
        let Some((sign, rest)) = self.rest.split_first() else { return Some(()) };
        self.rest = rest;
        if *sign == b'Z' {
            self.moment.offset = Some(0);
            return Some(());
        }
        let hours = self.number(2)?;
        self.rest = self.rest.strip_prefix(b":").unwrap_or(self.rest);
        let seconds = i32::try_from(hours * 3600 + self.number(2)? * 60).ok()?;
        self.moment.offset = Some(if *sign == b'-' { -seconds } else { seconds });
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn berlin() -> Zone {
        "Europe/Berlin".parse().unwrap()
    }

    fn read(form: &TimeForm, text: &str, zone: &Zone) -> Option<String> {
        form.read(text.as_bytes(), zone).map(|instant| instant.to_string())
    }

    #[test]
    fn iso_times_are_read_with_and_without_decimals_and_zone() {
        for (text, instant) in [
            ("2026-03-01T08:00:00Z", "2026-03-01T08:00:00Z"),
            ("2026-03-01 08:00:00.5", "2026-03-01T07:00:00.500Z"),
            ("2026-03-01 08:00:00,000001", "2026-03-01T07:00:00.000001Z"),
            ("2026-03-01 08:00:00+02:00", "2026-03-01T06:00:00Z"),
            ("2026-03-01 08:00:00-0130", "2026-03-01T09:30:00Z"),
        ] {
            assert_eq!(read(&TimeForm::iso(), text, &berlin()).as_deref(), Some(instant), "{text}");
        }
    }

    #[test]
    fn a_declared_form_is_read_as_chrono_writes_it() {
        let instant = Timestamp::parse("2026-03-01T14:05:09.250Z").unwrap();
        for form in [
            "%d.%m.%Y %H:%M:%S%.3f",
            "%m/%d/%y %I:%M:%S.%3f %p",
            "%Y%m%dT%H%M%S,%3f%z",
            "%b %d %Y %H:%M:%S%.3f",
        ] {
            let text = instant.to_utc().format(form).to_string();
            let read = read(&TimeForm::parse(form).unwrap(), &text, &Zone::UTC);
            assert_eq!(read, Some(instant.to_string()), "{form}");
        }
    }

    #[test]
    fn noon_and_midnight_are_told_apart() {
        let form = TimeForm::parse("%Y-%m-%d %I:%M %p").unwrap();
        let utc = |text| read(&form, text, &Zone::UTC);
        assert_eq!(utc("2026-03-01 12:10 AM").as_deref(), Some("2026-03-01T00:10:00Z"));
        assert_eq!(utc("2026-03-01 12:10 PM").as_deref(), Some("2026-03-01T12:10:00Z"));
        assert_eq!(utc("2026-03-01 13:10 PM"), None);
    }

    #[test]
    fn of_two_equal_local_times_the_first_counts_and_one_that_no_clock_shows_is_none() {
        let berlin = |text| read(&TimeForm::iso(), text, &berlin());
        assert_eq!(berlin("2026-10-25 02:30:00").as_deref(), Some("2026-10-25T00:30:00Z"));
        assert_eq!(berlin("2026-03-29 02:30:00"), None);
        assert_eq!(berlin("2026-02-29 02:30:00"), None);
        assert_eq!(berlin("2026-02-28 24:30:00"), None);
        assert_eq!(berlin("2026-02-28 23:30:00x"), None);
    }
}
