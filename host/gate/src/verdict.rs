//! What the gate answers. Names fields and reasons, never a value.

use std::fmt;

use labrelay_model::{FieldName, Reason, Record};

use crate::AcceptedRecord;

/// What becomes of one record.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Every part was declared; values are canonical. It may leave.
    Accepted(AcceptedRecord),
    /// It stays on the spot, with the unit it belongs to.
    Quarantined {
        /// What was wrong with it.
        refusal: Refusal,
        /// The record itself, for the sealed quarantine and for nothing else. Numbers before the refused field
        /// are rounded already.
        record: Record,
    },
    /// Correct, but of a kind that never leaves record by record.
    Dropped(Reason),
}

/// Why a record was refused, and for which declared field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The rule that it broke.
    pub reason: Reason,
    /// The declared field that broke it; `None` where the record as a whole did, or a field that is not
    /// declared, since then the name itself is content.
    pub field: Option<FieldName>,
}

impl Refusal {
    pub(crate) fn of(field: &FieldName, reason: Reason) -> Self {
        Self { reason, field: Some(field.clone()) }
    }
}

impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Self {
        Self { reason, field: None }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.field {
            Some(field) => write!(f, "{} in field {field}", self.reason),
            None => write!(f, "{}", self.reason),
        }
    }
}
