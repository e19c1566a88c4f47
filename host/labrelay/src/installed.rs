//! The day on which this PC began with Labrelay: what happened before it is not collected, unless the site says so.
//!
//! It stands in a file of its own beside the spool, so that a spool that is repaired or begun anew changes nothing.

use std::path::Path;

use anyhow::{Context as _, anyhow};
use labrelay_model::Timestamp;
use labrelay_os::key_file::{self, KeyFileError};

use crate::exit::{FailAs as _, Failure};

/// The file within the state folder. It holds a date and is no secret, but is made as durably as one, and like one
/// in a folder that is ours alone.
const FILE: &str = "site/installed";

/// The start (UTC) of that day; at the first call it is the day of `now`.
pub(crate) fn day(state: &Path, now: Timestamp) -> anyhow::Result<Timestamp> {
    let path = state.join(FILE);
    let today = now.to_utc().date_naive();
    let written = key_file::read_or_create(&path, || Ok::<_, KeyFileError>(today.to_string().into_bytes()));
    let written = written.fail_as(Failure::State)?;
    // Should the clock have been ahead at that time, nothing would be collected until it comes true.
    let day = read(&written).with_context(|| format!("in {}", path.display())).fail_as(Failure::State)?;
    Ok(day.min(midnight(&today)))
}

fn read(written: &[u8]) -> anyhow::Result<Timestamp> {
    let text = std::str::from_utf8(written).unwrap_or_default().trim();
    let date: chrono::NaiveDate =
        text.parse().map_err(|_| anyhow!("no date; write the day of installation, such as 2026-03-01"))?;
    Ok(midnight(&date))
}

fn midnight(date: &chrono::NaiveDate) -> Timestamp {
    Timestamp::from(date.and_time(chrono::NaiveTime::MIN).and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn the_first_day_is_kept() {
        let state = tempfile::tempdir().unwrap();
        let first = at("2026-03-01T00:00:00Z");
        assert_eq!(day(state.path(), at("2026-03-01T15:00:00Z")).unwrap(), first);
        assert_eq!(day(state.path(), at("2026-07-09T08:00:00Z")).unwrap(), first);
        assert_eq!(std::fs::read(state.path().join(FILE)).unwrap(), b"2026-03-01");
    }

    #[test]
    fn a_day_that_has_not_come_yet_was_a_wrong_clock() {
        let state = tempfile::tempdir().unwrap();
        day(state.path(), at("2038-01-01T00:00:00Z")).unwrap();
        assert_eq!(day(state.path(), at("2026-03-01T15:00:00Z")).unwrap(), at("2026-03-01T00:00:00Z"));
    }

    #[test]
    fn what_is_no_date_is_named() {
        let state = tempfile::tempdir().unwrap();
        key_file::create(&state.path().join(FILE), b"yesterday").unwrap();
        let error = format!("{:#}", day(state.path(), at("2026-03-01T15:00:00Z")).unwrap_err());
        assert!(error.contains("installed") && error.contains("no date"), "{error}");
    }
}
