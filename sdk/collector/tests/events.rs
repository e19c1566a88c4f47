//! A collector that gives each line of a file to its stream's catalogue.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // a failed helper is a failed test

use labrelay_abi::{ROLES_KEY, UnitOutcome};
use labrelay_collector::testing::{Harness, MemoryFile, Site};
use labrelay_collector::*;
use labrelay_model::Value;

const MANIFEST: &[u8] = br#"
manifest: 1
family: events
title: Events
version: 1.0.0
sources:
  log: {kind: folder, pattern: "*.log", settle: 1s}
streams:
  event:
    about: instrument
    description: Events.
    fields:
      took: {type: duration, range: [0s, 1h]}
      by: {type: role, optional: true}
      log: {type: path, roots: {data: 'D:\Data', archive: 'D:\Data\Old'}, optional: true}
    catalogue:
      laser_low:
        severity: warning
        template: "Laser {laser} at {power} mW"
        slots:
          laser: {type: enum, values: [Blue, Red]}
          power: {type: int, range: [0, 500]}
      login:
        severity: info
        template: "User {user} logged in"
        slots:
          user: {type: role}
"#;

struct Lines;

impl Collector for Lines {
    fn open(_: Settings, _: Option<State>) -> Result<Self, OpenError> {
        Ok(Self)
    }

    fn poll(&mut self, inputs: &mut Inputs<'_>, batch: &mut Batch<'_>) -> Result<(), PollError> {
        for mut input in inputs {
            let mut text = vec![0; usize::try_from(input.size()).unwrap()];
            input.read_at(0, &mut text).unwrap();
            for (at, line) in (0..).zip(text.split(|byte| *byte == b'\n')) {
                let record = batch.record(input.unit(Position(at)), "event")?.duration_us("took", 1_500_000);
                record.role("by", "ANNA").path("log", r"d:\data\old\jane.log").line(line)?;
            }
            input.finish();
        }
        Ok(())
    }

    fn rewind(&mut self, _: Option<State>) {}
}

#[test]
fn a_line_becomes_an_event_or_is_kept_for_a_wider_catalogue() {
    let settings_json = serde_json::json!({ ROLES_KEY: { "anna": 1 } }).to_string();
    let mut harness = Harness::<Lines>::open(MANIFEST, Site { settings_json, ..Site::default() }).unwrap();
    let file = MemoryFile::new("log", 1, "Laser Red at 12 mW\r\nUser LAB\\jane logged in\nUser jane went");
    let reply = harness.poll(&[file]).unwrap();

    let value = |unit: usize, field: &str| match &reply.units[unit].outcome {
        UnitOutcome::Records(records) => harness.value(&records[0], field).cloned(),
        other => panic!("{other:?}"),
    };
    assert_eq!(value(0, "event"), Some(Value::Enum(0)));
    assert_eq!(value(0, "severity"), Some(Value::Enum(1)));
    assert_eq!(value(0, "laser"), Some(Value::Enum(1)));
    assert_eq!(value(0, "power"), Some(Value::Int(12)));
    assert_eq!(value(0, "by"), Some(Value::Enum(1)), "the site's role, not the account");
    assert_eq!(value(0, "log"), Some(Value::Enum(1)), "the innermost folder, not the path");
    assert_eq!(value(0, "user"), None);
    assert_eq!(value(1, "event"), Some(Value::Enum(1)));
    assert_eq!(value(1, "user"), Some(Value::Enum(5)), "nobody declared jane");

    let UnitOutcome::Refused(Reason::UnmatchedEvent, raw) = &reply.units[2].outcome else {
        panic!("refused")
    };
    let kept: serde_json::Value = serde_json::from_slice(&raw.0).unwrap();
    let expected = serde_json::json!({
        "stream": "event",
        "fields": { "took": 1.5, "by": "supervisor", "log": "archive" },
        "line": "User jane went",
    });
    assert_eq!(kept, expected);
}
