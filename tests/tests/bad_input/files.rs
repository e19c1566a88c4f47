//! Files that are not what they should be: truncated, foreign, empty, rubbish, enormous; folders that are not there.

use std::fs::File;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;

use labrelay_tests::site::{Site, fixture};

use crate::put_good;

/// What a disk-filling mistake or a hostile file may claim; the file is sparse and holds no block of it.
const HUGE: u64 = 8 << 30;

#[test]
fn each_bad_file_is_counted_by_its_reason_and_good_ones_come_through() {
    let site = Site::running();
    put_good(&site, "navios", "first.lmd");
    site.put("navios", &fixture("navios/truncated"), "truncated.lmd");
    site.put("navios", &fixture("navios/foreign"), "foreign.lmd");
    site.write("navios", "empty.lmd", b"");
    site.write("navios", "rubbish.lmd", &[0xA7; 5000]);
    enlarge(&site.write("navios", "zeros.lmd", b""));
    put_good(&site, "navios", "last.lmd");
    put_good(&site, "dxflex", "other.fcs");

    let status = site.wait_for_units(8);
    assert_eq!(status.count("navios", "accepted", None), 2);
    assert_eq!(status.count("dxflex", "accepted", None), 1);
    assert_eq!(status.count("navios", "quarantined", Some("truncated")), 1);
    assert_eq!(status.count("navios", "dropped", Some("other_family")), 1);
    assert_eq!(status.count("navios", "dropped", Some("empty")), 1);
    assert_eq!(
        status.count("navios", "quarantined", Some("not_this_format")),
        2,
        "rubbish, and 8 GiB of zeros"
    );
}

/// Nothing of 8 GiB is read but what HEADER and TEXT announce.
#[test]
fn an_enormous_file_with_a_good_beginning_is_read_by_its_beginning() {
    let site = Site::running();
    enlarge(&site.put("navios", &fixture("navios/bead-qc"), "huge.lmd"));
    put_good(&site, "navios", "good.lmd");
    let status = site.wait_for_units(2);
    assert_eq!(status.count("navios", "accepted", None), 2);
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let site = Site::running();
    std::fs::remove_dir_all(site.host.input("dxflex")).unwrap();
    put_good(&site, "navios", "good.lmd");
    let status = site.host.wait_for("the missing folder is shown", |status| {
        status.count("navios", "accepted", None) == 1 && status.unreadable("dxflex").contains("input/dxflex")
    });
    assert!(status.unreadable("navios").is_empty());
    put_good(&site, "dxflex", "good.fcs");
    site.wait_for_units(2);
}

#[test]
fn a_file_without_rights_is_named_and_read_once_it_may_be() {
    if rustix::process::getuid().is_root() {
        return labrelay_tests::skipped(
            "root may read every file: a_file_without_rights_… needs another user",
        );
    }
    let site = Site::new();
    let closed = site.put("navios", &fixture("navios/bead-qc"), "closed.lmd");
    std::fs::set_permissions(&closed, Permissions::from_mode(0o000)).unwrap();
    let mut site = site;
    site.start();
    put_good(&site, "navios", "open.lmd");
    site.host.wait_for("the closed file is named", |status| {
        status.count("navios", "accepted", None) == 1
            && status.unreadable("navios").contains("no right to read this file")
    });
    std::fs::set_permissions(&closed, Permissions::from_mode(0o600)).unwrap();
    site.wait_for_units(2);
}

fn enlarge(path: &std::path::Path) {
    File::options().write(true).open(path).unwrap().set_len(HUGE).unwrap();
}
