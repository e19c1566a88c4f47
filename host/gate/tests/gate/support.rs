//! Manifests, records and instants for the tests. Knows no rule.

use std::sync::Arc;

use labrelay_gate::{Gate, Site, Verdict};
use labrelay_manifest::{Inventory, Manifest};
use labrelay_model::{Cell, Reason, Record, StreamIndex, Timestamp, Value};

/// One field of each type, and a specimen stream.
pub(crate) const BENCH: &str = r#"
manifest: 1
family: bench
title: Test bench
version: 1.0.0
sources:
  files: {kind: folder, pattern: "*.fcs", settle: 5s}
streams:
  run:
    about: qc
    description: One field of each type.
    fields:
      instrument: {type: serial}
      at:         {type: timestamp}
      took:       {type: duration, range: [0s, 1h], decimals: 3}
      build:      {type: code, pattern: "[0-9]{3,6}[a-z]?"}
      label:      {type: code, pattern: "[AB]{1,2}[ \"\\\\]?[0-9]{0,2}", optional: true}
      software:   {type: version, optional: true}
      power:      {type: float, unit: mW, range: [-100, 100], decimals: 2}
      events:     {type: int, range: [-5, 1000000]}
      aborted:    {type: bool, optional: true}
      stop:       {type: enum, values: [time, events, user]}
  tube:
    about: specimen
    description: Never leaves record by record.
    aggregate: {every: 1h, at_least: 5}
    event_time: at
    fields:
      at:    {type: timestamp}
      power: {type: float, unit: mW, range: [0, 100], decimals: 2, as: [mean]}
"#;

pub(crate) const SERIAL: &str = "AX-10042";

pub(crate) fn now() -> Timestamp {
    time("2026-03-02T12:00:00Z")
}

pub(crate) fn time(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

pub(crate) fn manifest(yaml: &str) -> Arc<Manifest> {
    Arc::new(Manifest::parse(yaml.as_bytes()).unwrap())
}

pub(crate) fn inventory() -> Inventory {
    Inventory { serials: [SERIAL.into(), "QC 7".into(), "AX-20099".into()].into(), ..Inventory::default() }
}

pub(crate) fn gate(yaml: &str) -> Gate {
    Gate::new(manifest(yaml), Site { inventory: Some(inventory()), ..Site::default() })
}

/// A gate with one stream of one field `x`.
pub(crate) fn gate_of(field: &str) -> Gate {
    gate(&format!(
        "manifest: 1\nfamily: bench\ntitle: Bench\nversion: 1.0.0\nsources:\n  files: {{kind: folder, pattern: \
         \"*.fcs\", settle: 5s}}\nstreams:\n  run:\n    about: qc\n    description: One field.\n    fields:\n      \
         x: {field}\n"
    ))
}

/// The canonical form of `value` in a field declared as `field`, or why it is refused.
pub(crate) fn judge(field: &str, value: Value) -> Result<String, Reason> {
    judge_by(&gate_of(field), value)
}

pub(crate) fn judge_by(gate: &Gate, value: Value) -> Result<String, Reason> {
    match gate.check(record(0, vec![Some(value)]), now()) {
        Verdict::Accepted(record) => {
            let line = record.to_json();
            let value = line.strip_prefix(r#"{"stream":"run","fields":{"x":"#).unwrap();
            Ok(value.strip_suffix("}}").unwrap().to_owned())
        }
        Verdict::Quarantined { refusal, .. } => {
            assert_eq!(refusal.field.unwrap().as_str(), "x");
            Err(refusal.reason)
        }
        Verdict::Dropped(reason) => Err(reason),
        Verdict::Specimen(_) => Err(Reason::Specimen),
    }
}

pub(crate) fn record(stream: u16, cells: Vec<Cell>) -> Record {
    Record { stream: StreamIndex(stream), cells }
}

/// Cells of `BENCH`'s `run` that pass.
pub(crate) fn run_cells() -> Vec<Cell> {
    vec![
        Some(text(SERIAL)),
        Some(Value::Timestamp(time("2026-03-01T08:00:00.5Z"))),
        Some(Value::Duration(61_250_000)),
        Some(text("4711")),
        Some(text("A\"")),
        Some(text("v2.3")),
        Some(Value::Float(12.504)),
        Some(Value::Int(5000)),
        None,
        Some(Value::Enum(1)),
    ]
}

/// Cells of `BENCH`'s `tube`.
pub(crate) fn tube_cells(power: f64) -> Vec<Cell> {
    vec![Some(Value::Timestamp(now())), Some(Value::Float(power))]
}

/// `run_cells` as the gate writes them.
pub(crate) const RUN_FIELDS: &str = r#"{"instrument":"AX-10042","at":"2026-03-01T08:00:00.500Z","took":61.25,"build":"4711","label":"A\"","software":"v2.3","power":12.5,"events":5000,"stop":"events"}"#;

pub(crate) fn text(text: &str) -> Value {
    Value::Text(text.into())
}
