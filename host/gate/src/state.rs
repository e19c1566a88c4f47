//! What the gate remembers from record to record; saved with the commit of what it was learned from.
//!
//! Made of parts that know nothing of each other. The bytes are for the spool alone, which seals them.

use labrelay_model::{Reason, Timestamp};
use serde::{Deserialize, Serialize};

use crate::aggregate::{Aggregates, ClosedWindow, Lateness, SavedAggregates};
use crate::{Gate, SpecimenRecord};

/// The first byte of saved bytes. A changed meaning of what follows is a new version.
const VERSION: u8 = 1;

/// The memory of one family's gate.
#[derive(Debug, Clone)]
pub struct GateState {
    aggregates: Aggregates,
}

/// Why saved bytes can't be used. Going on without them could let something leave twice.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    /// A newer version wrote them.
    #[error(
        "the gate's saved state has version {found}, and this version reads {VERSION}: start the newer version again"
    )]
    Newer {
        /// Its version.
        found: u8,
    },
    /// No version wrote them so.
    #[error(
        "the gate's saved state can't be read: report it, and move the spool's folder away to begin anew"
    )]
    Unreadable,
}

/// As it is written behind the version, by postcard.
#[derive(Serialize, Deserialize)]
struct Saved {
    aggregates: SavedAggregates,
}

impl GateState {
    /// Without memory, from `now` on.
    pub fn new(now: Timestamp, lateness: Lateness) -> Self {
        Self { aggregates: Aggregates::new(now, lateness) }
    }

    /// The state that was saved, for the manifest of `gate`; a new one from `now` on if none was.
    pub fn restore(gate: &Gate, saved: Option<&[u8]>, now: Timestamp) -> Result<Self, StateError> {
        let Some(saved) = saved else { return Ok(Self::new(now, Lateness::Counts)) };
        match saved.split_first() {
            Some((&VERSION, rest)) => {
                let saved: Saved = postcard::from_bytes(rest).map_err(|_| StateError::Unreadable)?;
                Ok(Self { aggregates: saved.aggregates.restore(gate) })
            }
            Some((&found, _)) if found > VERSION => Err(StateError::Newer { found }),
            _ => Err(StateError::Unreadable),
        }
    }

    /// The bytes to save. `gate` is the one that the state is used with.
    pub fn save(&self, gate: &Gate) -> Result<Vec<u8>, StateError> {
        let saved = Saved { aggregates: SavedAggregates::of(&self.aggregates, gate) };
        postcard::to_extend(&saved, vec![VERSION]).map_err(|_| StateError::Unreadable)
    }

    /// Counts one acquisition in its aggregate, or says why it is in none.
    pub fn add(&mut self, record: &SpecimenRecord, now: Timestamp) -> Result<(), Reason> {
        self.aggregates.add(record, now)
    }

    /// Whether aggregates are to be closed at `now`.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.aggregates.is_due(now)
    }

    /// Closes the aggregates that are due at `now`; gives those that leave.
    pub fn close(&mut self, gate: &Gate, now: Timestamp) -> Vec<ClosedWindow> {
        self.aggregates.close(gate, now)
    }
}
