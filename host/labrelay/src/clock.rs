//! This PC's clock: the only place where the host program reads the date; and what to say when it is wrong.

use std::time::{SystemTime, UNIX_EPOCH};

use labrelay_model::Timestamp;

/// The present. A clock before 1970 reads as 1970.
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let micros = i64::try_from(since.as_micros()).unwrap_or(i64::MAX);
    let start = Timestamp::from(chrono::DateTime::UNIX_EPOCH);
    start.saturating_add_micros(micros)
}

/// How far this PC's clock may be off: as far as the gate lets times lie ahead, and the receiver signatures.
const TOLERANCE_US: u64 = 24 * US_AN_HOUR;
const US_AN_HOUR: u64 = 3600 * 1_000_000;

/// What is wrong with this PC's clock, in words, when the receiver's shows `receivers`.
pub(crate) fn trouble(ours: Timestamp, receivers: Timestamp) -> Option<String> {
    let off = ours.as_micros().abs_diff(receivers.as_micros());
    if off <= TOLERANCE_US {
        return None;
    }
    let side = if ours > receivers { "ahead of" } else { "behind" };
    Some(format!(
        "this PC's clock is {} hours {side} the receiver's, so collecting pauses; set the clock, and it goes on by itself",
        off / US_AN_HOUR
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_forgiven_and_more_is_told_with_its_direction() {
        let noon = Timestamp::parse("2026-03-01T12:00:00Z").unwrap();
        let after = |hours: i64| noon.saturating_add_micros(hours * 3_600_000_000);
        assert_eq!(trouble(after(24), noon), None);
        assert_eq!(trouble(after(-24), noon), None);
        assert!(trouble(after(25), noon).unwrap().contains("25 hours ahead of"));
        assert!(trouble(after(-72), noon).unwrap().contains("72 hours behind"));
    }
}
