//! Times as instruments write them, as instants: ISO 8601, or one declared form in the words of chrono's `strftime`.
//!
//! Which forms a manifest may have is [`time_format`](crate::catalogue::time_format)'s to say.

use chrono::{FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeZone};
use labrelay_model::Timestamp;

use super::number::unsigned;
use crate::catalogue::time_format::{self, Use};
use crate::{Shown, Zone};

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/// Decimals that a second may have: nanoseconds.
const MAX_DECIMALS: usize = 9;

/// How a time is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeForm {
    /// As the manifest has it; `None` for ISO 8601.
    format: Option<Box<str>>,
    places: Vec<Place>,
}

/// A time that stands at the beginning of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrittenTime {
    /// What it names; `None` for what no calendar or clock shows, such as the 31st of February.
    pub instant: Option<Timestamp>,
    /// How many bytes it takes.
    pub bytes: usize,
}

/// One place of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Mark(u8),
    /// Between date and time in ISO 8601: `T` or a blank.
    Between,
    Number(Part, Digits),
    MonthName,
    /// `AM` or `PM`.
    Half,
    /// A mark and decimals of a second; may be missing.
    Fraction,
    /// `Z`, `+01:00` or `+0100`; if it is missing the site's zone holds.
    Zone,
}

/// What a number says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Year,
    /// 1969 to 2068, as in POSIX.
    ShortYear,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    Millisecond,
}

/// How many digits a number has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Digits {
    Exactly(usize),
    UpTo(usize),
}

impl TimeForm {
    /// ISO 8601: date and time with a blank or `T` between, fraction and zone if they are there.
    pub fn iso() -> Self {
        let mut places = parse("%Y-%m-%d").unwrap_or_default();
        places.push(Place::Between);
        places.extend(parse("%H:%M:%S").unwrap_or_default());
        places.extend([Place::Fraction, Place::Zone]);
        Self { format: None, places }
    }

    /// The form of a slot; `None` for one that no manifest may have.
    pub(super) fn parse(form: &str) -> Option<Self> {
        Some(Self { format: Some(form.into()), places: parse(form)? })
    }

    /// The form of a time that stands by itself, for a reader of a log's entries or of cells.
    pub(crate) fn alone(form: &str, used: Use) -> Result<Self, String> {
        time_format::check(form, used)?;
        Self::parse(form).ok_or_else(|| "the format is none that this version knows".into())
    }

    /// As the manifest has it; `None` for ISO 8601.
    pub fn format(&self) -> Option<&str> {
        self.format.as_deref()
    }

    /// The instant that a slot's `text` names; in `zone` if it names none itself. Where clocks are put back, the first
    /// of two; `None` for what no calendar or clock shows.
    pub(super) fn read(&self, text: &[u8], zone: &Zone) -> Option<Timestamp> {
        let (moment, bytes) = self.moment(text)?;
        match moment.shown(zone).filter(|_| bytes == text.len())? {
            Shown::Once(instant) | Shown::TwiceFirst(instant) => Some(instant),
            Shown::NeverUnlessUnmoved(_) => None,
        }
    }

    /// The time at the beginning of `text`, which ends where the form does; `None` if there is none.
    ///
    /// In `zone` if it names none itself. The hour that happens twice in autumn is taken the first time; the one that is
    /// left out in spring can only be shown by a clock that was not yet moved, and is read so.
    pub fn read_start(&self, text: &[u8], zone: &Zone) -> Option<WrittenTime> {
        let (moment, bytes) = self.moment(text)?;
        let instant = moment.shown(zone).map(|shown| match shown {
            Shown::Once(instant) | Shown::TwiceFirst(instant) | Shown::NeverUnlessUnmoved(instant) => instant,
        });
        Some(WrittenTime { instant, bytes })
    }

    fn moment(&self, text: &[u8]) -> Option<(Moment, usize)> {
        let mut reader = Reader { rest: text, moment: Moment::default() };
        self.places.iter().try_for_each(|place| reader.place(*place))?;
        Some((reader.moment, text.len() - reader.rest.len()))
    }
}

