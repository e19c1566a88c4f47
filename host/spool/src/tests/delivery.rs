//! A batch leaves only when it has landed; what is refused leaves its number to a tombstone.

use labrelay_model::{Reason, Seq};

use super::support::{MARKER, Site, at, batches, read, records, stream};
use crate::{RefusedCount, SpoolError};

#[test]
fn a_batch_is_given_again_with_the_same_bytes_until_it_has_landed() {
    let site = Site::new();
    site.open().commit(&records("bead_qc", 2)).unwrap();
    let first = batches(&site.open(), "bead_qc");
    assert_eq!(first, batches(&site.open(), "bead_qc"));
    let spool = site.open();
    assert!(spool.landed(&first[0].id, at(1)).unwrap());
    assert!(!spool.landed(&first[0].id, at(2)).unwrap(), "told twice");
    assert!(batches(&spool, "bead_qc").is_empty() && spool.streams_pending().unwrap().is_empty());
    let status = spool.status().unwrap();
    assert_eq!((status.bytes, status.batches, status.records, status.oldest), (0, 0, 0, None));
}

#[test]
fn marks_tell_how_far_all_has_landed() {
    let site = Site::new();
    let spool = site.open();
    for _ in 0..3 {
        spool.commit(&records("bead_qc", 1)).unwrap();
    }
    let pending = batches(&spool, "bead_qc");
    let mark = || spool.marks().unwrap().remove(0);
    assert_eq!((mark().landed, mark().last), (None, Some(Seq(3))));
    spool.landed(&pending[1].id, at(1)).unwrap();
    assert_eq!(mark().landed, None, "number 1 is still missing");
    spool.landed(&pending[0].id, at(1)).unwrap();
    assert_eq!(mark().landed, Some(Seq(2)));
    spool.landed(&pending[2].id, at(1)).unwrap();
    assert_eq!((mark().landed, mark().last), (Some(Seq(3)), Some(Seq(3))));
}

#[test]
fn a_refused_batch_becomes_a_tombstone_and_is_counted() {
    let site = Site::new();
    let spool = site.open();
    for _ in 0..2 {
        spool.commit(&records("bead_qc", 4)).unwrap();
    }
    let first = batches(&spool, "bead_qc").remove(0);
    assert!(spool.refused(&first.id, Reason::SecondCheck, at(5)).unwrap());

    let after = batches(&spool, "bead_qc");
    assert_eq!(after.iter().map(|batch| batch.id.seq.0).collect::<Vec<_>>(), [1, 2], "no hole");
    let (header, lines) = read(&after[0]);
    assert_eq!((header.records, header.tombstone), (0, Some(Reason::SecondCheck)));
    assert!(lines.is_empty());
    assert_eq!(spool.status().unwrap().records, 4);
    let counted =
        RefusedCount { stream: stream("bead_qc"), reason: Reason::SecondCheck, batches: 1, records: 4 };
    assert_eq!(spool.refused_counts().unwrap(), [counted]);
    let again = spool.refused(&first.id, Reason::RefusedByReceiver, at(6)).unwrap_err();
    assert!(matches!(again, SpoolError::TombstoneRefused { .. }));
    assert!(spool.landed(&after[0].id, at(7)).unwrap(), "a tombstone lands like any other batch");
}

#[test]
fn peeking_shows_the_lines_of_all_that_would_leave() {
    let site = Site::new();
    let spool = site.open();
    spool.commit(&records("event", 1)).unwrap();
    spool.commit(&records("bead_qc", 2)).unwrap();
    spool.commit(&records("bead_qc", 3)).unwrap();
    let seen: Vec<_> = spool.peek().map(Result::unwrap).collect();
    let names: Vec<_> = seen.iter().map(|peeked| (peeked.id.stream.to_string(), peeked.records)).collect();
    assert_eq!(
        names,
        [("navios.bead_qc".into(), 2), ("navios.bead_qc".into(), 3), ("navios.event".into(), 1)]
    );
    let text = String::from_utf8(seen[1].ndjson.clone().unwrap()).unwrap();
    assert_eq!((text.lines().count(), text.matches(MARKER).count()), (4, 3));
    assert!(!format!("{:?} {:?}", seen, batches(&spool, "event")).contains(MARKER));
}
