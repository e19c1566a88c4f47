//! SIGTERM: a clean end within the promised time, with work pending, and nothing lost.

use std::time::Duration;

use labrelay_tests::site::{Site, fixture};

/// What is promised, and a second for a loaded machine to notice.
const PROMISED: Duration = Duration::from_secs(6);

#[test]
fn a_stop_with_work_pending_is_quick_and_loses_nothing() {
    let mut site = Site::new();
    site.receiver.reserve_port();
    site.host.config.url = site.receiver.url(); // nobody there: deliveries are pending too
    site.host.start();
    let files = 400;
    for number in 0..files {
        site.put("navios", &fixture("navios/bead-qc"), &format!("{number}.lmd"));
    }
    site.host.wait_for("some are read", |status| status.units() > 0);
    let took = site.host.stop();
    assert!(took < PROMISED, "it took {took:?}");

    site.start();
    let status = site.wait_for_units(files);
    assert_eq!(status.units(), files);
    assert_eq!(site.receiver.rows(), status.accepted_records());
}
