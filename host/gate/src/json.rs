//! Reading a record from JSON, strictly: what is not exactly of the documented shape is refused.
//!
//! Reads types, not rules: ranges, patterns and presence are `Gate::check`'s. Errors never quote the line.

mod fields;

use std::borrow::Cow;

use labrelay_manifest::Manifest;
use labrelay_model::{Reason, Record, Redacted, Value};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::Refusal;

pub(crate) use fields::read_fields;

/// Longest line. The largest record that a manifest can declare, 256 fields of 48-byte names and 64-byte codes
/// with every byte escaped, takes 46 KiB.
pub const MAX_LINE_BYTES: usize = 64 * 1024;

/// Reads one line `{"stream":…,"fields":{…}}`. A timestamp may carry any offset, a duration is in seconds,
/// an enum is its word.
pub fn read_record(manifest: &Manifest, line: &[u8]) -> Result<Record, Refusal> {
    let line = Line::read(line)?;
    let (index, stream) = manifest.stream(&line.stream).ok_or(Reason::UnknownStream)?;
    Ok(Record { stream: index, cells: read_fields(&stream.fields, line.fields.get())? })
}

/// The outer object; serde refuses a key that is unknown, missing or stands twice.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'a> {
    #[serde(borrow)]
    stream: Cow<'a, str>,
    #[serde(borrow)]
    fields: &'a RawValue,
}

impl<'a> Line<'a> {
    fn read(line: &'a [u8]) -> Result<Self, Refusal> {
        if line.len() > MAX_LINE_BYTES {
            return Err(Reason::OverBound.into());
        }
        // serde would take an array for a struct as well.
        if !line.trim_ascii_start().starts_with(b"{") {
            return Err(Reason::Malformed.into());
        }
        serde_json::from_slice(line).map_err(|_| Reason::Malformed.into())
    }
}

/// An unchecked record as JSON, for the sealed quarantine and for nothing else. What the manifest does not
/// name is numbered.
pub fn unchecked_line(manifest: &Manifest, record: &Record) -> Redacted {
    let stream = manifest.stream_at(record.stream);
    let mut fields = serde_json::Map::new();
    for (at, cell) in record.cells.iter().enumerate() {
        let field = stream.and_then(|stream| stream.fields.get(at));
        let name = field.map_or_else(|| format!("#{at}"), |field| field.name.to_string());
        fields.insert(name, cell.as_ref().map_or(serde_json::Value::Null, unchecked_value));
    }
    let stream = stream.map_or_else(|| format!("#{}", record.stream.0), |stream| stream.name.to_string());
    Redacted(serde_json::json!({ "stream": stream, "fields": fields }).to_string().into_bytes())
}

fn unchecked_value(value: &Value) -> serde_json::Value {
    match value {
        Value::Int(number) | Value::Duration(number) => (*number).into(),
        Value::Float(number) if number.is_finite() => (*number).into(),
        Value::Float(number) => number.to_string().into(),
        Value::Bool(yes) => (*yes).into(),
        Value::Timestamp(time) => time.to_string().into(),
        Value::Enum(index) => (*index).into(),
        Value::Text(text) => text.as_ref().into(),
    }
}
