//! The sent journal shows what left, exactly, and stays within its bounds.

use std::time::Duration;

use super::support::{Site, at, batches, lines, records};
use crate::Spool;

fn land(spool: &Spool, count: i64) {
    for n in 0..count {
        spool.commit(&records("bead_qc", 2)).unwrap();
        let batch = batches(spool, "bead_qc").remove(0);
        spool.landed(&batch.id, at(n)).unwrap();
    }
}

#[test]
fn what_left_is_listed_shown_and_exported() {
    let site = Site::new();
    land(&site.open(), 3);
    let spool = site.open();
    let all: Vec<_> = spool.sent().list(None, None).map(Result::unwrap).collect();
    let told: Vec<_> = all.iter().map(|entry| (entry.landed_at, entry.id.seq.0, entry.records)).collect();
    assert_eq!(told, [(at(0), 1, 2), (at(1), 2, 2), (at(2), 3, 2)]);
    let shown = spool.sent().show(&all[1].id).unwrap().unwrap();
    assert!(shown.ends_with(lines("bead_qc", 2).ndjson()));
    let some: Vec<_> = spool.sent().export(Some(at(1)), Some(at(2))).map(Result::unwrap).collect();
    assert_eq!(some, [(all[1].clone(), Some(shown))]);
    assert_eq!(spool.sent().list(Some(at(2)), Some(at(1))).count(), 0);
}

#[test]
fn a_pending_batch_is_not_in_the_journal() {
    let site = Site::new();
    let spool = site.open();
    spool.commit(&records("bead_qc", 1)).unwrap();
    let batch = batches(&spool, "bead_qc").remove(0);
    assert_eq!(spool.sent().show(&batch.id).unwrap(), None);
}

#[test]
fn the_oldest_go_when_the_journal_is_too_large() {
    let mut site = Site::new();
    land(&site.open(), 10);
    let status = site.open().status().unwrap();
    assert_eq!(status.sent_batches, 10);
    site.config.journal_max_bytes = status.sent_bytes / 2;
    let spool = site.open();
    let left: Vec<_> = spool.sent().list(None, None).map(|entry| entry.unwrap().id.seq.0).collect();
    assert_eq!(left, [6, 7, 8, 9, 10]);
    assert!(spool.status().unwrap().sent_bytes <= site.config.journal_max_bytes);
    land(&spool, 1);
    assert_eq!(spool.status().unwrap().sent_batches, 5);
}

#[test]
fn they_go_when_they_are_too_old_and_leave_no_body_behind() {
    use redb::{ReadableDatabase, ReadableTableMetadata};
    let mut site = Site::new();
    site.config.journal_max_age = Duration::from_secs(100);
    let spool = site.open();
    land(&spool, 10);
    spool.commit(&records("event", 1)).unwrap();
    assert_eq!(spool.sent().purge(at(105)).unwrap(), 5);
    assert_eq!(spool.sent().purge(at(500)).unwrap(), 5);
    let status = spool.status().unwrap();
    assert_eq!((status.sent_batches, status.sent_bytes), (0, 0));
    drop(spool);
    let database = site.database();
    let txn = database.begin_read().unwrap();
    assert_eq!(txn.open_table(crate::layout::BODIES).unwrap().len().unwrap(), 1, "the pending one stays");
}
