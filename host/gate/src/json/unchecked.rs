//! A record that did not pass, as the line that `read_record` reads back: for the sealed quarantine, from where it
//! may be requeued, and for nothing else.

use labrelay_manifest::{Manifest, Stream};
use labrelay_model::{FieldType, Record, Redacted, Value};
use serde::ser::{Serialize, SerializeMap as _, Serializer};

use crate::decimal::{self, DURATION_DECIMALS};

/// Room for a field's name and a number, in bytes. Texts are added; only escapes may make a line outgrow it.
const FIELD_BYTES: usize = 80;

/// An unchecked record as JSON. What the manifest does not name is numbered; absent fields are left out.
pub fn unchecked_line(manifest: &Manifest, record: &Record) -> Redacted {
    let texts = record.cells.iter().flatten().map(|value| match value {
        Value::Text(text) => text.len(),
        _ => 0,
    });
    let room = (record.cells.len() + 1) * FIELD_BYTES + texts.sum::<usize>();
    let mut line = Redacted(Vec::with_capacity(room));
    let shown = Line { stream: manifest.stream_at(record.stream), record };
    // Names, numbers and texts always have a JSON form, and a vector takes all that is written.
    let _ = serde_json::to_writer(&mut line.0, &shown);
    line
}

struct Line<'a> {
    stream: Option<&'a Stream>,
    record: &'a Record,
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut line = to.serialize_map(Some(2))?;
        match self.stream {
            Some(stream) => line.serialize_entry("stream", stream.name.as_str())?,
            None => line.serialize_entry("stream", &format!("#{}", self.record.stream.0))?,
        }
        line.serialize_entry("fields", &Fields(self))?;
        line.end()
    }
}

struct Fields<'a>(&'a Line<'a>);

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut fields = to.serialize_map(None)?;
        for (at, value) in self.0.record.cells.iter().enumerate() {
            let Some(value) = value else { continue };
            match self.0.stream.and_then(|stream| stream.fields.get(at)) {
                Some(field) => fields.serialize_entry(field.name.as_str(), &Cell(value, Some(&field.ty)))?,
                None => fields.serialize_entry(&format!("#{at}"), &Cell(value, None))?,
            }
        }
        fields.end()
    }
}

/// A value and, where it is known, what it should have been.
struct Cell<'a>(&'a Value, Option<&'a FieldType>);

impl Serialize for Cell<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Int(number) => to.serialize_i64(*number),
            Value::Duration(micros) => to.serialize_f64(decimal::number(*micros, DURATION_DECIMALS)),
            Value::Float(number) if number.is_finite() => to.serialize_f64(*number),
            Value::Float(number) => to.collect_str(number),
            Value::Bool(yes) => to.serialize_bool(*yes),
            Value::Timestamp(time) => to.collect_str(time),
            Value::Enum(index) => match self.1.and_then(|ty| ty.choice(*index)) {
                Some(word) => to.serialize_str(word),
                None => to.serialize_u16(*index),
            },
            Value::Text(text) => to.serialize_str(text),
        }
    }
}