fn parse(form: &str) -> Option<Vec<Place>> {
    let mut places = Vec::new();
    let mut rest = form.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            places.push(Place::Mark(byte));
            continue;
        }
        let two = |part| Place::Number(part, Digits::Exactly(2));
        let up_to_two = |part| Place::Number(part, Digits::UpTo(2));
        places.push(match rest.next()? {
            b'Y' => Place::Number(Part::Year, Digits::Exactly(4)),
            b'y' => two(Part::ShortYear),
            b'm' => two(Part::Month),
            b'b' => Place::MonthName,
            b'd' => two(Part::Day),
            b'H' | b'I' => two(Part::Hour),
            b'M' => two(Part::Minute),
            b'S' => two(Part::Second),
            b'p' => Place::Half,
            b'z' => Place::Zone,
            b'3' if rest.next() == Some(b'f') => Place::Number(Part::Millisecond, Digits::Exactly(3)),
            b'.' if rest.next() == Some(b'3') && rest.next() == Some(b'f') => Place::Fraction,
            b'-' => match rest.next()? {
                b'm' => up_to_two(Part::Month),
                b'd' => up_to_two(Part::Day),
                b'H' | b'I' => up_to_two(Part::Hour),
                _ => return None,
            },
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
    fn shown(&self, zone: &Zone) -> Option<Shown> {
        let date = NaiveDate::from_ymd_opt(i32::try_from(self.year).ok()?, self.month, self.day)?;
        let time = NaiveTime::from_hms_nano_opt(self.hour_of_day()?, self.minute, self.second, self.nanos)?;
        let local = NaiveDateTime::new(date, time);
        match self.offset {
            Some(offset) => {
                let instant = FixedOffset::east_opt(offset)?.from_local_datetime(&local).earliest()?;
                Timestamp::from_micros(instant.timestamp_micros()).map(Shown::Once)
            }
            None => zone.shown(local),
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
            Place::Mark(mark) => (self.take(1)? == [mark]).then_some(()),
            Place::Between => matches!(self.take(1)?, b"T" | b" ").then_some(()),
            Place::Number(part, digits) => self.part(part, digits),
            Place::MonthName => {
                self.moment.month = self.month_name()?;
                Some(())
            }
            Place::Half => {
                self.moment.is_afternoon = Some(match self.take(2)? {
                    b"AM" => false,
                    b"PM" => true,
                    _ => return None,
                });
                Some(())
            }
            Place::Fraction => self.fraction(),
            Place::Zone => self.zone(),
        }
    }

    fn part(&mut self, part: Part, digits: Digits) -> Option<()> {
        let number = match digits {
            Digits::Exactly(count) => self.number(count)?,
            Digits::UpTo(most) => {
                let count = self.rest.iter().take(most).take_while(|byte| byte.is_ascii_digit()).count();
                if count == 0 {
                    return None;
                }
                self.number(count)?
            }
        };
        let moment = &mut self.moment;
        match part {
            Part::Year => moment.year = number,
            Part::ShortYear => moment.year = if number < 69 { 2000 + number } else { 1900 + number },
            Part::Month => moment.month = number,
            Part::Day => moment.day = number,
            Part::Hour => moment.hour = number,
            Part::Minute => moment.minute = number,
            Part::Second => moment.second = number,
            Part::Millisecond => moment.nanos = number * 1_000_000,
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
        if count == 0 {
            return Some(()); // the mark belongs to what follows the time
        }
        self.rest = decimals;
        let missing = u32::try_from(MAX_DECIMALS - count).ok()?;
        self.moment.nanos = self.number(count)? * 10_u32.pow(missing);
        Some(())
    }

    /// What looks like the beginning of a zone and goes on otherwise belongs to what follows the time.
    fn zone(&mut self) -> Option<()> {
        let behind_time = self.rest;
        self.moment.offset = self.offset();
        if self.moment.offset.is_none() {
            self.rest = behind_time;
        }
        Some(())
    }

    fn offset(&mut self) -> Option<i32> {
        let (sign @ (b'Z' | b'+' | b'-'), rest) = self.rest.split_first()? else { return None };
        self.rest = rest;
        if *sign == b'Z' {
            return Some(0);
        }
        let hours = self.number(2)?;
        self.rest = self.rest.strip_prefix(b":").unwrap_or(self.rest);
        let seconds = i32::try_from(hours * 3600 + self.number(2)? * 60).ok()?;
        Some(if *sign == b'-' { -seconds } else { seconds })
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
    fn a_time_at_the_beginning_ends_where_its_form_does() {
        let start = |form: &TimeForm, text: &str| {
            let written = form.read_start(text.as_bytes(), &berlin())?;
            Some((written.instant?.to_string(), text.get(written.bytes..)?.to_owned()))
        };
        let found = |instant: &str, rest: &str| Some((instant.to_owned(), rest.to_owned()));
        let iso = TimeForm::iso();
        assert_eq!(start(&iso, "2026-03-01T08:00:00.25Z WARN"), found("2026-03-01T08:00:00.250Z", " WARN"));
        assert_eq!(start(&iso, "2026-03-01 08:00:00, ready"), found("2026-03-01T07:00:00Z", ", ready"));
        assert_eq!(start(&iso, "2026-03-01x08:00:00"), None, "marks are what they are");
        let cell = TimeForm::alone("%-m/%-d/%Y %-I:%M %p", Use::Cell).unwrap();
        assert_eq!(start(&cell, "6/3/2026 3:09 PM"), found("2026-06-03T13:09:00Z", ""));
        assert_eq!(start(&cell, "6//2026 3:09 PM"), None);
        assert_eq!(
            start(&iso, "2026-03-29 02:30:00"),
            found("2026-03-29T01:30:00Z", ""),
            "a clock not yet moved"
        );
        let nonsense = iso.read_start(b"2026-02-31 08:00:00 on", &berlin());
        assert_eq!(nonsense, Some(WrittenTime { instant: None, bytes: 19 }), "a time, but no day");
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
