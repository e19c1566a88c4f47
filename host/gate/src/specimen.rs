//! A record about a patient's specimen: checked like any other, and then only summed up.

use std::sync::Arc;

use labrelay_model::{Cell, Record};

use crate::stream::StreamGate;

/// A record whose every value was declared, of a stream that leaves only as aggregates. Nothing writes it.
#[derive(Clone)]
pub struct SpecimenRecord {
    pub(crate) stream: Arc<StreamGate>,
    pub(crate) cells: Vec<Cell>,
}

impl SpecimenRecord {
    /// An unchecked record again, for a unit that is quarantined whole.
    pub fn into_record(self) -> Record {
        Record { stream: self.stream.index, cells: self.cells }
    }
}

impl PartialEq for SpecimenRecord {
    fn eq(&self, other: &Self) -> bool {
        self.stream.id == other.stream.id && self.cells == other.cells
    }
}

impl std::fmt::Debug for SpecimenRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SpecimenRecord({}, {:?})", self.stream.id, self.cells)
    }
}
