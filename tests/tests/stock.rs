//! Is an instrument collected by one manifest and the stock plugin, without code of its own: a log that grows and tables,
//! each line and row once, whatever becomes of the host meanwhile? The real host, the real receiver and its lake.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)] // all of this is test code

use std::fs::OpenOptions;
use std::io::Write as _;
use std::ops::Range;
use std::path::PathBuf;

use labrelay_tests::site::{Family, SERIAL, Site, library, repository};

const FAMILY: &str = "incubator";

fn manifest() -> PathBuf {
    repository().join("docs/examples/manifests/incubator.yaml")
}

fn site() -> Site {
    let mut site = Site::without_manifests();
    site.host.add_plugin(FAMILY, &library("labrelay_plugin_stock"), &manifest());
    site.receiver.add_manifest_file(&manifest());
    let also = vec![("readings".to_owned(), "100ms".to_owned())];
    let settings = format!("{{serial: {SERIAL}}}");
    site.host.config.families = vec![Family { also, settings, ..Family::new(FAMILY, "log") }];
    site
}

/// Each with a length of time like no other.
fn entries(numbers: Range<u32>) -> String {
    numbers.map(|number| format!("01.03.2026 08:00:00 WARN Door open for {number} s\r\n")).collect()
}

fn append(site: &Site, name: &str, text: &str) {
    let log = site.host.input(FAMILY).join(name);
    OpenOptions::new().create(true).append(true).open(log).unwrap().write_all(text.as_bytes()).unwrap();
}

#[test]
fn one_manifest_collects_a_log_and_tables_once_though_the_host_is_killed() {
    let mut site = site();
    site.start();
    append(&site, "incubator.log", &entries(0..300));
    let head = format!("Serial Number: {SERIAL}\n\nDate;Time;Temp;Door\n");
    let rows: String = (0..60).map(|minute| format!("01.03.2026;08:{minute:02};37,5;zu\n")).collect();
    site.write(FAMILY, "readings.csv", (head + &rows).as_bytes());
    site.wait_for_units(360);

    append(&site, "incubator.log", &entries(300..400));
    site.host.kill();
    append(&site, "incubator.log", &entries(400..500));
    append(&site, "incubator.log", "01.03.2026 08:00:00 INFO Frau Canary was told\r\n");
    site.host.start();
    site.wait_for_units(561);

    let sent = site.host.sent();
    let mut open_for: Vec<u64> = sent.iter().filter_map(|row| row.fields.get("open_for")?.as_u64()).collect();
    open_for.sort_unstable();
    assert_eq!(open_for, (0..500).collect::<Vec<_>>(), "each line once");
    assert_eq!(sent.iter().filter(|row| row.fields.contains_key("door")).count(), 60);
    assert!(sent.iter().all(|row| row.fields["instrument"] == SERIAL));
    let status = site.host.status();
    assert_eq!(status.count(FAMILY, "quarantined", Some("unmatched_event")), 1, "it stays here");
    assert_eq!(site.receiver.rows(), 560);
}

#[test]
fn a_site_that_does_not_name_its_instrument_is_told_which_setting_is_missing() {
    let mut site = site();
    site.host.config.families[0].settings = "{}".into();
    site.start();
    append(&site, "incubator.log", &entries(0..1));
    let told = || {
        let output = site.host.run(&["status"]);
        String::from_utf8_lossy(&output.stdout).contains("serial").then_some(())
    };
    labrelay_tests::site::wait_until("the setting's name in `status`", labrelay_tests::site::SOON, told);
}
