//! What a package leaves when it is removed: spool and keys for the next installation, and never the quarantine.

use std::fs;

use labrelay_tests::site::{QC_PANEL, Site, fixture, text_of};

/// Nobody has its key; nothing here opens what is sealed to it.
const RECIPIENT: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

/// A site that has refused one unit, whose service has ended.
fn site() -> Site {
    let mut site = Site::new();
    site.host.config.inventory =
        Some(format!("{{serials: [AB12345], qc: [{QC_PANEL}], collect_since: 2000-01-01}}"));
    site.host.config.more = format!("quarantine: {{recipient: {RECIPIENT}}}\n");
    site.host.start();
    site.put("navios", &fixture("navios/bead-qc"), "1.lmd");
    site.host.wait_for("the file is refused", |status| status.count("navios", "quarantined", None) == 1);
    site.host.stop();
    site
}

fn quarantined(site: &Site) -> u64 {
    site.host.status().0["quarantine"]["units"].as_u64().unwrap()
}

fn empty(site: &Site, purge: &str) -> String {
    let output = site.host.run(&["installer", "empty", "--purge", purge]);
    assert!(output.status.success(), "{}", text_of(&output));
    text_of(&output)
}

#[test]
fn the_quarantine_goes_and_the_rest_waits_for_the_next_installation() {
    let mut site = site();
    let key = || fs::read(site.host.config.state.join("keys/device.ed25519")).unwrap();
    let (before, epoch) = (key(), site.host.status().epoch().to_owned());
    assert_eq!(quarantined(&site), 1);
    assert!(empty(&site, "").contains("1 units purged"));
    assert_eq!(quarantined(&site), 0);
    assert_eq!((key(), site.host.status().epoch()), (before, epoch.as_str()));
    let noted = fs::read_to_string(site.host.config.state.join("audit.log")).unwrap();
    assert!(noted.contains("quarantine purge"), "{noted}");
    assert!(empty(&site, "0").contains("0 units purged"), "it may be done again");
    site.host.start();
}

#[test]
fn a_purge_takes_everything_and_the_configuration_with_the_names_of_accounts() {
    let site = site();
    assert!(empty(&site, "1").contains("1 units of the quarantine"));
    assert_eq!(fs::read_dir(&site.host.config.state).unwrap().count(), 0);
    assert!(!site.host.config_file().exists());
    assert!(empty(&site, "1").contains("nothing to delete"));
}

#[test]
fn where_nothing_has_run_there_is_nothing_to_delete() {
    let site = Site::new();
    site.host.write_config();
    assert!(empty(&site, "").contains("there is no quarantine"));
}
