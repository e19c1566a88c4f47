//! Does a log leave as events and slots alone: in both languages, with roles instead of users, folders instead of
//! paths, and nothing of a line that no template fits? The real host, a real plugin, the real receiver and its lake.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)] // all of this is test code

use std::path::PathBuf;

use labrelay_tests::site::{Family, Row, SERIAL, Site, library, repository};
use serde_json::{Value, json};

const FAMILY: &str = "made_up";
/// Stands in the log wherever a person's name could.
const PERSON: &str = "Rosalind Quenneville";
/// An account of a person, which the site says is an operator's.
const ACCOUNT: &str = "rquenneville";

fn manifest() -> PathBuf {
    repository().join("tests/made_up/manifest.yaml")
}

fn log() -> String {
    let line = |time: &str, text: &str| format!("2026-03-01T10:{time}Z {SERIAL} {text}\n");
    [
        line("00:00", "Laser Blue power 12.5 mW below target 20.0 mW"),
        line("00:01", "激光器 Red 功率 11 mW 低于目标 20 mW"),
        line("00:02", "pump P2 stopped\n  cause: stall"),
        line("00:03", &format!("user {ACCOUNT} logged in from desk-of-{ACCOUNT}")),
        line("00:04", &format!("exported D:\\Data\\{PERSON}\\tube 1.lmd (71234567890 bytes)")),
        line("00:05", &format!("user {PERSON} logged in from desk-7")),
        line("00:06", &format!("comment by {PERSON}: all fine")),
        line("00:07", "Laser Blue power 912.5 mW below target 20.0 mW"),
    ]
    .concat()
}

/// A site with the made-up instrument alone, which has read `log`.
fn site_after(log: &str, units: u64) -> Site {
    let mut site = Site::new();
    site.host.add_plugin(FAMILY, &library("labrelay_made_up"), &manifest());
    site.receiver.add_manifest_file(&manifest());
    site.host.config.families = vec![Family::new(FAMILY, "log")];
    site.host.config.inventory =
        Some(format!("{{serials: [{SERIAL}], collect_since: 2026-01-01, roles: {{operator: [{ACCOUNT}]}}}}"));
    site.start();
    site.write(FAMILY, "instrument.log", log.as_bytes());
    site.wait_for_units(units);
    site
}

fn events(rows: &[Row]) -> Vec<Value> {
    let mut events: Vec<Value> = rows.iter().map(|row| Value::Object(row.fields.clone())).collect();
    events.sort_by_key(|event| event["at"].to_string());
    for event in &mut events {
        let event = event.as_object_mut().unwrap();
        assert_eq!(event.remove("instrument"), Some(json!(SERIAL)));
        event.remove("at").unwrap();
    }
    events
}

#[test]
fn a_log_leaves_as_events_and_declared_values_alone() {
    let site = site_after(&log(), 8);
    let status = site.host.status();
    assert_eq!(status.count(FAMILY, "accepted", None), 5);
    assert_eq!(
        status.count(FAMILY, "quarantined", Some("unmatched_event")),
        3,
        "what fits no template stays here"
    );
    let sent = site.host.sent();
    assert_eq!(site.receiver.rows(), 5);
    assert_eq!(
        events(&sent),
        [
            json!({"event": "laser_power_low", "severity": "warning", "laser": "Blue", "power": 12.5, "target": 20}),
            json!({"event": "laser_power_low", "severity": "warning", "laser": "Red", "power": 11, "target": 20}),
            json!({"event": "pump_stopped", "severity": "error", "pump": "P2", "cause": "stall"}),
            json!({"event": "logged_in", "severity": "info", "user": "operator"}),
            json!({"event": "exported", "severity": "info", "folder": "data"}),
        ]
    );
    for said in [site.host.sent_text(), site.host.log(), site.receiver.log(), status.0.to_string()] {
        for part in [PERSON, "Rosalind", "Quenneville", ACCOUNT, "71234567890", "tube 1"] {
            assert!(!said.contains(part), "an exit tells of {} characters of a person", part.len());
        }
    }
}

#[test]
fn specimens_of_hours_long_past_are_in_no_sum_and_nowhere_else() {
    let line = |minute: u32| format!("2026-03-01T10:{minute:02}:00Z {SERIAL} acquired 5000 no\n");
    let site = site_after(&(0..6).map(line).collect::<String>(), 6);
    assert_eq!(site.host.status().count(FAMILY, "dropped", Some("too_late")), 6);
    assert_eq!(site.receiver.rows(), 0);
}
