//! A commit is there whole, in order and after a restart, or not at all.

use labrelay_model::{GapCounts, GapKey, LedgerCounts, LedgerKey, Outcome, Reason, Seq};

use super::support::{Site, at, empty, input, lines, read, records, stream};
use crate::{Commit, CommitError, Committed};

fn counted(outcome: Outcome, units: u64, records: u64) -> (LedgerKey, LedgerCounts) {
    let (family, source) = ("navios".parse().unwrap(), "listmode".parse().unwrap());
    (LedgerKey { family, source, stream: None, outcome }, LedgerCounts { units, records })
}

#[test]
fn all_of_a_commit_is_there_after_a_restart() {
    let site = Site::new();
    let (family, source) = ("navios".parse().unwrap(), "listmode".parse().unwrap());
    let commit = Commit {
        lines: vec![lines("bead_qc", 3), lines("event", 2)],
        cursor: Some(b"position 17".to_vec()),
        seen: vec![("listmode".parse().unwrap(), input(1))],
        ledger: vec![counted(Outcome::Accepted, 2, 5)],
        ..empty()
    };
    let done = site.open().commit(&commit).unwrap();
    assert_eq!((done.batches, done.records), (2, 5));

    let (spool, report) = site.try_open().unwrap();
    assert!(!report.created && report.set_aside.is_none());
    assert_eq!(spool.cursor(&family).unwrap().unwrap(), b"position 17");
    assert!(spool.is_seen(&family, &source, &input(1)).unwrap());
    assert!(!spool.is_seen(&"dxflex".parse().unwrap(), &source, &input(1)).unwrap());
    assert_eq!(spool.ledger().unwrap(), commit.ledger);
    let status = spool.status().unwrap();
    assert_eq!((status.batches, status.records, status.bytes), (2, 5, done.bytes));
    assert_eq!(status.oldest, Some(at(0)));
    let batch = spool.next_batch(&stream("bead_qc"), None).unwrap().unwrap();
    let (header, body) = read(&batch);
    assert_eq!((header.records, header.stream_id(), batch.records), (3, stream("bead_qc"), 3));
    assert_eq!(body.as_bytes(), lines("bead_qc", 3).ndjson());
    assert_eq!(batch.id.epoch, report.epoch);
}

#[test]
fn numbers_run_from_1_without_a_hole_for_each_stream() {
    let site = Site::new();
    for _ in 0..3 {
        site.open()
            .commit(&Commit { lines: vec![lines("bead_qc", 5000), lines("event", 1)], ..empty() })
            .unwrap();
    }
    let spool = site.open();
    for (name, batches) in [("bead_qc", 6), ("event", 3)] {
        let (mut after, mut numbers) = (None, Vec::new());
        while let Some(batch) = spool.next_batch(&stream(name), after).unwrap() {
            after = Some(batch.id.seq);
            numbers.push(batch.id.seq.0);
        }
        assert_eq!(numbers, (1..=batches).collect::<Vec<_>>());
    }
    let names: Vec<_> = spool.streams_pending().unwrap();
    assert_eq!(names, [stream("bead_qc"), stream("event")]);
}

#[test]
fn a_full_spool_refuses_the_whole_commit_and_takes_it_after_a_landing() {
    let mut site = Site::new();
    let one = site.open().commit(&records("bead_qc", 10)).unwrap();
    site.config.max_bytes = one.bytes * 2;
    let spool = site.open();
    let commit = |cursor: &[u8]| Commit {
        lines: vec![lines("bead_qc", 10)],
        cursor: Some(cursor.to_vec()),
        ledger: vec![counted(Outcome::Accepted, 1, 10)],
        seen: vec![("listmode".parse().unwrap(), input(9))],
        ..empty()
    };
    spool.commit(&commit(b"second")).unwrap();
    let before = spool.ledger().unwrap();
    let refused = spool.commit(&Commit { seen: Vec::new(), ..commit(b"third") }).unwrap_err();
    assert!(matches!(refused, CommitError::Full { .. }), "{refused}");
    let family = "navios".parse().unwrap();
    assert_eq!(spool.cursor(&family).unwrap().unwrap(), b"second");
    assert_eq!(spool.ledger().unwrap(), before);
    let status = spool.status().unwrap();
    assert!(status.full && status.batches == 2);

    let drop_only = Commit { ledger: vec![counted(Outcome::Dropped(Reason::Empty), 1, 0)], ..empty() };
    assert_eq!(spool.commit(&drop_only).unwrap(), Committed { batches: 0, records: 0, bytes: 0 });
    let first = spool.next_batch(&stream("bead_qc"), None).unwrap().unwrap();
    assert!(spool.landed(&first.id, at(1)).unwrap());
    assert!(!spool.status().unwrap().full);
    spool.commit(&commit(b"third")).unwrap();
    assert_eq!(spool.next_batch(&stream("bead_qc"), Some(Seq(2))).unwrap().unwrap().id.seq, Seq(3));
}

