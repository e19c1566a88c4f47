//! The one place of the receiver that reads the clock.

use chrono::{DateTime, Utc};
use labrelay_model::Timestamp;

/// The current instant.
pub fn now() -> Timestamp {
    DateTime::<Utc>::from(std::time::SystemTime::now()).into()
}
