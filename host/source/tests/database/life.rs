//! What may happen to a database: rows deleted and changed, files restored, emptied, replaced, copied and compacted.

use std::collections::BTreeSet;
use std::fs;

use crate::lab::{JOURNALS, Journal, Lab, SETTLE, Then, insert, open, table};

#[test]
fn deleted_rows_are_missed_by_nobody_and_the_rest_goes_on() {
    let mut lab = Lab::new();
    let instrument = lab.instrument(Journal::Wal);
    insert(&instrument, 40);
    assert_eq!(lab.collect().len(), 40);
    instrument.execute("DELETE FROM qc WHERE id < 39", []).unwrap();
    insert(&instrument, 1);
    assert_eq!(lab.collect(), [41]);
}

#[test]
fn an_emptied_table_whose_keys_begin_again_is_read_from_its_start() {
    let mut lab = Lab::new();
    let instrument = lab.instrument(Journal::Rollback);
    insert(&instrument, 5);
    lab.collect();
    instrument.execute("DELETE FROM qc", []).unwrap();
    instrument.execute("INSERT INTO qc (level) VALUES ('new')", []).unwrap();
    insert(&instrument, 7);
    assert_eq!(lab.collect(), [1, 2, 3, 4, 5, 6, 7, 8], "although the keys have passed the last one");
}

#[test]
fn a_key_that_is_given_again_is_another_row() {
    let mut lab = Lab::new();
    let instrument = lab.instrument(Journal::Rollback);
    insert(&instrument, 5);
    lab.collect();
    instrument.execute("DELETE FROM qc WHERE id = 5", []).unwrap();
    instrument.execute("INSERT INTO qc (level) VALUES ('other')", []).unwrap();
    assert_eq!(lab.collect(), [5]);
    assert_eq!(lab.read.last().unwrap().1["row"]["level"], "other");
}

#[test]
fn a_row_that_changes_after_it_was_read_is_not_read_again() {
    let mut lab = Lab::new();
    let instrument = lab.instrument(Journal::Wal);
    insert(&instrument, 5);
    lab.collect();
    instrument.execute("UPDATE qc SET level = 'changed' WHERE id = 3", []).unwrap();
    insert(&instrument, 1);
    assert_eq!(lab.collect(), [6]);
}

/// Puts a backup of 30 rows in the place of a database with `more` rows, to which its program then adds two.
fn restored(journal: Journal, more: usize) -> (Lab, BTreeSet<String>) {
    let mut lab = Lab::new();
    let instrument = lab.instrument(journal);
    insert(&instrument, 30);
    lab.collect();
    drop(instrument);
    fs::copy(lab.path("lab.db"), lab.path("backup")).unwrap();
    let instrument = open(&lab.path("lab.db"), journal);
    insert(&instrument, more);
    assert_eq!(lab.collect().len(), more);
    let before = lab.row_names();
    drop(instrument);
    fs::remove_file(lab.path("lab.db")).unwrap();
    fs::copy(lab.path("backup"), lab.path("lab.db")).unwrap();
    insert(&open(&lab.path("lab.db"), journal), 2);
    (lab, before)
}

#[test]
fn a_restored_backup_goes_on_behind_its_last_row() {
    for journal in JOURNALS {
        let (mut lab, before) = restored(journal, 4);
        assert_eq!(lab.collect(), [31, 32], "{journal:?}: other rows than those that had these keys");
        assert_eq!(lab.row_names().len(), before.len() + 2);
    }
}

#[test]
fn rows_of_an_old_backup_are_read_again_under_the_same_names() {
    for journal in JOURNALS {
        let (mut lab, before) = restored(journal, 40);
        assert_eq!(lab.collect(), (2..=32).collect::<Vec<i64>>(), "{journal:?}");
        assert_eq!(lab.row_names().len(), before.len() + 2);
    }
}

#[test]
fn a_database_that_is_compacted_into_another_file_goes_on() {
    let mut lab = Lab::new();
    let instrument = lab.instrument(Journal::Rollback);
    insert(&instrument, 30);
    lab.collect();
    lab.restart();
    let compact = lab.path("compact");
    instrument.execute("VACUUM INTO ?1", [compact.to_str().unwrap()]).unwrap();
    drop(instrument);
    fs::rename(compact, lab.path("lab.db")).unwrap();
    insert(&open(&lab.path("lab.db"), Journal::Rollback), 1);
    assert_eq!(lab.collect(), [31]);
}

