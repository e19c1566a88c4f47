//! What the gate remembers is saved with the commit that it was learned from, and in one life of the spool only.

use redb::ReadableDatabase as _;

use super::support::{Site, batches, empty, records};
use crate::layout::{CURSORS, GATE_STATE};
use crate::{Commit, SpoolError};

fn remembering(state: &[u8]) -> Commit {
    Commit { gate_state: Some(state.to_vec()), ..records("bead_qc", 1) }
}

#[test]
fn it_is_there_again_after_a_restart_and_stays_until_it_is_replaced() {
    let site = Site::new();
    let family = "navios".parse().unwrap();
    assert_eq!(site.open().gate_state(&family).unwrap(), None);
    site.open().commit(&remembering(b"five")).unwrap();
    site.open().commit(&records("bead_qc", 1)).unwrap();
    assert_eq!(site.open().gate_state(&family).unwrap().unwrap(), b"five");
    site.open().commit(&remembering(b"six")).unwrap();
    assert_eq!(site.open().gate_state(&family).unwrap().unwrap(), b"six");
    assert_eq!(site.open().gate_state(&"dxflex".parse().unwrap()).unwrap(), None);
}

#[test]
fn a_new_epoch_forgets_it() {
    let site = Site::new();
    let spool = site.open();
    spool.commit(&remembering(b"five")).unwrap();
    spool.new_epoch().unwrap();
    assert_eq!(spool.gate_state(&"navios".parse().unwrap()).unwrap(), None);
}

#[test]
fn a_state_that_is_not_this_family_s_is_an_error() {
    let site = Site::new();
    site.open().commit(&Commit { cursor: Some(b"17".to_vec()), ..remembering(b"five") }).unwrap();
    let database = site.database();
    let txn = database.begin_write().unwrap();
    {
        let mut states = txn.open_table(GATE_STATE).unwrap();
        let cursor = txn.open_table(CURSORS).unwrap().remove("navios").unwrap().unwrap().value().to_vec();
        let state = states.insert("navios", cursor.as_slice()).unwrap().unwrap().value().to_vec();
        states.insert("dxflex", state.as_slice()).unwrap();
    }
    txn.commit().unwrap();
    drop(database);
    let spool = site.open();
    for family in ["navios", "dxflex"] {
        let error = spool.gate_state(&family.parse().unwrap()).unwrap_err();
        assert!(matches!(error, SpoolError::Row { table: "gate_state" }), "{family}: {error}");
    }
}

#[test]
fn a_spool_of_an_earlier_build_gets_the_table() {
    let site = Site::new();
    site.open().commit(&records("bead_qc", 1)).unwrap();
    let database = site.database();
    let txn = database.begin_write().unwrap();
    assert!(txn.delete_table(GATE_STATE).unwrap());
    txn.commit().unwrap();
    assert!(database.begin_read().unwrap().open_table(GATE_STATE).is_err());
    drop(database);
    let (spool, report) = site.try_open().unwrap();
    assert!(report.set_aside.is_none());
    assert_eq!(spool.gate_state(&"navios".parse().unwrap()).unwrap(), None);
    assert_eq!(batches(&spool, "bead_qc").len(), 1);
    spool.commit(&Commit { lines: Vec::new(), ..remembering(b"five") }).unwrap();
    spool.commit(&empty()).unwrap();
    assert_eq!(spool.gate_state(&"navios".parse().unwrap()).unwrap().unwrap(), b"five");
}
