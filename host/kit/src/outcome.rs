//! What the gate makes of a reading: the records that would leave, and which parts of the manifest they show.

use std::collections::BTreeMap;
use std::sync::Arc;

use labrelay_abi::UnitOutcome;
use labrelay_gate::{Gate, GateState, Site, UnitVerdict};
use labrelay_manifest::Manifest;
use labrelay_model::{Reason, Record, StreamIndex, Value};

use crate::case::About;
use crate::reading::Given;

/// Reasons that blame the plugin, whatever its input holds: it gave what its own manifest does not have.
const UNDECLARED: [Reason; 6] = [
    Reason::UnknownStream,
    Reason::UnknownField,
    Reason::DuplicateField,
    Reason::WrongType,
    Reason::NotInValues,
    Reason::SlotMismatch,
];

/// What would leave of a reading.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// As `labrelay replay` prints it: in the order of inputs, the aggregates last.
    pub(crate) ndjson: String,
    pub(crate) records: u64,
    /// Units that contradict the manifest, in words that name stream and field.
    pub(crate) undeclared: Vec<String>,
    pub(crate) shown: Shown,
}

/// How often each part of the manifest was shown, by its index there.
#[derive(Debug, Default, Clone)]
pub(crate) struct Shown {
    streams: BTreeMap<u16, u64>,
    fields: BTreeMap<(u16, usize), u64>,
    events: BTreeMap<(u16, u16), u64>,
}

/// Judges what was read of a case's inputs.
pub(crate) fn judge(manifest: &Arc<Manifest>, about: &About, units: &[Given]) -> Outcome {
    let site = Site { inventory: about.inventory.clone(), ..Site::default() };
    let gate = Gate::new(Arc::clone(manifest), site);
    let mut state = GateState::for_replay(None);
    let mut outcome = Outcome::default();
    for given in units {
        let UnitOutcome::Records(records) = &given.unit.outcome else { continue };
        let mut shown = Shown::default();
        records.iter().for_each(|record| shown.note(manifest, record));
        match gate.check_unit(records.clone(), about.now, &mut state) {
            UnitVerdict::Accepted(records) => {
                records.iter().for_each(|record| outcome.push(&record.to_json()));
                outcome.shown.add(&shown);
            }
            UnitVerdict::Dropped(Reason::Specimen) => outcome.shown.add(&shown),
            UnitVerdict::Dropped(_) => {}
            UnitVerdict::Quarantined(refusal, _) if UNDECLARED.contains(&refusal.reason) => {
                let stream = given.unit.stream.and_then(|index| manifest.stream_at(index));
                let stream = stream.map_or("no stream", |stream| stream.name.as_str());
                outcome.undeclared.push(format!("stream {stream}: {refusal}"));
            }
            UnitVerdict::Quarantined(..) => {}
        }
    }
    for closed in state.close(&gate, about.now) {
        if let Ok(record) = closed.verdict {
            outcome.push(&record.to_json());
        }
    }
    outcome
}

impl Outcome {
    fn push(&mut self, line: &str) {
        self.ndjson.push_str(line);
        self.ndjson.push('\n');
        self.records += 1;
    }
}

impl Shown {
    fn note(&mut self, manifest: &Manifest, record: &Record) {
        let StreamIndex(stream) = record.stream;
        *self.streams.entry(stream).or_default() += 1;
        for (field, cell) in record.cells.iter().enumerate() {
            if cell.is_some() {
                *self.fields.entry((stream, field)).or_default() += 1;
            }
        }
        let catalogue = manifest.stream_at(record.stream).and_then(|stream| stream.catalogue.as_deref());
        let event = catalogue.map(|catalogue| usize::from(catalogue.columns().event));
        if let Some(Some(Some(Value::Enum(event)))) = event.map(|at| record.cells.get(at)) {
            *self.events.entry((stream, *event)).or_default() += 1;
        }
    }

    /// Adds what another one has seen.
    pub(crate) fn add(&mut self, other: &Self) {
        other.streams.iter().for_each(|(key, count)| *self.streams.entry(*key).or_default() += count);
        other.fields.iter().for_each(|(key, count)| *self.fields.entry(*key).or_default() += count);
        other.events.iter().for_each(|(key, count)| *self.events.entry(*key).or_default() += count);
    }

    /// Every stream, field and event that the manifest declares, with how many records show it.
    pub(crate) fn table(&self, manifest: &Manifest) -> Vec<(String, u64)> {
        let mut table = Vec::new();
        for (index, stream) in (0_u16..).zip(manifest.streams()) {
            let of = |count: Option<&u64>| count.copied().unwrap_or(0);
            table.push((format!("stream {}", stream.name), of(self.streams.get(&index))));
            for (at, field) in stream.fields.iter().enumerate() {
                table.push((
                    format!("field {}.{}", stream.name, field.name),
                    of(self.fields.get(&(index, at))),
                ));
            }
            let events = stream.catalogue.as_deref().map(|catalogue| catalogue.events()).unwrap_or_default();
            for (at, event) in (0_u16..).zip(events) {
                table.push((
                    format!("event {}.{}", stream.name, event.code),
                    of(self.events.get(&(index, at))),
                ));
            }
        }
        table
    }
}
