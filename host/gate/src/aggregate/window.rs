//! Calendar windows in UTC: clock hours, days, and ISO weeks from Monday on. When each may close.

use labrelay_manifest::Every;
use labrelay_model::Timestamp;
use serde::{Deserialize, Serialize};

const HOUR_US: i64 = 3600 * 1_000_000;
const DAY_US: i64 = 24 * HOUR_US;
const WEEK_US: i64 = 7 * DAY_US;
/// 1970-01-01 was a Thursday: three days into its week.
const DAYS_INTO_WEEK: i64 = 3;

/// Every window, shortest first: each lies whole within one of the next.
pub(super) const SHORTEST_FIRST: [Every; 3] = [Every::Hour, Every::Day, Every::Week];

/// One window of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Window {
    pub(super) every: Every,
    /// When it begins.
    pub(super) start: Timestamp,
}

impl Window {
    /// The window of this length that `time` falls into.
    pub(super) fn of(every: Every, time: Timestamp) -> Self {
        let micros = time.as_micros();
        let into = match every {
            Every::Hour => micros.rem_euclid(HOUR_US),
            Every::Day => micros.rem_euclid(DAY_US),
            Every::Week => micros.saturating_add(DAYS_INTO_WEEK * DAY_US).rem_euclid(WEEK_US),
        };
        Self { every, start: time.saturating_add_micros(-into) }
    }

    /// When it is over.
    pub(super) fn end(self) -> Timestamp {
        let length = match self.every {
            Every::Hour => HOUR_US,
            Every::Day => DAY_US,
            Every::Week => WEEK_US,
        };
        self.start.saturating_add_micros(length)
    }

    /// Whether it may close at `now`: it is over, and so is the time for which it waits for files that come late.
    pub(super) fn is_due(self, now: Timestamp) -> bool {
        self.end().saturating_add_micros(grace(self.every)) <= now
    }
}

/// How long a window waits for late files after its end. What comes later still goes to the next longer one, so
/// each waits longer than the one before, and all of a week's days have closed before it does.
fn grace(every: Every) -> i64 {
    match every {
        // An acquisition has its start for a time; its file is finished minutes later, and seldom an hour.
        Every::Hour => HOUR_US,
        // A PC that is switched off in the evening and on in the morning reads the last files then.
        Every::Day => 12 * HOUR_US,
        // One that is switched off over a long weekend reads Friday's files on Tuesday.
        Every::Week => 2 * DAY_US,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn start(every: Every, text: &str) -> String {
        Window::of(every, time(text)).start.to_string()
    }

    #[test]
    fn windows_begin_on_the_hour_at_midnight_and_on_monday() {
        let sunday = "2026-03-01T23:59:59.999999Z";
        assert_eq!(start(Every::Hour, sunday), "2026-03-01T23:00:00Z");
        assert_eq!(start(Every::Day, sunday), "2026-03-01T00:00:00Z");
        assert_eq!(start(Every::Week, sunday), "2026-02-23T00:00:00Z");
        assert_eq!(start(Every::Week, "2026-03-02T00:00:00Z"), "2026-03-02T00:00:00Z");
        assert_eq!(start(Every::Week, "1969-12-29T00:00:00Z"), "1969-12-29T00:00:00Z");
    }

    #[test]
    fn a_window_waits_for_late_files() {
        let hour = Window::of(Every::Hour, time("2026-03-01T10:30:00Z"));
        assert!(!hour.is_due(time("2026-03-01T11:59:59Z")));
        assert!(hour.is_due(time("2026-03-01T12:00:00Z")));
    }

    #[test]
    fn a_window_is_due_before_the_longer_one_around_it() {
        let last = time("2026-03-01T23:59:59.999999Z"); // ends its hour, its day and its week
        let due = |every| Window::of(every, last).end().saturating_add_micros(grace(every));
        assert!(due(Every::Hour) < due(Every::Day) && due(Every::Day) < due(Every::Week));
    }
}
