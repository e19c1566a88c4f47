//! Accounts that close, and each way in which they may not.

use labrelay_model::{Epoch, GapCounts, GapKey, LedgerCounts, Timestamp};
use labrelay_spool::{ReadCount, RefusedCount, StreamAccount};

use super::*;

const EPOCH: Epoch = Epoch([1; 16]);

/// Five units read; ten records accepted, of which six landed, three wait and one was refused.
fn accounts() -> Accounts {
    let (family, source): (FamilyName, SourceName) = ("navios".parse().unwrap(), "listmode".parse().unwrap());
    let line = |outcome, units, records| {
        let stream = Some("bead_qc".parse().unwrap());
        let key = LedgerKey { family: family.clone(), source: source.clone(), stream, outcome };
        (key, LedgerCounts { units, records })
    };
    let gap = GapKey { family: family.clone(), source: source.clone(), reason: Reason::CutShort };
    let stream: StreamId = "navios.bead_qc".parse().unwrap();
    let reason = Reason::RefusedByReceiver;
    Accounts {
        read: vec![ReadCount { family: family.clone(), source: source.clone(), units: 5 }],
        ledger: vec![
            line(Outcome::Accepted, 2, 10),
            line(Outcome::Quarantined(Reason::NotInInventory), 2, 0),
            line(Outcome::Dropped(Reason::Empty), 1, 0),
        ],
        gaps: vec![(gap, GapCounts { gaps: 1, bytes: 70 })],
        streams: vec![StreamAccount { stream: stream.clone(), landed: 6, waiting: 3 }],
        refused: vec![RefusedCount { stream, reason, batches: 1, records: 1 }],
    }
}

fn marks() -> Vec<StreamMark> {
    let stream = "navios.bead_qc".parse().unwrap();
    vec![StreamMark { stream, epoch: EPOCH, landed: Some(Seq(4)), last: Some(Seq(6)) }]
}

fn receiver(epoch: Epoch, landed: u64) -> wire::Marks {
    let stream = "navios.bead_qc".parse().unwrap();
    let now = Timestamp::parse("2026-03-01T08:00:00Z").unwrap();
    wire::Marks { marks: vec![wire::Mark { stream, epoch, landed: Seq(landed) }], now }
}

#[test]
fn accounts_that_close_have_no_difference_and_gaps_stand_beside_them() {
    let ledger = Ledger::new(&accounts(), &marks());
    assert_eq!(ledger.differences, Vec::<String>::new());
    let source = &ledger.sources[0];
    assert_eq!((source.read, source.accepted, source.quarantined, source.dropped), (5, 2, 2, 1));
    assert_eq!((source.gaps[0].gaps, source.gaps[0].bytes, source.lines.len()), (1, 70, 3));
    let stream = &ledger.streams[0];
    assert_eq!((stream.accepted, stream.landed, stream.waiting, stream.refused), (10, 6, 3, 1));
}

#[test]
fn a_unit_that_ended_nowhere_and_a_record_that_is_nowhere_are_named() {
    let mut lost = accounts();
    lost.read[0].units = 6;
    let differences = Ledger::new(&lost, &marks()).differences;
    assert!(
        differences[0].starts_with("navios, listmode: 6 units were read, but 5 ended"),
        "{differences:?}"
    );

    let mut lost = accounts();
    lost.streams[0].landed = 5;
    let differences = Ledger::new(&lost, &marks()).differences;
    assert!(differences[0].starts_with("navios.bead_qc: 10 records were accepted, but 9"), "{differences:?}");
}

#[test]
fn a_receiver_may_be_ahead_and_is_told_on_when_it_has_forgotten() {
    let reconciled = |marks: wire::Marks| {
        let mut ledger = Ledger::new(&accounts(), &self::marks());
        ledger.reconcile(&marks, EPOCH);
        ledger.differences
    };
    assert_eq!(reconciled(receiver(EPOCH, 4)), Vec::<String>::new());
    assert_eq!(reconciled(receiver(EPOCH, 5)), Vec::<String>::new(), "not acknowledged yet");
    let behind = reconciled(receiver(EPOCH, 3));
    assert!(behind[0].contains("acknowledged batch 4, and holds those up to 3"), "{behind:?}");
    let gone = reconciled(receiver(Epoch([2; 16]), 9));
    assert!(gone[0].contains("holds none"), "{gone:?}");
}