#[test]
fn a_copy_beside_it_is_not_read_again_and_another_database_is() {
    let mut lab = Lab::new();
    let instrument = lab.instrument(Journal::Rollback);
    insert(&instrument, 10);
    lab.collect();
    fs::copy(lab.path("lab.db"), lab.path("copy.db")).unwrap();
    assert!(lab.collect().is_empty());
    let other = open(&lab.path("other.db"), Journal::Rollback);
    other.execute_batch(crate::lab::CREATE).unwrap();
    other.execute("INSERT INTO qc (level) VALUES ('mine')", []).unwrap();
    assert_eq!(lab.collect(), [1]);
    assert_ne!(lab.read[0].0, lab.read[10].0, "rows of two databases share no names");
}

#[test]
fn without_its_memory_it_reads_everything_again_under_the_same_names() {
    let mut lab = Lab::new();
    let instrument = lab.instrument(Journal::Wal);
    insert(&instrument, 10);
    lab.collect();
    let names = lab.row_names();
    lab.forget_all();
    insert(&instrument, 1);
    assert_eq!(lab.collect().len(), 11);
    assert_eq!(lab.row_names().len(), names.len() + 1);
}

#[test]
fn a_manifest_that_declares_another_column_does_not_begin_anew() {
    let mut lab = Lab::new();
    let instrument = lab.instrument(Journal::Wal);
    insert(&instrument, 10);
    lab.collect();
    lab.config.tables = vec![table("qc", "id", &["level"])];
    lab.restart();
    insert(&instrument, 1);
    assert_eq!(lab.collect(), [11]);
}

#[test]
fn a_table_that_is_declared_no_more_is_forgotten() {
    let mut lab = Lab::new();
    let instrument = lab.instrument(Journal::Wal);
    insert(&instrument, 1);
    lab.collect();
    lab.config.tables = vec![table("patients", "id", &["id"])];
    lab.restart();
    assert_eq!(lab.source.unsaved().tables.len(), 1);
    lab.collect();
    assert!(lab.source.unsaved().tables.is_empty());
}

#[test]
fn rows_that_were_seen_and_are_gone_before_they_were_read_are_a_gap() {
    let mut lab = Lab::with(SETTLE, vec![table("qc", "id", &["level"])]);
    let instrument = lab.instrument(Journal::Rollback);
    insert(&instrument, 3);
    lab.scan();
    lab.poll(Then::Commit);
    instrument.execute("DELETE FROM qc WHERE id > 1", []).unwrap();
    lab.now += SETTLE;
    for _ in 0..3 {
        lab.scan();
        lab.poll(Then::Commit);
        lab.now += SETTLE;
    }
    assert_eq!((lab.read.len(), &lab.gaps[..]), (1, &["cut_short"][..]), "told once, and the rest is read");
    insert(&instrument, 1);
    lab.scan();
    lab.poll(Then::Commit);
    drop(instrument);
    fs::remove_file(lab.path("lab.db")).unwrap();
    lab.scan();
    lab.poll(Then::Commit);
    assert_eq!(lab.gaps, ["cut_short", "vanished"]);
}

#[test]
fn rows_that_wait_in_a_database_that_is_replaced_are_read_and_no_gap() {
    let mut lab = Lab::with(SETTLE, vec![table("qc", "id", &["level"])]);
    let instrument = lab.instrument(Journal::Rollback);
    insert(&instrument, 3);
    lab.scan();
    lab.poll(Then::Commit);
    instrument.execute("VACUUM INTO ?1", [lab.path("next").to_str().unwrap()]).unwrap();
    drop(instrument);
    fs::rename(lab.path("next"), lab.path("lab.db")).unwrap();
    for _ in 0..2 {
        lab.scan();
        lab.poll(Then::Commit);
        lab.now += SETTLE;
    }
    assert_eq!((lab.read.len(), lab.gaps.len()), (3, 0));
}
