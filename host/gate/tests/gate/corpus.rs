//! The development corpus of identifying values, put into every textual field of a record. Prints numbers
//! and classes, no value. Lies outside the repository; without it the test says so.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use labrelay_gate::json::read_record;
use labrelay_gate::{Gate, Verdict};

use crate::support::{SERIAL, gate, now};

/// Textual fields as shipped manifests declare them, from tight to loose.
const FIELDS: &[(&str, &str)] = &[
    ("serial", "{type: serial}"),
    ("version", "{type: version}"),
    ("word", "{type: enum, values: [time, events, user, error]}"),
    ("build", r#"{type: code, pattern: "[0-9]{3,6}[a-z]?"}"#),
    ("lot", r#"{type: code, pattern: "[A-Z]{2}[0-9]{4}[A-Z]"}"#),
    ("loose", r#"{type: code, pattern: "[A-Z0-9]{1,10}"}"#),
];

pub(crate) fn corpus(name: &str) -> Option<Vec<(String, String)>> {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "../../../shared/data/phi", name].iter().collect();
    let text = read(&path)?;
    let record = |line: &str| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        Some((line["class"].as_str()?.to_owned(), line["value"].as_str()?.to_owned()))
    };
    Some(text.lines().filter_map(record).collect())
}

fn read(path: &Path) -> Option<String> {
    let text = std::fs::read_to_string(path).ok();
    if text.is_none() {
        println!("SKIPPED: shared/data/phi is not here");
    }
    text
}

fn bench() -> Gate {
    let mut yaml = String::from(
        "manifest: 1\nfamily: bench\ntitle: Bench\nversion: 1.0.0\nsources:\n  files: {kind: folder, pattern: \
         \"*.fcs\", settle: 5s}\nstreams:\n  run:\n    about: qc\n    description: Texts.\n    fields:\n",
    );
    for (name, declaration) in FIELDS {
        yaml += &format!("      {name}: {}, optional: true}}\n", declaration.trim_end_matches('}'));
    }
    gate(&yaml)
}

fn is_accepted(gate: &Gate, field: &str, value: &str) -> bool {
    let line = serde_json::json!({ "stream": "run", "fields": { field: value } }).to_string();
    let Ok(record) = read_record(gate.manifest(), line.as_bytes()) else { return false };
    matches!(gate.check(record, now()), Verdict::Accepted(_))
}

#[test]
fn identifying_values_do_not_pass_bound_fields() {
    let Some(values) = corpus("phi.dev.jsonl") else { return };
    let gate = bench();
    assert!(is_accepted(&gate, "serial", SERIAL), "a gate that refuses everything would pass this test");
    assert!(is_accepted(&gate, "loose", "A1"));
    let mut passed: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for (class, value) in &values {
        for (field, _) in FIELDS.iter().filter(|(field, _)| is_accepted(&gate, field, value)) {
            *passed.entry(field).or_default().entry(class).or_default() += 1;
        }
    }
    println!(
        "{} identifying values in each of {} textual fields; accepted: {passed:?}",
        values.len(),
        FIELDS.len()
    );
    for bound in ["serial", "version", "word", "lot"] {
        assert!(!passed.contains_key(bound), "{bound} let an identifying value through");
    }
}
