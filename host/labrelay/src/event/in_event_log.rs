//! Windows' Event Log, into which the service writes; a command's user reads standard error.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use labrelay_os::event_log;
use tracing::warn;

use super::seldom::Seldom;
use super::table::{Level, Row};

static IS_ON: AtomicBool = AtomicBool::new(false);
static SELDOM: Mutex<Option<Seldom>> = Mutex::new(None);

/// From now on events of this process go there too.
pub(crate) fn switch_on() {
    IS_ON.store(true, Ordering::Relaxed);
}

/// Writes an event, unless the same was written of the same subject not long ago.
pub(super) fn write(row: Row, subject: &str, details: &str) {
    if !IS_ON.load(Ordering::Relaxed) {
        return;
    }
    let mut seldom = SELDOM.lock().unwrap_or_else(PoisonError::into_inner);
    if !seldom.get_or_insert_default().is_due(row.id, subject, Instant::now()) {
        return;
    }
    let level = match row.level {
        Level::Information => event_log::Level::Information,
        Level::Warning => event_log::Level::Warning,
        Level::Error => event_log::Level::Error,
    };
    if let Err(error) = event_log::write(level, row.id.into(), &[subject, details]) {
        warn!("the Event Log takes no event: {error}");
    }
}
