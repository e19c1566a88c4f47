//! Does every line of a log that grows leave once, whatever is done to the log and to the host meanwhile, and does what
//! vanished stand in the ledger? The real host, the plugin of `tests/bench/lines`, the real receiver and its lake.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)] // all of this is test code

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::ops::Range;
use std::path::PathBuf;
use std::time::Duration;

use labrelay_tests::site::{Family, SERIAL, SOON, Site, library, repository, wait_until};
use serde_json::Value;

const FAMILY: &str = "bench";

/// A site that follows `*.log`. Lines without an end are read after `settle`.
fn site(settle: &str) -> Site {
    let mut site = Site::without_manifests();
    let manifest = repository().join("tests/bench/lines/manifest.yaml");
    site.host.add_plugin(FAMILY, &library("labrelay_bench_lines"), &manifest);
    site.receiver.add_manifest_file(&manifest);
    site.host.config.families = vec![Family { settle: settle.into(), ..Family::new(FAMILY, "growing") }];
    site.start();
    site
}

/// A line like no other: its number is the field `events`.
fn lines(numbers: Range<u32>) -> String {
    let line = |number| {
        format!(
            "{SERIAL},17040672{:08},{number},0,1.00,2.00,3.0,false,idle,time,LOT-1234A,123\n",
            number * 10
        )
    };
    numbers.map(line).collect()
}

fn log(site: &Site, name: &str) -> PathBuf {
    site.host.input(FAMILY).join(name)
}

fn append(site: &Site, name: &str, text: &str) {
    let mut file = OpenOptions::new().create(true).append(true).open(log(site, name)).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

/// The numbers of all rows that have left; none has left twice.
fn numbers(site: &Site) -> BTreeSet<u64> {
    let sent = site.host.sent();
    let numbers: BTreeSet<u64> = sent.iter().map(|row| row.fields["events"].as_u64().unwrap()).collect();
    assert_eq!(numbers.len(), sent.len(), "a line has left twice");
    numbers
}

fn ledger(site: &Site) -> Value {
    let output = site.host.run(&["ledger", "--json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn each_line_leaves_once_through_every_rotation_and_the_death_of_the_host() {
    let mut site = site("1h");
    append(&site, "a.log", &lines(0..100));
    site.wait_for_units(100);

    append(&site, "a.log", &lines(100..150));
    fs::rename(log(&site, "a.log"), log(&site, "a.log.1")).unwrap();
    append(&site, "a.log", &lines(150..200));
    site.host.kill();
    fs::rename(log(&site, "a.log.1"), log(&site, "a-old.txt")).unwrap();
    append(&site, "a-old.txt", &lines(200..210));
    site.host.start();
    site.wait_for_units(210);

    append(&site, "a.log", &lines(210..260));
    fs::copy(log(&site, "a.log"), log(&site, "a.log.2")).unwrap();
    OpenOptions::new().write(true).open(log(&site, "a.log")).unwrap().set_len(0).unwrap();
    site.host.kill();
    append(&site, "a.log", &lines(260..300));
    site.host.start();
    site.wait_for_units(300);

    append(&site, "a.log", &lines(300..10_000));
    site.host.kill();
    site.host.start();
    site.wait_for_units(10_000);
    assert_eq!(numbers(&site), (0..10_000).collect());
    assert_eq!(site.receiver.rows(), 10_000);
    let ledger = ledger(&site);
    assert!(ledger["sources"][0]["gaps"].as_array().unwrap().is_empty(), "{ledger}");
}

#[test]
fn a_log_of_which_the_host_has_forgotten_what_it_read_gives_the_same_rows() {
    let mut site = site("1h");
    append(&site, "a.log", &lines(0..50));
    site.wait_for_units(50);
    let before: BTreeSet<String> = site.host.sent().into_iter().map(|row| row.row_id).collect();
    site.host.stop();
    fs::remove_dir_all(site.host.config.state.join("spool")).unwrap();
    site.host.start();
    append(&site, "a.log", &lines(50..60));
    site.wait_for_units(60);
    let after: BTreeSet<String> = site.host.sent().into_iter().map(|row| row.row_id).collect();
    assert!(before.is_subset(&after), "a line that was read again has another row id");
    wait_until("the lake has each row once", SOON, || (site.receiver.rows() == 60).then_some(()));
}

#[test]
fn what_was_seen_and_vanished_is_a_gap_in_the_ledger() {
    let site = site("1h");
    append(&site, "a.log", &(lines(0..10) + "half a line"));
    site.wait_for_units(10);
    // It has been looked at for longer than it takes to read a line.
    std::thread::sleep(Duration::from_secs(3));
    append(&site, "b.log", &lines(10..20));
    fs::remove_file(log(&site, "a.log")).unwrap();
    site.wait_for_units(20);
    let gap = wait_until("the gap is counted", SOON, || {
        Some(ledger(&site)["sources"][0]["gaps"][0].clone()).filter(Value::is_object)
    });
    assert_eq!(gap, serde_json::json!({"reason": "vanished", "gaps": 1, "bytes": 11}));
    let shown = String::from_utf8(site.host.run(&["ledger"]).stdout).unwrap();
    assert!(shown.contains("1 gaps vanished, 11 bytes seen and never read"), "{shown}");
}

#[test]
fn a_last_line_without_an_end_leaves_once_the_log_rests() {
    let site = site("2s");
    append(&site, "a.log", lines(0..2).trim_end());
    site.wait_for_units(2);
    assert_eq!(numbers(&site), (0..2).collect());
}
