//! The ledger's words: every unit read ends in exactly one outcome, and the sums are kept.

use crate::{FamilyName, Reason, SourceName, StreamName};

/// What became of a unit: one line, message, acquisition or row that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// All its records passed the gate.
    Accepted,
    /// Kept on the spot, sealed.
    Quarantined(Reason),
    /// Left out on purpose.
    Dropped(Reason),
}

/// Where a unit is counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LedgerKey {
    /// Instrument family.
    pub family: FamilyName,
    /// Declared source it was read from.
    pub source: SourceName,
    /// Stream it belongs to; `None` where the unit could not be read that far.
    pub stream: Option<StreamName>,
    /// What became of it.
    pub outcome: Outcome,
}

/// What one ledger line counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct LedgerCounts {
    /// Units that ended so.
    pub units: u64,
    /// Records these units gave; more than 0 only where accepted.
    pub records: u64,
}

/// Where a gap is counted: what vanished from a source before it could be read.
///
/// A gap is no unit. Nobody has read how many lines or messages are missing, so it stands beside the units, with the bytes
/// that were seen and never read.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GapKey {
    /// Instrument family.
    pub family: FamilyName,
    /// Declared source in which something vanished.
    pub source: SourceName,
    /// How it vanished.
    pub reason: Reason,
}

/// How much vanished.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct GapCounts {
    /// How many times.
    pub gaps: u64,
    /// Bytes that were seen and never read: at least so many are missing.
    pub bytes: u64,
}
