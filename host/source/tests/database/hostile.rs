//! Files that are no database, or another one than declared, or made to harm: told, survived, and tried again.

use std::fs;
use std::time::Duration;

use labrelay_source::{Finding, TroubleKind};
use proptest::prelude::*;

use crate::lab::{Journal, Lab, insert, table};

#[test]
fn what_is_no_database_is_told_until_it_is_one() {
    let mut lab = Lab::new();
    fs::write(lab.path("lab.db"), "not a database").unwrap();
    assert_eq!(lab.troubles(), [TroubleKind::NotADatabase]);
    assert_eq!(lab.troubles(), [TroubleKind::NotADatabase]);
    fs::remove_file(lab.path("lab.db")).unwrap();
    insert(&lab.instrument(Journal::Wal), 1);
    assert_eq!(lab.collect(), [1]);
    assert!(lab.troubles().is_empty());
}

#[test]
fn a_file_with_nothing_in_it_yet_is_no_trouble() {
    let mut lab = Lab::new();
    fs::write(lab.path("lab.db"), "").unwrap();
    assert!(lab.troubles().is_empty());
}

/// Tables that are not as declared, and what `labrelay check` says of each.
#[test]
fn another_table_than_declared_is_named_and_the_others_are_read() {
    let declared = [
        table("nowhere", "id", &["a"]),
        table("qc", "id", &["level", "operator"]),
        table("named", "name", &["name"]),
        table("indexed", "n", &["n"]),
        table("seen", "id", &["name"]),
        table("pages", "rowid", &["body"]),
        table("whole", "id", &["a"]),
    ];
    let mut lab = Lab::with(Duration::ZERO, declared.to_vec());
    let instrument = lab.instrument(Journal::Rollback);
    instrument
        .execute_batch(
            "CREATE TABLE named (name TEXT PRIMARY KEY) WITHOUT ROWID;
             CREATE TABLE indexed (n INTEGER UNIQUE);
             CREATE VIEW seen AS SELECT id, name FROM patients;
             CREATE VIRTUAL TABLE pages USING fts5(body);
             INSERT INTO pages VALUES ('Jane Doe');
             CREATE TABLE whole (id INTEGER PRIMARY KEY, a);
             INSERT INTO whole VALUES (7, 1);",
        )
        .unwrap();
    assert_eq!(lab.collect(), [7]);
    assert_eq!(lab.troubles(), [TroubleKind::TableMissing]);
    let examined = lab.config.examine(lab.now);
    assert_eq!(examined.databases, 1);
    assert_eq!(
        examined.findings,
        [
            Finding::NoTable("nowhere".into()),
            Finding::NoColumn("qc".into(), "operator".into()),
            Finding::NoKey("named".into(), "name".into()),
            Finding::NoKey("indexed".into(), "n".into()),
            Finding::NoTable("seen".into()),
            Finding::NoTable("pages".into()),
        ]
    );
}

/// A table of which each row costs as much as `steps` copies of a text of so many characters.
fn slow(rows: usize, steps: usize, characters: usize) -> Lab {
    let lab = Lab::with(Duration::ZERO, vec![table("slow", "id", &["a"])]);
    let sum = vec!["length(replace(b, 'a', 'c'))"; steps].join(" + ");
    lab.instrument(Journal::Rollback)
        .execute_batch(&format!(
            "CREATE TABLE slow (id INTEGER PRIMARY KEY, b TEXT, a AS ({sum}));
             INSERT INTO slow (b) SELECT printf('%.*c', {characters}, 'a') FROM
               (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) SELECT i FROM n)"
        ))
        .unwrap();
    lab
}

#[test]
fn a_column_that_is_computed_in_too_many_steps_is_told_and_not_read() {
    let mut lab = slow(1, 400, 10);
    assert_eq!(lab.troubles(), [TroubleKind::TooSlow]);
    assert!(lab.read.is_empty());
}

#[test]
fn rows_that_take_long_come_in_small_parts() {
    let mut lab = slow(50, 2, 100_000);
    assert_eq!(lab.collect().len(), 50);
    assert!(lab.troubles().is_empty());
}

/// A database with 200 rows as it lies on disk, some of them in its log alone; copied, so that nobody has it open.
fn lying_still(journal: Journal) -> Lab {
    let (from, to) = (Lab::new(), Lab::new());
    let instrument = from.instrument(journal);
    insert(&instrument, 200);
    for ending in ["", "-wal", "-shm"] {
        let name = format!("lab.db{ending}");
        if from.path(&name).exists() {
            fs::copy(from.path(&name), to.path(&name)).unwrap();
        }
    }
    to
}

/// Bytes put anywhere into the file of this ending, which is then cut.
fn spoil(lab: &Lab, ending: &str, spoilt: &[(usize, u8)], length: usize) {
    let path = lab.path(&format!("lab.db{ending}"));
    let Ok(mut bytes) = fs::read(&path) else { return };
    for (at, byte) in spoilt {
        let end = bytes.len().max(1);
        if let Some(place) = bytes.get_mut(at % end) {
            *place = *byte;
        }
    }
    bytes.truncate(length);
    fs::write(path, bytes).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever stands in the files: rows or a trouble, and no harm.
    #[test]
    fn a_spoilt_database_harms_nobody(
        journal in prop::sample::select(&crate::lab::JOURNALS),
        ending in prop::sample::select(&["", "-wal", "-shm"]),
        spoilt in prop::collection::vec((any::<usize>(), any::<u8>()), 1..40),
        length in prop_oneof![Just(usize::MAX), 0_usize..40_000],
    ) {
        let mut lab = lying_still(journal);
        spoil(&lab, ending, &spoilt, length);
        for _ in 0..3 {
            lab.scan();
            lab.poll(crate::lab::Then::Commit);
        }
    }
}

#[test]
fn a_database_that_lies_still_with_its_log_is_read() {
    for journal in crate::lab::JOURNALS {
        assert_eq!(lying_still(journal).collect().len(), 200, "{journal:?}");
    }
}
