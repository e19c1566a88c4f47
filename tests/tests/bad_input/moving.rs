//! Files that move while they are looked at: vanishing, growing, renamed, copied, written anew.

use std::io::Write as _;
use std::time::Duration;

use labrelay_tests::site::{Site, Status, fixture};

use crate::put_good;

/// A site whose files must rest for `settle`.
fn site_with_settle(settle: &str) -> Site {
    let mut site = Site::new();
    site.host.config.families.iter_mut().for_each(|family| family.settle = settle.into());
    site.start();
    site
}

/// The state after two more files, one after the other, have been read: by then all that lay there before was
/// looked at as well.
fn after_two_more(site: &Site, units_before: u64) -> Status {
    put_good(site, "navios", "marker-1.lmd");
    site.host.wait_for("the first marker", |status| status.units() > units_before);
    put_good(site, "navios", "marker-2.lmd");
    site.wait_for_units(units_before + 2)
}

#[test]
fn a_file_that_vanishes_before_it_is_read_is_nothing() {
    let site = site_with_settle("3s");
    let path = site.put("navios", &fixture("navios/bead-qc"), "brief.lmd");
    std::thread::sleep(Duration::from_millis(1500)); // the host has met it by now, and waits
    std::fs::remove_file(path).unwrap();
    let status = after_two_more(&site, 0);
    assert_eq!(status.units(), 2);
    assert_eq!(status.unreadable("navios"), "");
}

#[test]
fn a_file_that_is_still_written_is_read_when_it_is_whole() {
    let site = site_with_settle("3s");
    let whole = std::fs::read(fixture("navios/bead-qc")).unwrap();
    let (first, second) = whole.split_at(whole.len() / 2);
    let path = site.write("navios", "growing.lmd", first);
    std::thread::sleep(Duration::from_millis(1800)); // longer than between two looks, shorter than it must rest
    std::fs::File::options().append(true).open(path).unwrap().write_all(second).unwrap();
    let status = site.wait_for_units(1);
    assert_eq!(status.count("navios", "accepted", None), 1, "{:#}", status.0);
}

#[test]
fn a_renamed_file_is_not_read_twice() {
    let site = Site::running();
    let path = site.put("navios", &fixture("navios/bead-qc"), "before.lmd");
    site.wait_for_units(1);
    std::fs::rename(&path, path.with_file_name("after.lmd")).unwrap();
    assert_eq!(after_two_more(&site, 1).units(), 3, "the file and two markers");
}

#[test]
fn a_copied_file_is_read_as_its_own() {
    let site = Site::running();
    let path = site.put("navios", &fixture("navios/bead-qc"), "original.lmd");
    site.wait_for_units(1);
    site.put("navios", &path, "copy.lmd");
    let status = site.wait_for_units(2);
    assert_eq!(status.count("navios", "accepted", None), 2);
    let ids: std::collections::BTreeSet<String> =
        site.host.sent().into_iter().map(|row| row.row_id).collect();
    assert_eq!(ids.len() as u64, status.accepted_records(), "two files, two sets of rows");
}

#[test]
fn a_file_written_anew_is_read_again() {
    let site = Site::running();
    let path = site.put("navios", &fixture("navios/bead-qc"), "same.lmd");
    site.wait_for_units(1);
    std::fs::write(&path, std::fs::read(fixture("navios/gallios")).unwrap()).unwrap();
    let status = site.wait_for_units(2);
    assert_eq!(status.count("navios", "accepted", None), 2);
}
