//! A stream in which every acquisition is a class of its own: an aggregate's counts tell which it is made of.

use std::collections::BTreeSet;

use labrelay_gate::{Gate, GateState, SpecimenRecord, Verdict};
use labrelay_model::{Reason, Timestamp, Value};

use crate::support::{SERIAL, gate, record, text, time};

/// Most acquisitions of one test: with the other figures and columns 256.
pub(super) const MOST: usize = 240;
/// The other instrument of the inventory.
pub(super) const OTHER: &str = "AX-20099";

/// The manifest, with the shortest window of its aggregates.
pub(super) fn manifest(every: &str) -> String {
    let who: Vec<String> = (0..MOST).map(|who| format!("a{who}")).collect();
    format!(
        "manifest: 1\nfamily: bench\ntitle: Bench\nversion: 1.0.0\nsources:\n  files: {{kind: folder, pattern: \
         \"*.fcs\"}}\nstreams:\n  tube:\n    about: specimen\n    description: Acquisitions.\n    aggregate: \
         {{every: {every}, at_least: 5}}\n    event_time: at\n    fields:\n      instrument: {{type: serial}}\n      \
         at: {{type: timestamp, optional: true}}\n      power: {{type: float, range: [0, 1000], decimals: 2, as: \
         [mean, min, max, sd], optional: true}}\n      runs: {{type: int, range: [0, 1000], as: [max], optional: \
         true}}\n      took: {{type: duration, range: [0s, 1h], as: [mean], optional: true}}\n      ok: {{type: bool, \
         as: [share], optional: true}}\n      who: {{type: enum, values: [{}], as: [count]}}\n",
        who.join(", ")
    )
}

/// A gate and its memory, which has begun long ago.
pub(super) struct Bench {
    pub(super) gate: Gate,
    pub(super) state: GateState,
}

impl Bench {
    pub(super) fn new(every: &str) -> Self {
        let gate = gate(&manifest(every));
        let state = GateState::new(&gate, time("2026-01-01T00:00:00Z"));
        Self { gate, state }
    }

    /// An acquisition that the gate has passed.
    pub(super) fn specimen(&self, who: u16, at: Timestamp, serial: &str, now: Timestamp) -> SpecimenRecord {
        let numbers =
            [Value::Float(power(who)), Value::Int(who.into()), Value::Duration(i64::from(who) * 1_000_000)];
        let mut cells = vec![Some(text(serial)), Some(Value::Timestamp(at))];
        cells.extend(numbers.map(Some));
        cells.extend([Some(Value::Bool(who.is_multiple_of(2))), Some(Value::Enum(who))]);
        match self.gate.check(record(0, cells), now) {
            Verdict::Specimen(specimen) => specimen,
            other => panic!("{other:?}"),
        }
    }

    /// Counts acquisition `who`, which happened `at` and is read at `now`.
    pub(super) fn read(&mut self, who: u16, at: &str, now: &str) -> Result<(), Reason> {
        let specimen = self.specimen(who, time(at), SERIAL, time(now));
        self.state.add(&specimen, time(now))
    }

    /// Counts several that are read when they happen.
    pub(super) fn read_in_time(&mut self, who: std::ops::Range<u16>, at: &str) {
        who.for_each(|who| self.read(who, at, at).unwrap());
    }

    pub(super) fn close(&mut self, now: &str) -> Vec<Aggregate> {
        self.state.close(&self.gate, time(now)).iter().map(Aggregate::of).collect()
    }
}

/// What makes each acquisition's number different, and hides it in a mean.
pub(super) fn power(who: u16) -> f64 {
    f64::from(who * 37 % 100) + 0.25
}

/// An aggregate that leaves, read from what leaves.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Aggregate {
    pub(super) serial: String,
    pub(super) window: String,
    pub(super) start: Timestamp,
    pub(super) acquisitions: usize,
    /// Which acquisitions it is made of.
    pub(super) who: BTreeSet<u16>,
    pub(super) fields: serde_json::Map<String, serde_json::Value>,
    pub(super) identity: Vec<u8>,
}

impl Aggregate {
    pub(super) fn of(closed: &labrelay_gate::ClosedWindow) -> Self {
        let line = closed.verdict.as_ref().unwrap().to_json();
        let mut line: serde_json::Value = serde_json::from_str(&line).unwrap();
        let serde_json::Value::Object(fields) = line["fields"].take() else { panic!("an object") };
        let count = |who: u16| fields[&format!("who_count_a{who}")].as_u64().unwrap();
        let counts: Vec<u64> = (0..u16::try_from(MOST).unwrap()).map(count).collect();
        assert!(counts.iter().all(|count| *count <= 1), "an acquisition is counted twice");
        Self {
            serial: fields["instrument"].as_str().unwrap().to_owned(),
            window: fields["window"].as_str().unwrap().to_owned(),
            start: time(fields["window_start"].as_str().unwrap()),
            acquisitions: usize::try_from(fields["acquisitions"].as_u64().unwrap()).unwrap(),
            who: (0..).zip(counts).filter(|(_, count)| *count > 0).map(|(who, _)| who).collect(),
            fields,
            identity: closed.identity.clone(),
        }
    }

    /// Window and start, as `1h 2026-03-02T10:00:00Z`.
    pub(super) fn label(&self) -> String {
        format!("{} {}", self.window, self.start)
    }
}
