//! This PC's clock: the only place where the host program reads the date.

use std::time::{SystemTime, UNIX_EPOCH};

use labrelay_model::Timestamp;

/// The present. A clock before 1970 reads as 1970.
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let micros = i64::try_from(since.as_micros()).unwrap_or(i64::MAX);
    let start = Timestamp::from(chrono::DateTime::UNIX_EPOCH);
    start.saturating_add_micros(micros)
}
