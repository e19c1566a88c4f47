//! What happened before the day of installation stays on the PC, unless the site names an earlier day.

use std::path::Path;

use labrelay_tests::site::{Site, fixture, text_of};

const INVENTORY: &str = "{serials: [ZZ00001], qc: [FLOW-CHECK], zone: Europe/Berlin}";

#[test]
fn old_files_of_a_new_site_are_dropped_and_counted() {
    let mut site = Site::without_manifests();
    site.host.config.inventory = Some(INVENTORY.into());
    site.host.start();
    let file = fixture("navios/bead-qc");
    site.put("navios", Path::new(&file), "old.lmd");
    let status = site.host.wait_for("an old file is dropped", |status| {
        status.count("navios", "dropped", Some("before_collect_since")) == 1
    });
    assert_eq!(status.count("navios", "accepted", None), 0);
    assert!(status.0["collect_since"].is_string(), "{:#}", status.0);

    let said = text_of(&site.host.run(&["check"]));
    assert!(said.contains("the day of installation"), "{said}");
    let said = text_of(&site.host.run(&["status"]));
    assert!(said.contains("collects what happened since 20"), "{said}");
}
