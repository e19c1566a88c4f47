//! A record that passed the gate. Only `Gate::check` makes one, and the closing of an aggregate.

use std::sync::Arc;

use labrelay_manifest::Field;
use labrelay_model::{Cell, Record, StreamId, StreamIndex, Timestamp, Value};

use crate::column::Column;
use crate::line;
use crate::stream::StreamGate;

/// A record whose every value was declared and is canonical. It knows its stream, so it can't be written
/// as another one's.
#[derive(Clone)]
pub struct AcceptedRecord {
    pub(crate) stream: Arc<StreamGate>,
    pub(crate) cells: Vec<Cell>,
}

impl AcceptedRecord {
    /// Its stream, with the family.
    pub fn stream(&self) -> &StreamId {
        &self.stream.id
    }

    /// Its stream's place in the manifest.
    pub fn stream_index(&self) -> StreamIndex {
        self.stream.index
    }

    /// The fields that leave in the manifest's order, with their values; `None` where an optional one is absent.
    pub fn fields(&self) -> impl ExactSizeIterator<Item = (&Field, Option<&Value>)> {
        self.columns().map(|(column, value)| (&column.field, value))
    }

    pub(crate) fn columns(&self) -> impl ExactSizeIterator<Item = (&Column, Option<&Value>)> {
        self.stream.leaving().iter().zip(self.cells.iter().map(Option::as_ref))
    }

    /// When it happened, by the field that its stream declares for that.
    pub fn happened_at(&self) -> Option<Timestamp> {
        let event_time = self.stream.declared.event_time.as_ref()?;
        match self.fields().find(|(field, _)| field.name == *event_time)? {
            (_, Some(Value::Timestamp(time))) => Some(*time),
            _ => None,
        }
    }

    /// `{"stream":…,"fields":{…}}`, without a line feed: what `replay` prints.
    pub fn to_json(&self) -> String {
        line::replay_line(self)
    }

    /// Adds `{"name":value,…}` of the fields from index `first` on, in the bytes in which they leave.
    pub fn write_fields(&self, first: usize, out: &mut Vec<u8>) {
        line::write_fields(out, self, first);
    }

    /// Gives up its standing: an unchecked record again, for a unit that is quarantined whole.
    pub fn into_record(self) -> Record {
        Record { stream: self.stream.index, cells: self.cells }
    }
}

impl PartialEq for AcceptedRecord {
    fn eq(&self, other: &Self) -> bool {
        self.stream.id == other.stream.id && self.cells == other.cells
    }
}

impl std::fmt::Debug for AcceptedRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AcceptedRecord({}, {:?})", self.stream.id, self.cells)
    }
}
