//! `labrelay gate`: what a validation or privacy officer sees when trying records.

use std::io::Write as _;

use labrelay_tests::site::{SERIAL, repository, text_of};
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use crate::{manifest, text, with_input};

/// Verdicts on lines, by the navios manifest and this inventory.
fn verdicts(lines: &str, inventory: Option<&str>) -> Vec<Value> {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(inventory.unwrap_or_default().as_bytes()).unwrap();
    let navios = manifest("navios");
    let mut arguments = vec!["gate", "--manifest", text(&navios), "--now", "2024-11-01T12:00:00Z"];
    if inventory.is_some() {
        arguments.extend(["--inventory", text(file.path())]);
    }
    let output = with_input(&arguments, lines);
    assert!(output.status.success(), "{}", text_of(&output));
    let lines = String::from_utf8(output.stdout).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn golden() -> String {
    std::fs::read_to_string(repository().join("fixtures/navios/bead-qc/expected.ndjson")).unwrap()
}

fn ours() -> String {
    format!("serials: [{SERIAL}]")
}

/// The first record of the golden with one field changed.
fn changed(field: &str, value: Value) -> String {
    let mut record: Value = serde_json::from_str(golden().lines().next().unwrap()).unwrap();
    record["fields"][field] = value;
    record.to_string()
}

#[test]
fn accepts_what_the_manifest_declares() {
    let golden = golden();
    let verdicts = verdicts(&golden, Some(&ours()));
    assert_eq!(verdicts.len(), golden.lines().count());
    assert!(verdicts.iter().all(|verdict| *verdict == json!({"verdict": "accept"})), "{verdicts:?}");
}

#[test]
fn without_an_inventory_no_serial_number_passes() {
    for verdict in verdicts(&golden(), None) {
        assert_eq!(
            verdict,
            json!({"verdict": "quarantine", "reason": "no_inventory", "field": "instrument"})
        );
    }
}

#[test]
fn says_why_and_where_and_never_the_value() {
    let lines = [
        (changed("model", json!("Miller, Anna")), "not_in_values", Some("model")),
        (changed("instrument", json!("XX99999")), "not_in_inventory", Some("instrument")),
        (changed("event_count", json!(-1)), "out_of_range", Some("event_count")),
        (changed("event_count", json!("many")), "wrong_type", Some("event_count")),
        (changed("patient", json!("Miller")), "unknown_field", None),
        ("Miller, Anna".to_owned(), "malformed", None),
        (String::from(r#"{"stream":"results","fields":{}}"#), "unknown_stream", None),
    ];
    let input: Vec<&str> = lines.iter().map(|(line, ..)| line.as_str()).collect();
    let verdicts = verdicts(&input.join("\n"), Some(&ours()));
    assert_eq!(verdicts.len(), lines.len());
    for ((line, reason, field), verdict) in lines.iter().zip(&verdicts) {
        assert_eq!(verdict["verdict"], "quarantine", "{line}");
        assert_eq!(verdict["reason"], *reason, "{line}");
        assert_eq!(verdict["field"].as_str(), *field, "{line}");
        assert!(!verdict.to_string().contains("Miller"));
    }
}

#[test]
fn a_specimen_s_record_is_dropped() {
    let mut record: Value = serde_json::from_str(golden().lines().next().unwrap()).unwrap();
    record["stream"] = json!("acquisition");
    record["fields"].as_object_mut().unwrap().remove("event_rate"); // of beads alone
    assert_eq!(
        verdicts(&record.to_string(), Some(&ours())),
        [json!({"verdict": "drop", "reason": "specimen"})]
    );
}
