//! A state folder put back from an old copy: numbers begin anew, and nothing is stuck.

use std::collections::BTreeSet;
use std::process::Command;

use labrelay_tests::site::Site;

use crate::{RECORDS_PER_FILE, ids_in_lake, put_many};

#[test]
fn a_restored_state_folder_delivers_again_under_a_new_epoch() {
    let mut site = Site::running();
    let copy = site.folder().join("copy");
    let state = site.host.config.state.clone();
    put_many(&site, 0, 2);
    let before = site.wait_for_units(2);
    site.host.stop();
    copy_folder(&state, &copy);

    site.host.start();
    put_many(&site, 2, 3);
    site.wait_for_units(5);
    let landed: BTreeSet<String> = site.host.sent().into_iter().map(|row| row.row_id).collect();
    site.host.stop();
    std::fs::remove_dir_all(&state).unwrap();
    copy_folder(&copy, &state);

    site.host.start();
    put_many(&site, 5, 1);
    let after = site.host.wait_for("all is read again and delivered", |status| {
        status.units() == 6 && status.waiting_batches() == 0
    });
    assert_ne!(after.epoch(), before.epoch());
    assert_eq!(after.delivery_trouble(), "");

    // What had landed after the copy was made is sent again: the host can't know. The row ids are the same, so the
    // committer leaves those rows out.
    let again: BTreeSet<String> = site.host.sent().into_iter().map(|row| row.row_id).collect();
    assert_eq!(again.len() as u64, 6 * RECORDS_PER_FILE);
    assert!(landed.is_subset(&again), "a record that was read again has another row id");
    site.wait_for_units(6);
    if let Some((rows, ids)) = ids_in_lake(&site) {
        assert_eq!((rows as u64, ids as u64), (6 * RECORDS_PER_FILE, 6 * RECORDS_PER_FILE));
    }
}

fn copy_folder(from: &std::path::Path, to: &std::path::Path) {
    let status = Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap();
    assert!(status.success());
}
