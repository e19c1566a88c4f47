//! A PC that is given away: nothing of it stays here, and the receiver believes it no more.

use std::fs;
use std::path::Path;

use labrelay_tests::site::{Site, fixture, text_of};

/// A site with 2 files delivered and one that waits; neither program runs.
fn site() -> Site {
    let mut site = Site::running();
    for name in ["1.lmd", "2.lmd"] {
        site.put("navios", &fixture("navios/bead-qc"), name);
    }
    site.wait_for_units(2);
    site.receiver.stop();
    site.put("navios", &fixture("navios/bead-qc"), "3.lmd");
    site.host.wait_for("the third is read", |status| status.units() == 3);
    site.host.stop();
    site
}

fn decommission(site: &Site, arguments: &[&str]) -> (Option<i32>, String) {
    let output = site.host.run(&[&["decommission", "--yes"], arguments].concat());
    (output.status.code(), text_of(&output))
}

fn entries(folder: &Path) -> usize {
    fs::read_dir(folder).unwrap().count()
}

#[test]
fn nothing_stays_and_the_receiver_believes_the_key_no_more() {
    let mut site = site();
    let state = site.host.config.state.clone();
    let key = fs::read(state.join("keys/device.ed25519")).unwrap();
    site.receiver.start();
    let (code, said) = decommission(&site, &[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("has revoked the key of flow-7"), "{said}");
    assert!(said.contains(" batches with 5 records that were not delivered"), "{said}");
    assert!(said.contains("batches of the sent journal") && said.contains("deleted: "), "{said}");
    assert_eq!(entries(&state), 0, "{said}");
    assert_eq!(site.receiver.rows(), 10, "what was delivered stays");
    assert!(!site.receiver.run(&["device", "list"]).contains("flow-7"));

    let (code, said) = decommission(&site, &[]);
    assert!(code == Some(0) && said.contains("nothing to revoke"), "{said}");

    site.host.device_key(); // makes the folder anew
    fs::write(state.join("keys/device.ed25519"), key).unwrap(); // from a copy that somebody kept
    site.host.start();
    let said = text_of(&site.host.run(&["ledger", "--receiver"]));
    assert!(said.contains("does not believe this device"), "{said}");
}

#[test]
fn with_no_receiver_nothing_is_deleted_until_somebody_revokes_by_hand() {
    let site = site();
    let state = site.host.config.state.clone();
    let before = entries(&state);
    let (code, said) = decommission(&site, &[]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("nothing was deleted") && said.contains("nothing listens"), "{said}");
    let by_hand = "labrelay-receiver device remove --data DIR --name flow-7";
    assert!(said.contains(by_hand) && said.contains("--offline"), "{said}");
    assert_eq!(entries(&state), before);

    let (code, said) = decommission(&site, &["--offline"]);
    assert!(code == Some(0) && said.contains(by_hand) && said.contains("5 records"), "{said}");
    assert_eq!(entries(&state), 0);
    assert!(site.receiver.run(&["device", "list"]).contains("flow-7"), "that hand is another's");
}

#[test]
fn a_service_that_runs_is_left_alone() {
    let site = Site::running();
    let (code, said) = decommission(&site, &[]);
    assert_eq!(code, Some(4), "{said}");
    assert!(said.contains("labrelay service stop"), "{said}");
    assert!(site.host.status().0["running"].as_bool().unwrap());
    assert!(site.receiver.run(&["device", "list"]).contains("flow-7"));
}

#[test]
fn what_is_not_labrelay_s_stays_and_a_damaged_spool_goes() {
    let site = site();
    let state = site.host.config.state.clone();
    fs::write(state.join("letter.txt"), "Dear").unwrap();
    fs::write(state.join("spool/spool.redb"), "no database").unwrap();
    let (code, said) = decommission(&site, &["--offline"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("can't be told: it is damaged") && said.contains("LEFT: 1 "), "{said}");
    assert!(!said.contains("letter"), "a name may be a patient's: {said}");
    assert_eq!((entries(&state), fs::read(state.join("letter.txt")).unwrap()), (1, b"Dear".to_vec()));
}

#[test]
fn it_is_asked_for_twice() {
    let site = site();
    let output = site.host.run(&["decommission"]);
    let said = text_of(&output);
    assert!(output.status.code() == Some(2) && said.contains("--yes"), "{said}");
    assert!(entries(&site.host.config.state) > 0);
}
