//! What may not stay longer: by the site's bounds as time passes, or because an administrator says so.

use labrelay_model::Timestamp;

use super::shelf::Shelf;
use crate::seen::day;
use crate::{Spool, SpoolError};

/// Messages removed per transaction, so that a commit never waits for a long clean-up.
const MAX_PURGED: usize = 64;

impl Spool {
    /// Removes messages of days that are older than the site keeps them; returns how many units that were. Commits
    /// keep the bound in bytes themselves: this is for days on which nothing is refused.
    pub fn purge_quarantine(&self, now: Timestamp) -> Result<u64, SpoolError> {
        let kept_from = day(now).saturating_sub(i64::from(self.config.quarantine_max_days));
        let max_bytes = self.config.quarantine_max_bytes;
        self.purge_quarantine_while(|day, held| day <= kept_from || held > max_bytes)
    }

    /// Removes the messages of all days before `day` (in days since 1970), or all there are; returns how many units
    /// that were.
    pub fn empty_quarantine(&self, before: Option<i64>) -> Result<u64, SpoolError> {
        self.purge_quarantine_while(|day, _| before.is_none_or(|before| day < before))
    }

    fn purge_quarantine_while(&self, goes: impl Fn(i64, u64) -> bool) -> Result<u64, SpoolError> {
        let mut units = 0;
        loop {
            let step = self.store.write(|txn| Shelf::open(txn)?.purge_while(MAX_PURGED, &goes))?;
            units += step.units;
            if step.messages < MAX_PURGED {
                return Ok(units);
            }
        }
    }
}
