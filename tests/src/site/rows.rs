//! Rows as batches carry them: NDJSON with a header line before the rows of each batch.

use serde_json::{Map, Value};

/// One record, as it left the host.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// `family.stream`.
    pub stream: String,
    /// 32 hex digits.
    pub row_id: String,
    /// Its fields.
    pub fields: Map<String, Value>,
}

/// The rows of `labrelay sent export`, `sent show` or `spool peek`.
pub fn rows_of(ndjson: &str) -> Vec<Row> {
    let mut stream = String::new();
    let mut rows = Vec::new();
    for line in ndjson.lines() {
        let line: Value = serde_json::from_str(line).expect("a line that is no JSON");
        match line.get("row_id") {
            None => stream = stream_of(&line),
            Some(row_id) => rows.push(Row {
                stream: stream.clone(),
                row_id: row_id.as_str().unwrap().to_owned(),
                fields: line["fields"].as_object().unwrap().clone(),
            }),
        }
    }
    rows
}

fn stream_of(header: &Value) -> String {
    let name = |key: &str| header[key].as_str().unwrap_or_else(|| panic!("a batch's header without {key}"));
    format!("{}.{}", name("family"), name("stream"))
}
