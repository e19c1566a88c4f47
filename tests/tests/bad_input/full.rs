//! No room: a spool at its bound, a disk without a free block. Loud, nothing dropped, and everything arrives later.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use labrelay_tests::site::{SERIAL, Site, fixture};

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
    assert!(site.host.log().contains("paused, nothing is lost"), "the log says it too");

    site.receiver.start();
    let status = site.wait_for_units(files);
    assert_eq!(status.count("navios", "accepted", None), files);
    assert_eq!(status.trouble("navios"), "");
}

#[test]
fn a_full_disk_is_told_and_all_is_delivered_once_there_is_room() {
    let mut site = Site::new();
    let Some(disk) = SmallDisk::mount(&site.host.config.state) else {
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

/// A small file system in memory. The spool leaves 32 MiB free for what landing needs, so it is larger.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(at: &Path) -> Option<Self> {
        let _ = std::fs::remove_dir_all(at);
        std::fs::create_dir_all(at).unwrap();
        let mount = ["-t", "tmpfs", "-o", "size=64m,mode=0700", "labrelay-test"];
        let mounted = Command::new("mount").args(mount).arg(at).status().is_ok_and(|status| status.success());
        mounted.then(|| Self(at.to_owned()))
    }

    /// Until not a byte is left.
    fn fill(&self) {
        let mut filler = File::create(self.filler()).unwrap();
        for block in [vec![1; 64 * 1024], vec![1; 1]] {
            while filler.write_all(&block).is_ok() {}
        }
    }

    fn make_room(&self) {
        std::fs::remove_file(self.filler()).unwrap();
    }

    fn filler(&self) -> PathBuf {
        self.0.join("filler")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}
