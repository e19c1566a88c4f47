//! The bounds of a spool, and to whom its quarantine is sealed.

use std::time::Duration;

use crate::Recipient;

/// What a site sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpoolConfig {
    /// Bound on the sealed pending batches in bytes; a commit beyond it is refused.
    pub max_bytes: u64,
    /// The site's age recipient; without one the quarantine only counts.
    pub quarantine_recipient: Option<Recipient>,
    /// Bound on the quarantine in bytes; the oldest messages go first.
    pub quarantine_max_bytes: u64,
    /// How many days the quarantine keeps, today's among them.
    pub quarantine_max_days: u32,
    /// Bound on the sent journal in bytes; the oldest batches go first.
    pub journal_max_bytes: u64,
    /// How long a batch stays in the sent journal.
    pub journal_max_age: Duration,
}

impl Default for SpoolConfig {
    /// 1 GB pending, 200 MB and 30 days of sent journal, 200 MB and 90 days of quarantine, no recipient.
    fn default() -> Self {
        Self {
            max_bytes: 1_000_000_000,
            quarantine_recipient: None,
            quarantine_max_bytes: 200_000_000,
            quarantine_max_days: 90,
            journal_max_bytes: 200_000_000,
            journal_max_age: Duration::from_secs(30 * 24 * 3600),
        }
    }
}
