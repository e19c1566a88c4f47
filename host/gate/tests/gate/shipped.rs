//! The identifying values of the development corpus, written into every field of every shipped stream in every
//! encoding. Prints counts, no value. Run with `cargo test -p labrelay-gate -- --ignored --nocapture shipped`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use labrelay_gate::{Gate, Site, Verdict};
use labrelay_manifest::{Inventory, Manifest, Presence, SlotKind, Stream};
use labrelay_model::{Cell, CellKind, FieldType, Record, StreamIndex, Timestamp, Value};
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;

use crate::corpus::corpus;
use crate::encodings;
use crate::support::{SERIAL, inventory, now};

/// A lot that the site has registered.
const LOT: &str = "7741-K";

fn shipped() -> Vec<Gate> {
    let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "../../manifests"].iter().collect();
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.map(|path| gate_of(&path)).collect()
}

fn gate_of(path: &Path) -> Gate {
    let manifest = Arc::new(Manifest::parse(&std::fs::read(path).unwrap()).unwrap());
    let inventory = Inventory { lots: [LOT.into()].into(), ..inventory() };
    Gate::new(manifest, Site { inventory: Some(inventory), ..Site::default() })
}

/// A value that passes in a field of this type.
fn valid(ty: &FieldType) -> Value {
    let of_pattern = |pattern: &str| {
        let texts = proptest::string::string_regex(pattern).unwrap();
        Value::Text(texts.new_tree(&mut TestRunner::deterministic()).unwrap().current().into())
    };
    match ty {
        FieldType::Int { range, .. } => Value::Int(range.min),
        FieldType::Float { range, .. } => Value::Float(range.min),
        FieldType::Bool => Value::Bool(true),
        FieldType::Timestamp => Value::Timestamp(now()),
        FieldType::Duration { range, .. } => Value::Duration(range.min),
        FieldType::Version => Value::Text("1.2.3".into()),
        FieldType::Serial => Value::Text(SERIAL.into()),
        FieldType::Code { pattern, .. } | FieldType::Lot { pattern: Some(pattern), .. } => {
            of_pattern(pattern)
        }
        FieldType::Lot { pattern: None, .. } => Value::Text(LOT.into()),
        _ => Value::Enum(0),
    }
}

/// Records of a stream that pass: of each event, where it has a catalogue.
fn valid_records(stream: &Stream) -> Vec<Vec<Cell>> {
    let Some(catalogue) = &stream.catalogue else {
        return vec![stream.fields.iter().map(|field| Some(valid(&field.ty))).collect()];
    };
    let of_event = |(index, event): (u16, &labrelay_manifest::Event)| {
        let mut cells: Vec<Cell> = stream
            .fields
            .iter()
            .map(|field| (field.presence == Presence::Required).then(|| valid(&field.ty)))
            .collect();
        cells[usize::from(catalogue.columns().event)] = Some(Value::Enum(index));
        cells[usize::from(catalogue.columns().severity)] = Some(Value::Enum(event.severity.index()));
        for slot in &event.slots {
            if let SlotKind::Sent { field, ty, .. } = &slot.kind {
                let column = &stream.fields[usize::from(*field)].ty;
                let word = ty.choice(0).and_then(|word| column.choice_index(word));
                cells[usize::from(*field)] = Some(word.map_or_else(|| valid(ty), Value::Enum));
            }
        }
        cells
    };
    (0..).zip(catalogue.events()).map(of_event).collect()
}

/// `text` as a value of this type, as a plugin would read it.
fn read(ty: &FieldType, text: &str) -> Option<Value> {
    match ty.cell_kind() {
        CellKind::Text => Some(Value::Text(text.into())),
        CellKind::Enum => ty.choice_index(text).map(Value::Enum),
        CellKind::Bool => text.parse().ok().map(Value::Bool),
        CellKind::Timestamp => Timestamp::parse(text).ok().map(Value::Timestamp),
        CellKind::Int => text.parse().ok().map(Value::Int),
        CellKind::Float => text.parse().ok().map(Value::Float),
        CellKind::Duration => {
            let seconds: i64 = text.parse().ok()?;
            seconds.checked_mul(1_000_000).map(Value::Duration)
        }
    }
}

/// How many values a numeric field takes, as a power of ten.
fn width(ty: &FieldType) -> Option<u32> {
    let values = match ty {
        FieldType::Int { range, .. } => (range.max - range.min) as f64,
        FieldType::Float { range, decimals } => (range.max - range.min) * 10f64.powi((*decimals).into()),
        FieldType::Duration { range, .. } => (range.max - range.min) as f64 / 1e6,
        _ => return None,
    };
    Some(values.max(1.0).log10().ceil() as u32)
}

fn passes(gate: &Gate, stream: u16, cells: Vec<Cell>) -> bool {
    let record = Record { stream: StreamIndex(stream), cells };
    matches!(gate.check(record, now()), Verdict::Accepted(_) | Verdict::Specimen(_))
}

#[test]
#[ignore = "minutes: every identifying value in every field of every shipped stream"]
fn shipped_streams_take_no_identifying_value() {
    let Some(values) = corpus("phi.dev.jsonl") else { return };
    let mut texts: BTreeMap<String, usize> = BTreeMap::new();
    let mut numbers: BTreeMap<u32, (usize, usize)> = BTreeMap::new();
    for gate in shipped() {
        for (index, stream) in (0..).zip(gate.manifest().streams()) {
            for base in valid_records(stream) {
                assert!(passes(&gate, index, base.clone()), "{}: the base is refused", stream.name);
                for (at, field) in stream.fields.iter().enumerate().filter(|(at, _)| base[*at].is_some()) {
                    let place = format!("{}.{}.{}", gate.manifest().family(), stream.name, field.name);
                    for (class, value) in &values {
                        let mut written = encodings::of(value);
                        if field.ty == FieldType::Version {
                            // An address backwards may be a version, as 82.0.4.2 is DxFLEX's own 2.4.0.28.
                            written.retain(|text| text.chars().rev().ne(value.chars()));
                        }
                        let taken = written.iter().position(|text| {
                            let Some(value) = read(&field.ty, text) else { return false };
                            let mut cells = base.clone();
                            cells[at] = Some(value);
                            passes(&gate, index, cells)
                        });
                        match width(&field.ty) {
                            Some(width) => {
                                let (tried, passed) = numbers.entry(width).or_default();
                                *tried += 1;
                                *passed += usize::from(taken.is_some());
                            }
                            None => {
                                if let Some(encoding) = taken {
                                    *texts
                                        .entry(format!("{place} {class} in writing {encoding}"))
                                        .or_default() += 1;
                                }
                            }
                        }
                    }
                }
            }
        }
    }
    println!("| values a field can take | identifying values that pass | of |\n|---|---|---|");
    for (width, (tried, passed)) in &numbers {
        println!(
            "| up to 10^{width} | {passed} ({:.2} %) | {tried} |",
            100.0 * *passed as f64 / *tried as f64
        );
    }
    assert!(texts.is_empty(), "textual fields take identifying values: {texts:?}");
}
