//! What the gate remembers from record to record; saved with the commit of what it was learned from.
//!
//! Made of parts that know nothing of each other: counters, the guard across records, and aggregates. The bytes are
//! for the spool alone, which seals them.

use labrelay_manifest::Field;
use labrelay_model::{Reason, StreamName, Timestamp};
use serde::{Deserialize, Serialize};

use crate::aggregate::{Aggregates, ClosedWindow, SavedAggregates};
use crate::{AcceptedRecord, Counters, Gate, Guard, Refusal, SpecimenRecord};

/// The first byte of saved bytes. A changed meaning of what follows is a new version.
const VERSION: u8 = 1;

/// The memory of one family's gate.
#[derive(Debug, Clone)]
pub struct GateState {
    counters: Counters,
    /// `None` where nobody is there to be told that a field is frozen.
    guard: Option<Guard>,
    aggregates: Aggregates,
}

/// Why saved bytes can't be used. Going on without them could let something leave twice.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    /// A newer version wrote them.
    #[error(
        "the gate's saved state has version {found}, but this version reads {VERSION}: start the newer one again"
    )]
    Newer {
        /// Its version.
        found: u8,
    },
    /// No version wrote them so.
    #[error("the gate's saved state can't be read: report it, and move the spool away to begin a new one")]
    Unreadable,
}

/// As it is written behind the version, by postcard.
#[derive(Serialize, Deserialize)]
struct Saved {
    counters: Counters,
    guard: Option<Guard>,
    aggregates: SavedAggregates,
}

impl GateState {
    /// Without memory, for a service that begins at `now`: nothing that happened in an hour that is closed by then
    /// goes into an aggregate, since it may have left already.
    pub fn new(gate: &Gate, now: Timestamp) -> Self {
        let aggregates = Aggregates::new(now);
        Self { counters: Counters::default(), guard: Some(Guard::new(gate)), aggregates }
    }

    /// Without memory, for a replay of old files: each acquisition counts as if it had been read when it happened.
    pub fn for_replay(guard: Option<Guard>) -> Self {
        Self { counters: Counters::default(), guard, aggregates: Aggregates::for_replay() }
    }

    /// The state that was saved, for the manifest of `gate`; a new one from `now` on if none was.
    pub fn restore(gate: &Gate, saved: Option<&[u8]>, now: Timestamp) -> Result<Self, StateError> {
        let Some(saved) = saved else { return Ok(Self::new(gate, now)) };
        match saved.split_first() {
            Some((&VERSION, rest)) => {
                let saved: Saved = postcard::from_bytes(rest).map_err(|_| StateError::Unreadable)?;
                Ok(Self {
                    counters: saved.counters,
                    guard: saved.guard.map(|guard| if guard.is_of(gate) { guard } else { Guard::new(gate) }),
                    aggregates: saved.aggregates.restore(gate),
                })
            }
            Some((&found, _)) if found > VERSION => Err(StateError::Newer { found }),
            _ => Err(StateError::Unreadable),
        }
    }

    /// The bytes to save. `gate` is the one that the state is used with.
    pub fn save(&self, gate: &Gate) -> Vec<u8> {
        let saved = Saved {
            counters: self.counters.clone(),
            guard: self.guard.clone(),
            aggregates: SavedAggregates::of(&self.aggregates, gate),
        };
        // Writing to memory does not fail; if it did, no bytes would be refused when they are read.
        postcard::to_extend(&saved, vec![VERSION]).unwrap_or_default()
    }

    /// Compares a unit's records with those before, or says why the unit must not leave. Its counters then count
    /// as not read; what the guard has seen it has seen.
    pub fn note<'a>(&mut self, unit: impl IntoIterator<Item = &'a AcceptedRecord>) -> Result<(), Refusal> {
        let before = self.counters.clone();
        let mut records = unit.into_iter();
        let noted = records.try_for_each(|record| {
            self.counters.note(record)?;
            self.guard.as_mut().map_or(Ok(()), |guard| guard.note(record))
        });
        if noted.is_err() {
            self.counters = before;
        }
        noted
    }

    /// The fields whose values turned out to be nearly unique, with their streams: none of them leaves any more.
    pub fn frozen<'a>(&'a self, gate: &'a Gate) -> impl Iterator<Item = (&'a StreamName, &'a Field)> {
        self.guard.iter().flat_map(|guard| guard.frozen(gate))
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
