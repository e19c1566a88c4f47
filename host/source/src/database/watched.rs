//! A database between two looks: when the next one is due.
//!
//! Opens nothing.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use super::snapshot::Stamps;
use crate::TroubleKind;

/// A database whose file has not moved is looked at all the same after this: a system may be late in saying that a file which
/// is open has moved.
const LOOK_ANYWAY_EVERY: Duration = Duration::from_secs(30);

/// A database as it was last met.
pub(super) struct Database {
    pub(super) path: PathBuf,
    pub(super) round: u32,
    pub(super) stamps: Stamps,
    /// With these stamps, at that time, there was nothing more to read, or trouble.
    pub(super) exhausted: Option<(Stamps, SystemTime)>,
    /// What the last look met.
    pub(super) trouble: Option<TroubleKind>,
    /// To be looked at since the last scan.
    pub(super) due: bool,
    /// Not read since it appeared: its number may have been another file's, of which something is known.
    pub(super) new: bool,
    pub(super) busy_looks: u32,
    pub(super) tables: Vec<Table>,
}

/// A table between two looks.
#[derive(Default, Clone, Copy)]
pub(super) struct Table {
    /// The greatest key that was there at that time, while some up to it are still to be read.
    pub(super) waits: Option<(i64, SystemTime)>,
    /// The last part did not hold all that may be read.
    pub(super) more: bool,
}

impl Database {
    pub(super) fn new(stamps: Stamps, tables: usize) -> Self {
        let tables = vec![Table::default(); tables];
        Self {
            path: PathBuf::new(),
            round: 0,
            stamps,
            exhausted: None,
            trouble: None,
            due: false,
            new: true,
            busy_looks: 0,
            tables,
        }
    }

    /// Whether to look now. Rows need to have stood there for `settle`.
    pub(super) fn is_due(&self, now: SystemTime, settle: Duration) -> bool {
        let since = |time: SystemTime| now.duration_since(time).unwrap_or(Duration::MAX); // the clock was set back
        let long_ago = self.exhausted.is_none_or(|(_, at)| since(at) >= LOOK_ANYWAY_EVERY);
        if self.trouble == Some(TroubleKind::TooSlow) {
            return long_ago; // its writer has waited long enough
        }
        let moved = self.exhausted.is_none_or(|(stamps, _)| stamps != self.stamps);
        let rested = self.tables.iter().filter_map(|table| table.waits).any(|(_, at)| since(at) >= settle);
        moved || long_ago || rested || self.tables.iter().any(|table| table.more)
    }
}
