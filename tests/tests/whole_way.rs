//! Is every record that the host accepts in the lake, once and unchanged, and does every count say so?

// All of this is test code, but Clippy's leave for tests covers only `#[test]` functions and `cfg(test)` modules.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::collections::{BTreeMap, BTreeSet};

use labrelay_tests::python;
use labrelay_tests::site::{Row, Site, Status, fixture_inputs, repository, rows_of, text_of};
use serde_json::Value;

const FAMILIES: [&str; 2] = ["navios", "dxflex"];

/// A running site that has read all fixtures, with the number of files.
fn site_after_all_fixtures() -> (Site, Status, u64) {
    let site = Site::running();
    let mut files = 0;
    for family in FAMILIES {
        for (number, (case, input)) in fixture_inputs(family).iter().enumerate() {
            let ending = input.extension().unwrap().to_string_lossy();
            site.put(family, input, &format!("{case}-{number}.{ending}"));
            files += 1;
        }
    }
    let status = site.wait_for_units(files);
    (site, status, files)
}

#[test]
fn every_count_says_the_same() {
    let (site, status, files) = site_after_all_fixtures();
    let golden: usize = FAMILIES.iter().map(|family| golden_lines(family)).sum();

    assert_eq!(status.units(), files, "each fixture file holds one unit");
    assert_eq!(status.accepted_records(), golden as u64, "the ledger and the goldens");
    assert_eq!(site.receiver.rows(), golden as u64, "the lake and the goldens");
    let sent = site.host.sent();
    assert_eq!(sent.len(), golden, "the journal and the goldens");
    for (family, specimens) in [("navios", 13), ("dxflex", 12)] {
        assert_eq!(
            status.count(family, "dropped", Some("too_late")),
            specimens,
            "{family}: they are of 2024"
        );
    }
    for family in FAMILIES {
        assert_eq!(status.count(family, "dropped", Some("other_family")), 1, "{family}");
        assert_eq!(status.count(family, "quarantined", Some("not_in_inventory")), 1, "{family}");
        assert_eq!(status.count(family, "quarantined", Some("truncated")), 1, "{family}");
    }

    listing_and_showing_give_the_same(&site, &sent);
    match python::rows(&site.receiver.lake()) {
        Some(rows) => assert_eq!(by_id(&rows), by_id(&sent), "the lake and the journal"),
        None => labrelay_tests::skipped(
            "Python with `deltalake` and `pyarrow` is not there: no other reader has seen the lake",
        ),
    }
}

/// Without aggregates: these leave where files are read in time, and the fixtures are old.
fn golden_lines(family: &str) -> usize {
    let cases = fixture_inputs(family);
    let lines = |case: &String| {
        let golden = repository().join("fixtures").join(family).join(case).join("expected.ndjson");
        std::fs::read_to_string(golden).unwrap().lines().filter(|line| !line.contains("window_start")).count()
    };
    let cases: BTreeSet<String> = cases.into_iter().map(|(case, _)| case).collect();
    cases.iter().map(lines).sum()
}

fn listing_and_showing_give_the_same(site: &Site, sent: &[Row]) {
    let list = text_of(&site.host.run(&["sent", "list", "--json"]));
    let batches: Vec<Value> = list.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let listed: u64 = batches.iter().map(|batch| batch["records"].as_u64().unwrap()).sum();
    assert_eq!(listed, sent.len() as u64);

    let mut shown = Vec::new();
    for batch in &batches {
        let output = site.host.run(&["sent", "show", batch["batch"].as_str().unwrap()]);
        assert!(output.status.success(), "{}", text_of(&output));
        shown.extend(rows_of(&String::from_utf8(output.stdout).unwrap()));
    }
    assert_eq!(by_id(&shown), by_id(sent));
}

/// Rows by their id. Two of the same id are an error.
fn by_id(rows: &[Row]) -> BTreeMap<String, (String, Value)> {
    let mut map = BTreeMap::new();
    for row in rows {
        let value = (row.stream.clone(), Value::Object(row.fields.clone()));
        assert!(map.insert(row.row_id.clone(), value).is_none(), "a row stands twice");
    }
    map
}
