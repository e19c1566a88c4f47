//! Dates and times of day as FCS writers put them, and the instant they mean in a site's time zone.
//!
//! FCS files give the instrument PC's wall clock without a zone. All-numeric dates such as `01/02/2026` are
//! refused: which part is the month differs from country to country.

use chrono::{NaiveDate, NaiveTime, TimeDelta};
use labrelay_manifest::Zone;
use labrelay_model::Timestamp;

/// Two-digit years from here on belong to the 1900s: FCS 2.0 is of 1990, its files can't be older than 1970.
const FIRST_YEAR_OF_1900S: i32 = 70;
/// Longest time between `$BTIM` and `$ETIM` that is taken for one acquisition. Runs last minutes; a longer time
/// means that the clock was set back in between.
const LONGEST_ACQUISITION: TimeDelta = TimeDelta::hours(12);
/// Longest count of seconds that is taken for a length of time at all; how long an acquisition may last is the
/// manifest's business.
const LONGEST_COUNT: TimeDelta = TimeDelta::days(365);
const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// A date in one of the forms that [`instant`] names.
fn date(text: &str) -> Option<NaiveDate> {
    let text = text.trim();
    if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        return NaiveDate::parse_from_str(text, "%Y%m%d").ok();
    }
    let mut parts = text.split(['-', ' ']);
    let (first, second, third) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    if first.len() == 4 {
        return NaiveDate::from_ymd_opt(
            year(first)?,
            month(second).or_else(|| digits(second))?,
            digits(third)?,
        );
    }
    NaiveDate::from_ymd_opt(year(third)?, month(second)?, digits(first)?)
}

fn year(text: &str) -> Option<i32> {
    let year = i32::try_from(digits(text)?).ok()?;
    match text.len() {
        4 => Some(year),
        2 if year >= FIRST_YEAR_OF_1900S => Some(1900 + year),
        2 => Some(2000 + year),
        _ => None,
    }
}

fn month(text: &str) -> Option<u32> {
    let at = MONTHS.iter().position(|month| text.eq_ignore_ascii_case(month))?;
    u32::try_from(at + 1).ok()
}

fn digits(text: &str) -> Option<u32> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok())?
}

/// A time of day in one of the forms that [`instant`] names.
fn time(text: &str) -> Option<NaiveTime> {
    let mut parts = text.trim().splitn(3, ':');
    let (hour, minute) = (digits(parts.next()?)?, digits(parts.next()?)?);
    let (second, part) = match parts.next()?.split_once([':', '.']) {
        None => (text.trim().rsplit(':').next()?, 0),
        Some((second, part)) if text.contains('.') => {
            (second, micros(part, 10_u32.checked_pow(length(part)?)?)?)
        }
        Some((second, part)) if part.len() == 3 => (second, micros(part, 1000)?),
        Some((second, part)) => (second, micros(part, 60)?),
    };
    NaiveTime::from_hms_micro_opt(hour, minute, digits(second)?, part)
}

fn length(part: &str) -> Option<u32> {
    u32::try_from(part.len()).ok()
}

/// `part` of a second, counted in `per_second`ths, in microseconds.
fn micros(part: &str, per_second: u32) -> Option<u32> {
    let part = digits(part)?;
    let micros = u64::from(part) * 1_000_000 / u64::from(per_second);
    u32::try_from(micros).ok().filter(|_| part < per_second)
}

/// The instant at which a wall clock in `zone` shows this date and time; `None` if either can't be understood.
///
/// Dates are written `24-Oct-2026`, `24 OCT 2026`, `24-Oct-26`, `2026-Oct-24`, `2026-10-24` or `20261024`; times
/// `14:03:59`, `14:03:59.25`, `14:03:59:30` (60ths, FCS 3.0) or `14:03:59:250` (1000ths). The hour that happens
/// twice in autumn is taken the first time. The hour that is left out in spring can only be shown by a clock that
/// was not yet moved, and is read so.
pub fn instant(date_text: &str, time_text: &str, zone: &Zone) -> Option<Timestamp> {
    let local = date(date_text)?.and_time(time(time_text)?);
    Some(zone.shown(local)?.instant())
}

