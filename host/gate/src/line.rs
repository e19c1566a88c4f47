//! Canonical NDJSON of accepted records: fields in the manifest's order, absent ones left out, no blanks.
//!
//! Knows nothing of rules: it writes what the gate let through, byte for byte as `batch::check` expects it.

use std::sync::Arc;

use labrelay_model::{AcceptedLines, FieldType, RowId, Value};

use crate::stream::StreamGate;
use crate::{AcceptedRecord, decimal};

/// Collects accepted records as lines `{"row_id":"…","fields":{…}}`, each stream's apart.
#[derive(Default)]
pub struct LineWriter {
    streams: Vec<StreamLines>,
}

struct StreamLines {
    stream: Arc<StreamGate>,
    ndjson: Vec<u8>,
    records: u32,
}

impl LineWriter {
    /// Without a line.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a line to those of the record's stream.
    pub fn push(&mut self, record: &AcceptedRecord, row_id: RowId) {
        let is_its = |lines: &&mut StreamLines| Arc::ptr_eq(&lines.stream, &record.stream);
        if let Some(lines) = self.streams.iter_mut().find(is_its) {
            return lines.push(record, row_id);
        }
        let mut lines = StreamLines { stream: Arc::clone(&record.stream), ndjson: Vec::new(), records: 0 };
        lines.push(record, row_id);
        self.streams.push(lines);
    }

    /// The same, with a row id that `name` makes of the line's fields as they stand there.
    pub fn push_named(&mut self, record: &AcceptedRecord, name: impl FnOnce(&[u8]) -> RowId) {
        let mut fields = Vec::new();
        write_fields(&mut fields, record, 0);
        self.push(record, name(&fields));
    }

    /// Bytes of all lines so far.
    pub fn bytes(&self) -> usize {
        self.streams.iter().map(|lines| lines.ndjson.len()).sum()
    }

    /// The lines of every stream that got one, vouched for.
    pub fn finish(self) -> Vec<AcceptedLines> {
        let vouch = |lines: StreamLines| {
            AcceptedLines::vouched_by_gate(lines.stream.id.clone(), lines.ndjson, lines.records)
        };
        self.streams.into_iter().map(vouch).collect()
    }
}

impl StreamLines {
    fn push(&mut self, record: &AcceptedRecord, row_id: RowId) {
        write_batch_line(&mut self.ndjson, record, row_id);
        self.ndjson.push(b'\n');
        self.records += 1;
    }
}

/// One line of a batch, without its line feed.
fn write_batch_line(out: &mut Vec<u8>, record: &AcceptedRecord, row_id: RowId) {
    out.extend_from_slice(b"{\"row_id\":\"");
    write_hex(out, &row_id.0);
    out.extend_from_slice(b"\",\"fields\":");
    write_fields(out, record, 0);
    out.push(b'}');
}

/// `{"stream":…,"fields":{…}}`.
pub(crate) fn replay_line(record: &AcceptedRecord) -> String {
    let mut out = format!("{{\"stream\":\"{}\",\"fields\":", record.stream.id.stream).into_bytes();
    write_fields(&mut out, record, 0);
    out.push(b'}');
    String::from_utf8(out).unwrap_or_default() // accepted values are ASCII
}

/// `{"name":value,…}` of the fields from index `first` on.
pub(crate) fn write_fields(out: &mut Vec<u8>, record: &AcceptedRecord, first: usize) {
    out.push(b'{');
    let mut comma = false;
    for (column, value) in record.columns().skip(first) {
        let Some(value) = value else { continue };
        if comma {
            out.push(b',');
        }
        comma = true;
        out.extend_from_slice(column.key.as_bytes());
        write_value(out, &column.field.ty, value);
    }
    out.push(b'}');
}

fn write_value(out: &mut Vec<u8>, ty: &FieldType, value: &Value) {
    match value {
        Value::Int(number) => decimal::write(out, *number, 0),
        Value::Float(number) => write_float(out, *number, ty),
        Value::Bool(yes) => out.extend_from_slice(if *yes { b"true" } else { b"false" }),
        Value::Timestamp(time) => {
            out.push(b'"');
            time.write_canonical(out);
            out.push(b'"');
        }
        Value::Duration(micros) => decimal::write(out, *micros, decimal::DURATION_DECIMALS),
        Value::Enum(index) => write_text(out, ty.choice(*index).unwrap_or_default()),
        Value::Text(text) => write_text(out, text),
    }
}

fn write_float(out: &mut Vec<u8>, number: f64, ty: &FieldType) {
    let decimals = if let FieldType::Float { decimals, .. } = ty { *decimals } else { 0 };
    decimal::write(out, decimal::units(number, decimals).unwrap_or_default(), decimals);
}

/// Printable ASCII: nothing but the quote and the backslash needs an escape.
fn write_text(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    for byte in text.bytes() {
        if matches!(byte, b'"' | b'\\') {
            out.push(b'\\');
        }
        out.push(byte);
    }
    out.push(b'"');
}

fn write_hex(out: &mut Vec<u8>, bytes: &[u8]) {
    let digit = |nibble: u8| if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 };
    out.extend(bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]));
}
