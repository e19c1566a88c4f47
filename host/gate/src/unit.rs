//! A unit is atomic: its records pass together, or none of them does.

use labrelay_model::{Reason, Record, Timestamp};

use crate::{AcceptedRecord, Gate, GateState, Refusal, SpecimenRecord, Verdict};

/// The gate's word on all records of a unit.
#[derive(Debug, PartialEq)]
pub enum UnitVerdict {
    /// They may leave. Those about specimens are summed up, and are not among them.
    Accepted(Vec<AcceptedRecord>),
    /// One was refused, so all of them stay: for the sealed quarantine and for nothing else.
    Quarantined(Refusal, Vec<Record>),
    /// Left out on purpose, or summed up.
    Dropped(Reason),
}

/// The records of a unit that have passed so far.
#[derive(Default)]
struct Passed {
    accepted: Vec<AcceptedRecord>,
    specimens: Vec<SpecimenRecord>,
}

impl Passed {
    fn into_records(self) -> impl Iterator<Item = Record> {
        let accepted = self.accepted.into_iter().map(AcceptedRecord::into_record);
        accepted.chain(self.specimens.into_iter().map(SpecimenRecord::into_record))
    }
}

impl Gate {
    /// Judges the records of one unit at the time `now`. What has to be remembered of them goes into `state`.
    pub fn check_unit(&self, records: Vec<Record>, now: Timestamp, state: &mut GateState) -> UnitVerdict {
        let mut passed = Passed::default();
        let mut dropped = None;
        let mut records = records.into_iter();
        while let Some(record) = records.next() {
            match self.check(record, now) {
                Verdict::Accepted(record) => passed.accepted.push(record),
                Verdict::Specimen(record) => passed.specimens.push(record),
                Verdict::Dropped(reason) => dropped = Some(reason),
                Verdict::Quarantined { refusal, record } => {
                    let whole = passed.into_records().chain([record]).chain(records);
                    return UnitVerdict::Quarantined(refusal, whole.collect());
                }
            }
        }
        if let Err(refusal) = state.note(&passed.accepted) {
            return UnitVerdict::Quarantined(refusal, passed.into_records().collect());
        }
        for specimen in &passed.specimens {
            dropped = Some(state.add(specimen, now).err().unwrap_or(Reason::Specimen));
        }
        match dropped {
            Some(reason) if passed.accepted.is_empty() => UnitVerdict::Dropped(reason),
            _ => UnitVerdict::Accepted(passed.accepted),
        }
    }
}
