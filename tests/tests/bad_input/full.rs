//! No room: a spool at its bound, a disk without a free block. Loud, nothing dropped, and everything arrives later.

use labrelay_tests::site::{SERIAL, Site, SmallDisk, fixture};

/// The spool leaves 32 MiB free for what landing needs, so the disk is larger.
const DISK_MEGABYTES: u32 = 64;

#[test]
fn a_full_spool_pauses_the_collectors_and_loses_nothing() {
    let files = 1200;
    let mut site = Site::new();
    site.receiver.reserve_port();
    site.host.config.url = site.receiver.url();
    site.host.config.more = "spool: {max_bytes: 65536}\n".into();
    site.host.start();
    for number in 0..files {
        site.put("navios", &fixture("navios/bead-qc"), &format!("{number}.lmd"));
    }
    let status = site.host.wait_for("the collector is paused", |status| {
        status.is_full() && status.state("navios") == "paused" && status.trouble("navios").contains("full")
    });
    assert!(status.units() < files, "the bound was never reached");
    assert!(site.host.log().contains("The spool is full"), "the log says it too");

    site.receiver.start();
    let status = site.wait_for_units(files);
    assert_eq!(status.count("navios", "accepted", None), files);
    assert_eq!(status.trouble("navios"), "");
}

#[test]
fn a_full_disk_is_told_and_all_is_delivered_once_there_is_room() {
    let mut site = Site::new();
    let Some(disk) = SmallDisk::mount(&site.host.config.state, DISK_MEGABYTES) else {
        return labrelay_tests::skipped(
            "a small file system can't be mounted here (needs root): a_full_disk_… not tried",
        );
    };
    site.host.config.device = "flow-8".into(); // a new disk, so a new key
    site.enrol(&[SERIAL]);
    site.start();
    disk.fill();
    for number in 0..300 {
        site.put("navios", &fixture("navios/bead-qc"), &format!("{number}.lmd"));
    }
    let status = site.host.wait_for("the trouble is shown", |status| {
        let said = status.trouble("navios").to_lowercase();
        said.contains("no space") || said.contains("disk")
    });
    assert_ne!(status.state("navios"), "stopped");
    disk.make_room();
    let status = site.wait_for_units(300);
    assert_eq!(status.count("navios", "accepted", None), 300);
    site.host.stop();
}