/// Microseconds from `begin` to `end` on one wall clock; an `end` before `begin` is on the next day. `None` where
/// that gives no plausible length of an acquisition.
pub fn passed_us(begin: &str, end: &str) -> Option<i64> {
    let mut passed = time(end)? - time(begin)?;
    if passed < TimeDelta::zero() {
        passed += TimeDelta::days(1);
    }
    (passed <= LONGEST_ACQUISITION).then(|| passed.num_microseconds())?
}

/// A length of time in seconds, such as `@ACQTIME` gives, in microseconds; `None` if it is negative or no time at all.
pub fn seconds_us(seconds: f64) -> Option<i64> {
    let limit = LONGEST_COUNT.num_seconds() as f64;
    (0.0..=limit).contains(&seconds).then(|| (seconds * 1e6).round() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ymd(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(year, month, day)
    }

    #[test]
    fn dates_of_every_writer_seen() {
        for text in [
            "24-Oct-2026",
            "24 OCT 2026",
            "24-oct-26",
            "2026-Oct-24",
            "2026-10-24",
            "20261024",
            " 24-Oct-2026 ",
        ] {
            assert_eq!(date(text), ymd(2026, 10, 24), "{text}");
        }
        assert_eq!(date("01-JAN-97"), ymd(1997, 1, 1));
        for text in [
            "",
            "-",
            "24/10/2026",
            "10-24-2026",
            "31-Feb-2026",
            "24-Okt-2026",
            "24-Oct-2026-1",
            "2026",
            "١-Jan-26",
        ] {
            assert_eq!(date(text), None, "{text}");
        }
    }

    #[test]
    fn times_of_every_writer_seen() {
        let hms = |micro| NaiveTime::from_hms_micro_opt(14, 3, 59, micro);
        for (text, expected) in [
            ("14:03:59", hms(0)),
            ("14:03:59:30", hms(500_000)),
            ("14:03:59:250", hms(250_000)),
            ("14:03:59.25", hms(250_000)),
            ("14:03:59.1234567", hms(123_456)),
            ("14:03:59:60", None),
            ("14:03", None),
            ("24:03:59", None),
            ("14:03:59.", None),
            ("14:03:59.12345678901", None),
            ("", None),
        ] {
            assert_eq!(time(text), expected, "{text}");
        }
    }

    fn at(local: &str, zone: &Zone) -> String {
        let (date, time) = local.split_once('T').unwrap();
        instant(date, time, zone).unwrap().to_string()
    }

    #[test]
    fn the_sites_zone_gives_the_instant() {
        assert_eq!(at("2026-03-02T08:00:00", &"Europe/Berlin".parse().unwrap()), "2026-03-02T07:00:00Z");
        assert_eq!(at("2026-07-02T08:00:00", &"Europe/Berlin".parse().unwrap()), "2026-07-02T06:00:00Z");
        assert_eq!(at("2026-07-02T08:00:00", &Zone::UTC), "2026-07-02T08:00:00Z");
    }

    #[test]
    fn the_hours_around_a_change_of_clocks_have_an_instant() {
        let berlin = &"Europe/Berlin".parse().unwrap();
        assert_eq!(at("2026-10-25T02:30:00", berlin), "2026-10-25T00:30:00Z", "twice: the first");
        assert_eq!(at("2026-03-29T02:30:00", berlin), "2026-03-29T01:30:00Z", "left out: as if not moved");
    }

    #[test]
    fn an_acquisition_may_pass_midnight_but_not_half_a_day() {
        assert_eq!(passed_us("14:00:00", "14:01:30"), Some(90_000_000));
        assert_eq!(passed_us("23:59:30", "00:00:30"), Some(60_000_000));
        assert_eq!(passed_us("02:50:00", "02:10:00"), None);
    }

    #[test]
    fn seconds_are_counted_in_microseconds() {
        assert_eq!(seconds_us(300.1), Some(300_100_000));
        for no_time in [-1.0, f64::NAN, f64::INFINITY, 1e300] {
            assert_eq!(seconds_us(no_time), None);
        }
    }
}
