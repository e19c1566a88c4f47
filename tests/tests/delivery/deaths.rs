//! Power cuts: of the receiver, of the host, in the middle of the work.

use labrelay_tests::site::Site;

use crate::{RECORDS_PER_FILE, assert_each_once, ids_in_lake, put_many};

/// Enough that they come in many polls of 64 and several batches.
const FILES: u64 = 600;

#[test]
fn a_receiver_that_dies_in_the_middle_loses_and_doubles_nothing() {
    let mut site = Site::running();
    for round in 0..4 {
        let first = round * FILES / 4;
        put_many(&site, first, FILES / 8);
        site.host.wait_for("some of this round was read", |status| status.units() > first);
        site.receiver.kill();
        put_many(&site, first + FILES / 8, FILES / 8);
        site.host.wait_for("nobody listens", |status| !status.delivery_trouble().is_empty());
        site.receiver.start();
    }
    all_is_there_once(&site);
}

#[test]
fn a_host_that_dies_in_the_middle_loses_and_doubles_nothing() {
    let mut site = Site::running();
    put_many(&site, 0, FILES);
    for round in 1..4 {
        site.host.wait_for("some more was read", |status| status.units() >= round * FILES / 6);
        site.host.kill();
        site.host.start();
    }
    all_is_there_once(&site);
}

fn all_is_there_once(site: &Site) {
    let status = site.wait_for_units(FILES);
    assert_eq!(status.units(), FILES, "a file was counted twice");
    assert_eq!(status.accepted_records(), FILES * RECORDS_PER_FILE);
    assert_eq!(site.receiver.rows(), FILES * RECORDS_PER_FILE);
    assert_each_once(&site.host.sent());
    if let Some((rows, ids)) = ids_in_lake(site) {
        assert_eq!((rows, ids), ((FILES * RECORDS_PER_FILE) as usize, rows), "rows and distinct ids");
    }
}
