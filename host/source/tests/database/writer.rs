//! The instrument's program: it waits for nobody, and finds nothing beside its database that it did not make.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use labrelay_source::TroubleKind;

use crate::lab::{JOURNALS, Journal, Lab, insert, open};

/// What a program that counts on having its database to itself may set; far below what a person would notice.
const WRITERS_PATIENCE: Duration = Duration::from_millis(100);

#[test]
fn a_writer_at_full_speed_is_never_kept_waiting_and_each_of_its_rows_is_read_once() {
    for journal in JOURNALS {
        let mut lab = Lab::new();
        let instrument = lab.instrument(journal);
        instrument.busy_timeout(WRITERS_PATIENCE).unwrap();
        let done = AtomicBool::new(false);
        let mut read = Vec::new();
        std::thread::scope(|scope| {
            let done = &done;
            scope.spawn(move || {
                let sql = "INSERT INTO qc (level, value) VALUES ('L1', 0.5)";
                for _ in 0..2000 {
                    instrument.execute(sql, []).expect("nobody is in its way");
                }
                done.store(true, Ordering::Relaxed);
            });
            while !done.load(Ordering::Relaxed) {
                read.extend(lab.collect());
            }
        });
        read.extend(lab.collect());
        assert_eq!(read, (1..=2000).collect::<Vec<i64>>(), "{journal:?}");
    }
}

#[test]
fn nothing_is_made_or_changed_beside_a_database() {
    for journal in JOURNALS {
        for closed in [false, true] {
            let mut lab = Lab::new();
            let instrument = lab.instrument(journal);
            insert(&instrument, 3);
            let instrument = (!closed).then_some(instrument);
            let before = lab.files();
            assert_eq!(lab.collect(), [1, 2, 3], "{journal:?}, closed: {closed}");
            let after = lab.files();
            let names = |files: &std::collections::BTreeMap<_, _>| files.keys().cloned().collect::<Vec<_>>();
            assert_eq!(names(&before), names(&after), "{journal:?}, closed: {closed}");
            let shm = lab.path("lab.db-shm"); // holds the locks' state of whoever reads
            assert!(before.iter().all(|(path, bytes)| *path == shm || after[path] == *bytes));
            drop(instrument);
        }
    }
}

#[test]
fn rows_that_stand_in_the_log_alone_are_read() {
    let mut lab = Lab::new();
    let instrument = lab.instrument(Journal::Wal);
    instrument.pragma_update(None, "wal_autocheckpoint", 0).unwrap();
    insert(&instrument, 3);
    assert_eq!(lab.collect(), [1, 2, 3]);
}

#[test]
fn a_database_that_was_left_in_the_middle_of_a_write_is_left_alone_until_its_program_mends_it() {
    for journal in JOURNALS {
        let mut lab = Lab::new();
        let instrument = lab.instrument(journal);
        insert(&instrument, 3);
        let transaction = instrument.unchecked_transaction().unwrap();
        instrument.pragma_update(None, "cache_size", 1).unwrap();
        let sql = "INSERT INTO qc (level) VALUES (printf('%.*c', 5000, 'x'))";
        for _ in 0..50 {
            instrument.execute(sql, []).unwrap();
        }
        // As after a power cut: of the shared memory nothing is left.
        let crashed = Lab::new();
        for ending in ["", "-journal", "-wal"] {
            let from = lab.path(&format!("lab.db{ending}"));
            if from.exists() {
                fs::copy(from, crashed.path(&format!("lab.db{ending}"))).unwrap();
            }
        }
        drop(transaction);
        lab = crashed;
        let before = lab.files();
        assert_eq!(lab.troubles(), [TroubleKind::HalfWritten], "{journal:?}");
        assert!(lab.read.is_empty());
        assert!(before == lab.files(), "{journal:?}");
        let instrument = open(&lab.path("lab.db"), journal);
        insert(&instrument, 1);
        assert_eq!(lab.collect(), [1, 2, 3, 4], "{journal:?}");
        assert!(lab.troubles().is_empty());
    }
}

#[test]
fn a_writer_that_keeps_the_database_to_itself_is_told_of_after_a_while() {
    let mut lab = Lab::new();
    let instrument = lab.instrument(Journal::Rollback);
    instrument.pragma_update(None, "locking_mode", "exclusive").unwrap();
    insert(&instrument, 3);
    assert!(lab.troubles().is_empty(), "a commit takes a moment");
    let troubles: Vec<_> = (0..10).flat_map(|_| lab.troubles()).collect();
    assert!(troubles.contains(&TroubleKind::InUse), "{troubles:?}");
    instrument.pragma_update(None, "locking_mode", "normal").unwrap();
    insert(&instrument, 1);
    assert_eq!(lab.collect(), [1, 2, 3, 4]);
    assert!(lab.troubles().is_empty());
}
