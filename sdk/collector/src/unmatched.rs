//! A line that fits no template, as the sealed quarantine keeps it: JSON that `quarantine requeue` reads.
//!
//! `line` is text; `line_latin1` is exact as well, each byte as the character of that number, for a line that is not
//! UTF-8. `line_start` is for people alone: of a line that is too long to be kept whole.

use labrelay_abi::MAX_RAW_BYTES;
use labrelay_manifest::Stream;
use labrelay_model::{FieldType, Record, Value};
use serde_json::{Map, json};

/// What is kept of a line that is too long. In JSON a byte becomes six at most, which leaves room for the fields.
const LINE_START_BYTES: usize = 8 * 1024;

/// `{"stream":…,"fields":{…},"line":…}` with the fields set so far, in `MAX_RAW_BYTES` at most.
pub(crate) fn kept(declared: &Stream, record: &Record, line: &[u8]) -> Vec<u8> {
    let cells = declared.fields.iter().zip(&record.cells);
    let set = cells.filter_map(|(field, cell)| Some((field, cell.as_ref()?)));
    let fields: Map<_, _> =
        set.map(|(field, value)| (field.name.to_string(), written(value, &field.ty))).collect();
    let write = |key: &str, fields: &Map<_, _>, line: &str| {
        json!({ "stream": declared.name.as_str(), "fields": fields, key: line }).to_string().into_bytes()
    };
    let whole = match std::str::from_utf8(line) {
        Ok(text) => write("line", &fields, text),
        Err(_) => write("line_latin1", &fields, &line.iter().copied().map(char::from).collect::<String>()),
    };
    if whole.len() <= MAX_RAW_BYTES {
        return whole;
    }
    let start = String::from_utf8_lossy(line.get(..LINE_START_BYTES).unwrap_or(line));
    let short = write("line_start", &fields, &start);
    if short.len() <= MAX_RAW_BYTES { short } else { write("line_start", &Map::new(), &start) }
}

/// A value as records are written in JSON everywhere: a duration in seconds, a choice by its word.
fn written(value: &Value, ty: &FieldType) -> serde_json::Value {
    match value {
        Value::Int(number) => json!(number),
        Value::Float(number) => json!(number),
        Value::Bool(yes) => json!(yes),
        Value::Timestamp(time) => json!(time),
        Value::Duration(micros) => json!(*micros as f64 / 1e6),
        Value::Enum(index) => json!(ty.choice(*index)),
        Value::Text(text) => json!(text),
    }
}

#[cfg(test)]
mod tests {
    use labrelay_manifest::Manifest;
    use labrelay_model::StreamIndex;

    use super::*;

    const MANIFEST: &[u8] = br#"
manifest: 1
family: events
title: Events
version: 1.0.0
streams:
  event:
    about: instrument
    description: Events.
    fields: {board: {type: code, pattern: "B[0-9]"}}
    catalogue: {on: {severity: info, template: Laser on}}
"#;

    fn kept_of(board: &str, line: &[u8]) -> serde_json::Value {
        let manifest = Manifest::parse(MANIFEST).unwrap();
        let cells = vec![Some(Value::Text(board.into())), None, None];
        let kept = kept(&manifest.streams()[0], &Record { stream: StreamIndex(0), cells }, line);
        assert!(kept.len() <= MAX_RAW_BYTES);
        serde_json::from_slice(&kept).unwrap()
    }

    #[test]
    fn a_line_is_kept_exactly_or_under_another_name() {
        let with =
            |key: &str, line: &str| json!({ "stream": "event", "fields": { "board": "B1" }, key: line });
        assert_eq!(kept_of("B1", "Läser".as_bytes()), with("line", "Läser"));
        assert_eq!(kept_of("B1", b"L\xe4ser"), with("line_latin1", "Läser"));
        assert_eq!(kept_of("B1", &[b'a'; MAX_RAW_BYTES]), with("line_start", &"a".repeat(LINE_START_BYTES)));
    }

    #[test]
    fn the_worst_of_lines_and_fields_is_still_json_within_bounds() {
        for byte in [0, b'"', 0xff] {
            assert!(kept_of("B1", &vec![byte; 1 << 20])["line_start"].is_string());
        }
        assert_eq!(kept_of(&"B".repeat(MAX_RAW_BYTES), b"Laser")["fields"], json!({}));
    }
}
