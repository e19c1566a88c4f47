//! What no single record shows: a field whose values are nearly unique, as identifiers are, and an identifier that
//! is split over neighbouring values.
//!
//! State across records, kept by the caller. It holds short hashes, and of each field the last value.

mod joins;
mod watch;

use std::collections::BTreeMap;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher as _};

use labrelay_manifest::Field;
use labrelay_model::{Digest, StreamName, Value};
use serde::{Deserialize, Serialize};

use crate::verdict::Fault;
use crate::{AcceptedRecord, Gate, Refusal};
use joins::Joins;
use watch::Watch;

/// Watches the unbound texts of one manifest's streams. As many watches as it has textual fields.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Guard {
    /// The manifest that the places below are counted in; another one begins anew.
    manifest: Digest,
    /// By stream and column.
    watches: BTreeMap<(u16, u16), Watch>,
    /// Joins with the text of the column before, by stream and column.
    joins: BTreeMap<(u16, u16), Joins>,
}

impl Guard {
    /// A guard that has seen nothing yet.
    pub fn new(gate: &Gate) -> Self {
        Self { manifest: gate.manifest().sha256(), watches: BTreeMap::new(), joins: BTreeMap::new() }
    }

    /// Whether it has watched records of this gate's manifest.
    pub fn is_of(&self, gate: &Gate) -> bool {
        self.manifest == gate.manifest().sha256()
    }

    /// Takes note of a record's unbound texts, or says which of them must not leave.
    pub fn note(&mut self, record: &AcceptedRecord) -> Result<(), Refusal> {
        let stream = record.stream_index().0;
        let mut left = None;
        for (column, field, text) in unbound_texts(record) {
            let refused = |fault: Fault| Refusal::of(&field.name, fault);
            self.watches.entry((stream, column)).or_default().note(text).map_err(refused)?;
            if let Some(left) = left {
                self.joins.entry((stream, column)).or_default().note(left, text).map_err(refused)?;
            }
            left = Some(text);
        }
        Ok(())
    }

    /// The fields that are frozen, for the operator: their values were nearly unique, so the manifest is wrong.
    pub fn frozen<'a>(&'a self, gate: &'a Gate) -> impl Iterator<Item = (&'a StreamName, &'a Field)> {
        let frozen = self.watches.iter().filter(|(_, watch)| watch.is_frozen());
        frozen.filter_map(|((stream, column), _)| {
            let stream = gate.manifest().streams().get(usize::from(*stream))?;
            Some((&stream.name, stream.leaving().get(usize::from(*column))?))
        })
    }
}

/// Texts that are bound by their shape alone, with their columns.
fn unbound_texts(record: &AcceptedRecord) -> impl Iterator<Item = (u16, &Field, &str)> {
    (0..).zip(record.columns()).filter_map(|(at, (column, value))| match value? {
        Value::Text(text) if column.rule.is_unbound(text) => Some((at, &column.field, &**text)),
        _ => None,
    })
}

/// Enough to tell the values of one field apart, too little to tell what they were. Need not be the same in another
/// version of this program: a window that straddles an update counts a value twice at most.
fn short_hash(value: &impl Hash) -> u32 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish() as u32
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Guard({} fields)", self.watches.len())
    }
}
