//! `spool verify` and `spool repair`: a sound spool is said to be so, and a damaged one costs a restart and no record.

use std::os::unix::fs::FileExt as _;

use labrelay_tests::site::{SOON, Site, fixture, wait_until};
use serde_json::Value;

/// Files put into the site.
const FILES: u64 = 20;

/// A site that has read all files, and reaches no receiver.
fn waiting() -> Site {
    let mut site = Site::new();
    site.receiver.reserve_port();
    site.host.config.url = site.receiver.url();
    site.host.start();
    for number in 0..FILES {
        site.put("navios", &fixture("navios/bead-qc"), &format!("{number}.lmd"));
    }
    site.host.wait_for("all is read", |status| status.units() == FILES);
    site
}

fn verify(site: &Site) -> (Option<i32>, Value) {
    report_of(site, "verify")
}

/// Exit code and report.
fn report_of(site: &Site, command: &str) -> (Option<i32>, Value) {
    let output = site.host.run(&["spool", command, "--json"]);
    (output.status.code(), serde_json::from_slice(&output.stdout).expect("a report on standard output"))
}

#[test]
fn a_sound_spool_is_said_to_be_so_beside_the_service_and_without_it() {
    let mut site = waiting();
    let (code, report) = verify(&site);
    assert_eq!((code, report["file"].as_str()), (Some(0), Some("in_use")), "{report}");
    let refused = site.host.run(&["spool", "repair"]);
    let words = String::from_utf8_lossy(&refused.stderr);
    assert!(refused.status.code() == Some(4) && words.contains("is the service running"), "{words}");
    site.host.stop();
    let (code, report) = verify(&site);
    assert_eq!((code, report["file"].as_str()), (Some(0), Some("whole")), "{report}");
    let pending = report["parts"].as_array().unwrap().iter().find(|part| part["part"] == "pending").unwrap();
    assert!(pending["intact"].as_u64().unwrap() > 0 && pending["damaged"] == 0, "{report}");
    assert_eq!(site.host.run(&["spool", "verify"]).status.code(), Some(0));
}

#[test]
fn a_damaged_file_is_set_aside_by_name_and_every_record_arrives_all_the_same() {
    let mut site = waiting();
    site.host.kill();
    let file = site.host.config.state.join("spool/spool.redb");
    let database = std::fs::File::options().write(true).open(&file).unwrap();
    let pages = database.metadata().unwrap().len() / 4096;
    for page in (1..pages).step_by(5) {
        database.write_all_at(&[0xa5; 512], page * 4096).unwrap();
    }
    let damaged = std::fs::read(&file).unwrap();

    let (code, report) = report_of(&site, "repair");
    assert_eq!(code, Some(0), "what is left is intact: {report}");
    let aside = report["file"]["set_aside"]["path"].as_str().unwrap();
    assert_eq!(std::fs::read(aside).unwrap(), damaged, "what was set aside is as it was");

    site.start();
    let status = site.wait_for_units(FILES);
    assert_eq!(site.receiver.rows(), status.accepted_records());
}

#[test]
fn what_waits_in_a_damaged_file_arrives_even_if_its_source_is_gone() {
    let mut site = waiting();
    site.host.stop();
    let report = damage_one_sector(&site);
    let salvaged = &report["file"]["set_aside"]["salvaged"];
    assert!(salvaged["records"].as_u64().unwrap() > 0, "{report}");
    for entry in std::fs::read_dir(site.host.input("navios")).unwrap() {
        std::fs::remove_file(entry.unwrap().path()).unwrap();
    }

    site.start();
    site.host.wait_for("all that was taken over is delivered", |status| status.waiting_batches() == 0);
    wait_until("the rows are in the lake", SOON, || {
        (site.receiver.rows() == salvaged["records"].as_u64().unwrap()).then_some(())
    });
    let ledger = site.host.run(&["ledger", "--receiver"]);
    assert!(ledger.status.success(), "{}", String::from_utf8_lossy(&ledger.stdout));
}

/// Alters one sector after the other, until one costs a batch but not the accounts; what `verify` says of that.
fn damage_one_sector(site: &Site) -> Value {
    let file = site.host.config.state.join("spool/spool.redb");
    let sound = std::fs::read(&file).unwrap();
    let costs_a_batch = |page: usize| {
        let mut damaged = sound.clone();
        damaged[page * 4096 + 2048..][..512].fill(0xa5);
        std::fs::write(&file, &damaged).unwrap();
        let (_, report) = verify(site);
        let aside = &report["file"]["set_aside"];
        if aside["salvaged"]["records"].as_u64().is_some_and(|records| records > 0) {
            return Some(report);
        }
        if let Some(path) = aside["path"].as_str() {
            std::fs::remove_file(path).unwrap();
        }
        None
    };
    (1..sound.len() / 4096).find_map(costs_a_batch).expect("a sector that holds a part of a batch alone")
}
