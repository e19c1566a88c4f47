//! `spool verify`: a sound spool is said to be so, and a damaged one costs a restart and no record.

use std::os::unix::fs::FileExt as _;

use labrelay_tests::site::{Site, fixture};
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

/// Exit code and report.
fn verify(site: &Site) -> (Option<i32>, Value) {
    let output = site.host.run(&["spool", "verify", "--json"]);
    let report = serde_json::from_slice(&output.stdout);
    (output.status.code(), report.unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr))))
}

#[test]
fn a_sound_spool_is_said_to_be_so_beside_the_service_and_without_it() {
    let mut site = waiting();
    let (code, report) = verify(&site);
    assert_eq!((code, report["file"].as_str()), (Some(0), Some("in_use")), "{report}");
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

    let (code, report) = verify(&site);
    assert_eq!(code, Some(1), "{report}");
    let aside = report["file"]["set_aside"]["path"].as_str().unwrap();
    assert_eq!(std::fs::read(aside).unwrap(), damaged, "what was set aside is as it was");

    site.start();
    let status = site.wait_for_units(FILES);
    assert_eq!(site.receiver.rows(), status.accepted_records());
}
