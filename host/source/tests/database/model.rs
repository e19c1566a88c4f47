//! Whatever is done to a database, in whatever order: what stands in it in the end has been read.

use std::collections::BTreeSet;
use std::fs;

use proptest::prelude::*;
use rusqlite::Connection;

use crate::lab::{Journal, Lab, Then, insert, open};

#[derive(Debug, Clone)]
enum Deed {
    Insert(usize),
    DeleteNewest(usize),
    DeleteOldest(usize),
    Clear,
    /// Keeps a copy as it is now.
    BackUp,
    /// Puts that copy in the place of the database.
    Restore,
    /// Into another file, which takes its place.
    Compact,
    Look(Then),
    RestartHost,
    ForgetAll,
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let deed = prop_oneof![
        6 => (1_usize..30).prop_map(Deed::Insert),
        2 => (1_usize..30).prop_map(Deed::DeleteNewest),
        2 => (1_usize..30).prop_map(Deed::DeleteOldest),
        1 => Just(Deed::Clear),
        1 => Just(Deed::BackUp),
        1 => Just(Deed::Restore),
        1 => Just(Deed::Compact),
        6 => Just(Deed::Look(Then::Commit)),
        2 => Just(Deed::Look(Then::Lose)),
        2 => Just(Deed::RestartHost),
        1 => Just(Deed::ForgetAll),
    ];
    prop::collection::vec(deed, 1..30)
}

fn do_it(lab: &mut Lab, instrument: &mut Connection, deed: &Deed) {
    let delete = |order: &str, count: usize| {
        let sql = format!("DELETE FROM qc WHERE id IN (SELECT id FROM qc ORDER BY id {order} LIMIT {count})");
        instrument.execute(&sql, []).unwrap();
    };
    match deed {
        Deed::Insert(count) => insert(instrument, *count),
        Deed::DeleteNewest(count) => delete("DESC", *count),
        Deed::DeleteOldest(count) => {
            // One that was never read, and that a backup brings back below others that were, is not seen.
            lab.collect();
            delete("ASC", *count);
        }
        Deed::Clear => delete("ASC", usize::MAX >> 1),
        Deed::BackUp => drop(fs::copy(lab.path("lab.db"), lab.path("backup")).unwrap()),
        Deed::Restore if lab.path("backup").exists() => {
            fs::copy(lab.path("backup"), lab.path("next")).unwrap();
            replace(lab, instrument);
        }
        Deed::Restore => {}
        Deed::Compact => {
            instrument.execute("VACUUM INTO ?1", [lab.path("next").to_str().unwrap()]).unwrap();
            replace(lab, instrument);
        }
        Deed::Look(then) => {
            lab.scan();
            lab.poll(*then);
        }
        Deed::RestartHost => lab.restart(),
        Deed::ForgetAll => lab.forget_all(),
    }
}

/// Windows renames nothing to a file that is open.
fn replace(lab: &Lab, instrument: &mut Connection) {
    *instrument = Connection::open_in_memory().unwrap();
    fs::rename(lab.path("next"), lab.path("lab.db")).unwrap();
    *instrument = open(&lab.path("lab.db"), Journal::Rollback);
}

/// Key and value of every row that is there now.
fn rows(instrument: &Connection) -> BTreeSet<(i64, String)> {
    let mut statement = instrument.prepare("SELECT id, value FROM qc").unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, f64>(1)?.to_string()))).unwrap();
    rows.map(Result::unwrap).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_there_has_been_read(deeds in deeds()) {
        let mut lab = Lab::new();
        let mut instrument = lab.instrument(Journal::Rollback);
        for deed in &deeds {
            do_it(&mut lab, &mut instrument, deed);
        }
        lab.collect();
        let read: BTreeSet<(i64, String)> = lab
            .read
            .iter()
            .map(|(_, row)| (row["key"].as_i64().unwrap(), row["row"]["value"].as_f64().unwrap().to_string()))
            .collect();
        let missed: Vec<_> = rows(&instrument).difference(&read).cloned().collect();
        prop_assert!(missed.is_empty(), "{missed:?}");
    }

    /// Without restoring, and with a host that keeps its memory, no row is read twice.
    #[test]
    fn nothing_is_read_twice(deeds in deeds()) {
        let mut lab = Lab::new();
        let mut instrument = lab.instrument(Journal::Rollback);
        for deed in deeds.iter().filter(|deed| !matches!(deed, Deed::Restore | Deed::ForgetAll | Deed::DeleteNewest(_))) {
            do_it(&mut lab, &mut instrument, deed);
        }
        lab.collect();
        prop_assert_eq!(lab.row_names().len(), lab.read.len());
    }
}
