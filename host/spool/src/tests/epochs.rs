//! A new epoch keeps bytes and order, loses nothing, and can be interrupted.

use labrelay_model::{Epoch, Reason};

use super::support::{Site, alter_body, at, batches, read, records, stream};
use crate::layout::{META, META_EPOCH};

#[test]
fn batches_keep_their_bytes_and_get_numbers_from_1() {
    let site = Site::new();
    let spool = site.open();
    for n in 1..=200 {
        spool.commit(&records("bead_qc", n % 7 + 1)).unwrap();
    }
    spool.commit(&records("event", 1)).unwrap();
    for batch in batches(&spool, "bead_qc").iter().take(3) {
        spool.landed(&batch.id, at(1)).unwrap();
    }
    let (before, status) = (batches(&spool, "bead_qc"), spool.status().unwrap());
    let epoch = spool.new_epoch().unwrap();

    let after = batches(&spool, "bead_qc");
    assert_ne!(epoch, status.epoch);
    assert_eq!(after.iter().map(|batch| batch.id.seq.0).collect::<Vec<_>>(), (1..=197).collect::<Vec<_>>());
    for (old, new) in before.iter().zip(&after) {
        assert_eq!((&old.body, old.digest, old.committed_at), (&new.body, new.digest, new.committed_at));
        assert_eq!(new.id.epoch, epoch);
    }
    assert_eq!(crate::SpoolStatus { epoch, ..status }, spool.status().unwrap(), "the sums stay");
    assert!(!spool.landed(&before[0].id, at(2)).unwrap(), "an answer to the old epoch comes too late");
    spool.commit(&records("bead_qc", 1)).unwrap();
    assert_eq!(batches(&spool, "bead_qc").last().unwrap().id.seq.0, 198);
    assert_eq!(spool.sent().list(None, None).count(), 3);
}

#[test]
fn an_interrupted_move_is_finished_at_the_next_start() {
    let site = Site::new();
    let spool = site.open();
    for _ in 0..100 {
        spool.commit(&records("bead_qc", 1)).unwrap();
    }
    let before = batches(&spool, "bead_qc");
    drop(spool);
    begin_only(&site);
    let (spool, report) = site.try_open().unwrap();
    assert_eq!((report.moved, report.epoch), (100, Epoch([9; 16])));
    let after = batches(&spool, "bead_qc");
    assert!(before.iter().zip(&after).all(|(old, new)| old.body == new.body && old.id.seq == new.id.seq));
    assert_eq!(after.len(), 100);
}

#[test]
fn a_damaged_batch_does_not_stop_a_new_epoch() {
    let site = Site::new();
    for _ in 0..3 {
        site.open().commit(&records("bead_qc", 2)).unwrap();
    }
    let before = batches(&site.open(), "bead_qc");
    alter_body(&site, &before[1].id, |body| body[20] ^= 1);
    let spool = site.open();
    spool.new_epoch().unwrap();
    let after = batches(&spool, "bead_qc");
    assert_eq!(after.len(), 3);
    assert_eq!(read(&after[1]).0.tombstone, Some(Reason::DamagedInSpool));
    assert!(spool.next_batch(&stream("bead_qc"), Some(after[2].id.seq)).unwrap().is_none());
}

/// What a power cut right after the first step of `new_epoch` leaves.
fn begin_only(site: &Site) {
    let database = site.database();
    let txn = database.begin_write().unwrap();
    txn.open_table(META).unwrap().insert(META_EPOCH, [9u8; 16].as_slice()).unwrap();
    {
        let mut streams = txn.open_table(crate::layout::STREAMS).unwrap();
        let row = crate::stream::StreamRow::load(&streams, "navios.bead_qc").unwrap();
        row.renumbered().store(&mut streams, "navios.bead_qc").unwrap();
    }
    txn.commit().unwrap();
}
