//! Counters go upwards for the life of an instrument: a number that does not is no reading of that counter.
//!
//! State across records, kept by the caller. Files come in any order, so a reading is compared by its own time.

use std::collections::BTreeMap;

use labrelay_manifest::Field;
use labrelay_model::{Course, FieldName, FieldType, Reason, StreamName, Timestamp, Value};
use serde::{Deserialize, Serialize};

use crate::{AcceptedRecord, Refusal};

/// The newest reading of every counter of one family: as many as it has monotone fields and the site instruments.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Counters {
    newest: BTreeMap<Counter, Reading>,
}

/// Named, so that a new version of the manifest goes on counting.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Counter {
    stream: StreamName,
    field: FieldName,
    /// Serial number, as the site's inventory has it; empty where the record tells of none.
    instrument: Box<str>,
}

#[derive(Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Reading {
    /// `None` where the stream declares no `event_time`: readings then follow each other as they come.
    at: Option<Timestamp>,
    value: i64,
}

impl Counters {
    /// Compares the record's counters with the newest readings and keeps what is newer. A newer reading may not
    /// be lower, an older one not higher.
    pub fn note(&mut self, record: &AcceptedRecord) -> Result<(), Refusal> {
        let mut counted = record.fields().filter_map(|(field, value)| Some((field, reading(field, value?)?)));
        let Some(first) = counted.next() else { return Ok(()) };
        let (instrument, at) = (instrument(record), record.happened_at());
        for (field, value) in std::iter::once(first).chain(counted) {
            let counter = Counter {
                stream: record.stream().stream.clone(),
                field: field.name.clone(),
                instrument: instrument.into(),
            };
            if !self.follows(counter, Reading { at, value }) {
                return Err(Refusal::of(&field.name, Reason::NotMonotone));
            }
        }
        Ok(())
    }

    fn follows(&mut self, counter: Counter, reading: Reading) -> bool {
        let newest = self.newest.entry(counter).or_insert(reading);
        if reading.at < newest.at {
            return reading.value <= newest.value;
        }
        let follows = reading.value >= newest.value;
        if follows {
            *newest = reading;
        }
        follows
    }
}

fn reading(field: &Field, value: &Value) -> Option<i64> {
    match (&field.ty, value) {
        (FieldType::Int { course: Course::Monotone, .. }, Value::Int(number)) => Some(*number),
        _ => None,
    }
}

/// The first serial number of the record.
fn instrument(record: &AcceptedRecord) -> &str {
    let serial = record.fields().find_map(|(field, value)| match (&field.ty, value?) {
        (FieldType::Serial, Value::Text(serial)) => Some(&**serial),
        _ => None,
    });
    serial.unwrap_or_default()
}

impl std::fmt::Debug for Counters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Counters({})", self.newest.len())
    }
}
