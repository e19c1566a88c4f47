//! What the gate answers. Names fields and reasons, never a value.

use std::fmt;

use labrelay_model::{FieldName, Reason, Record};

use crate::detect::Detector;
use crate::{AcceptedRecord, SpecimenRecord};

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
    /// Every part was declared, but it tells of a patient's specimen: it is summed up and goes no further.
    Specimen(SpecimenRecord),
    /// Left out on purpose.
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
    /// The detector that took the value for an identifier: a name of a shape, and no content.
    pub detector: Option<&'static str>,
}

impl Refusal {
    pub(crate) fn of(field: &FieldName, fault: impl Into<Fault>) -> Self {
        let Fault { reason, detector } = fault.into();
        Self { reason, field: Some(field.clone()), detector }
    }
}

impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Self {
        Self { reason, field: None, detector: None }
    }
}

/// Why one value was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) reason: Reason,
    pub(crate) detector: Option<&'static str>,
}

impl Fault {
    pub(crate) fn found(reason: Reason, detector: &Detector) -> Self {
        Self { reason, detector: Some(detector.name) }
    }
}

impl From<Reason> for Fault {
    fn from(reason: Reason) -> Self {
        Self { reason, detector: None }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.reason)?;
        if let Some(detector) = self.detector {
            write!(f, " ({detector})")?;
        }
        match &self.field {
            Some(field) => write!(f, " in field {field}"),
            None => Ok(()),
        }
    }
}