#[test]
fn ledger_counts_add_up() {
    let site = Site::new();
    let spool = site.open();
    let quarantined = Outcome::Quarantined(Reason::OutOfRange);
    for _ in 0..3 {
        let ledger = vec![counted(Outcome::Accepted, 1, 4), counted(quarantined, 2, 0)];
        spool.commit(&Commit { ledger, ..empty() }).unwrap();
    }
    let sums = [counted(Outcome::Accepted, 3, 12), counted(quarantined, 6, 0)];
    assert_eq!(spool.ledger().unwrap(), sums);
}

#[test]
fn an_input_is_forgotten_90_days_after_it_was_last_present() {
    let site = Site::new();
    let spool = site.open();
    let (family, source) = ("navios".parse().unwrap(), "listmode".parse().unwrap());
    let seen = vec![("listmode".parse().unwrap(), input(1)), ("listmode".parse().unwrap(), input(2))];
    spool.commit(&Commit { seen, ..empty() }).unwrap();
    let day = |n: i64| at(n * 24 * 3600);
    let is_seen = |n| spool.is_seen(&family, &source, &input(n)).unwrap();
    assert_eq!(spool.touch_seen(&family, &source, [input(1), input(3)], day(50)).unwrap(), 0);
    assert_eq!(spool.touch_seen(&family, &source, [], day(89)).unwrap(), 0);
    assert_eq!(spool.touch_seen(&family, &source, [], day(90)).unwrap(), 1);
    assert!(is_seen(1) && !is_seen(2) && !is_seen(3));
    assert_eq!(spool.touch_seen(&family, &source, [], day(140)).unwrap(), 1);
}

#[test]
fn threads_commit_at_once_and_nothing_is_lost() {
    let site = Site::new();
    let spool = site.open();
    std::thread::scope(|scope| {
        for name in ["bead_qc", "event", "state", "bead_qc"] {
            let spool = &spool;
            scope.spawn(move || {
                for _ in 0..20 {
                    spool.commit(&records(name, 3)).unwrap();
                }
            });
        }
    });
    let status = spool.status().unwrap();
    assert_eq!((status.batches, status.records), (80, 240));
    assert_eq!(
        spool.marks().unwrap().iter().map(|mark| mark.last.unwrap().0).collect::<Vec<_>>(),
        [40, 20, 20]
    );
}

#[test]
fn gaps_add_up_beside_the_ledger() {
    let site = Site::new();
    let gap = |reason, gaps, bytes| {
        let key = GapKey { family: "navios".parse().unwrap(), source: "event_log".parse().unwrap(), reason };
        (key, GapCounts { gaps, bytes })
    };
    let spool = site.open();
    spool.commit(&Commit { gaps: vec![gap(Reason::Vanished, 1, 10)], ..empty() }).unwrap();
    spool
        .commit(&Commit { gaps: vec![gap(Reason::Vanished, 2, 5), gap(Reason::CutShort, 1, 7)], ..empty() })
        .unwrap();
    drop(spool);
    let spool = site.open();
    assert_eq!(spool.gaps().unwrap(), [gap(Reason::Vanished, 3, 15), gap(Reason::CutShort, 1, 7)]);
    assert!(spool.ledger().unwrap().is_empty());
}
