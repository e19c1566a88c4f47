//! What is read of a database, and in which form.

use std::time::Duration;

use serde_json::{Value, json};

use crate::lab::{JOURNALS, Journal, Lab, SETTLE, Then, insert, table};

#[test]
fn rows_come_in_the_order_of_their_keys_and_once() {
    for journal in JOURNALS {
        let mut lab = Lab::new();
        let instrument = lab.instrument(journal);
        assert!(lab.collect().is_empty());
        insert(&instrument, 3);
        assert_eq!(lab.collect(), [1, 2, 3], "{journal:?}");
        assert!(lab.collect().is_empty());
        insert(&instrument, 2);
        assert_eq!(lab.collect(), [4, 5], "{journal:?}");
        instrument.execute("INSERT INTO qc VALUES (7, 'L1', 1.5, 'Jane Doe')", []).unwrap();
        assert_eq!(lab.collect(), [7]);
        let row = json!({"table": "qc", "key": 7, "row": {"level": "L1", "value": 1.5}});
        assert_eq!(lab.read[5].1, row);
    }
}

#[test]
fn what_was_not_committed_comes_again_and_after_a_restart_nothing_else_does() {
    let mut lab = Lab::new();
    let instrument = lab.instrument(Journal::Wal);
    insert(&instrument, 3);
    lab.scan();
    assert_eq!(lab.poll(Then::Lose), 3);
    assert_eq!(lab.poll(Then::Commit), 3);
    lab.restart();
    insert(&instrument, 1);
    assert_eq!(lab.collect(), [4]);
}

#[test]
fn a_large_table_comes_in_bounded_parts_with_a_rest_for_its_writer_between() {
    let mut lab = Lab::new();
    let instrument = lab.instrument(Journal::Rollback);
    insert(&instrument, 2500);
    lab.scan();
    while lab.read.len() < 2500 {
        let part = lab.poll(Then::Commit);
        assert!((1..=1000).contains(&part), "{part}");
        assert_eq!(lab.poll(Then::Commit), 0, "the next part comes with the next scan");
        assert_eq!(lab.scan().complete, lab.read.len() == 2500);
    }
}

#[test]
fn a_row_is_read_once_it_has_stood_there_for_long_enough() {
    let mut lab = Lab::with(SETTLE, vec![table("qc", "id", &["level"])]);
    let instrument = lab.instrument(Journal::Wal);
    insert(&instrument, 1);
    lab.scan();
    assert_eq!(lab.poll(Then::Commit), 0);
    instrument.execute("UPDATE qc SET level = 'complete'", []).unwrap();
    insert(&instrument, 1);
    lab.now += SETTLE;
    lab.scan();
    assert_eq!(lab.poll(Then::Commit), 1, "the second one has to stand as well");
    assert_eq!(lab.read[0].1["row"]["level"], "complete");
    lab.scan();
    assert_eq!(lab.poll(Then::Commit), 0);
    lab.now += SETTLE;
    lab.scan();
    assert_eq!(lab.poll(Then::Commit), 1);
}

#[test]
fn every_type_has_its_form_and_what_is_too_long_is_not_loaded() {
    let mut lab = Lab::with(Duration::ZERO, vec![table("odd \"one\"", "ROWID", &["a b", "c"])]);
    let instrument = lab.instrument(Journal::Rollback);
    instrument
        .execute_batch(
            "CREATE TABLE \"odd \"\"one\"\"\" (\"a b\", c);
             INSERT INTO \"odd \"\"one\"\"\" VALUES
               (NULL, -9223372036854775808), (x'00ff', 1e999), (-1e999, CAST(x'c3' AS TEXT)),
               ('äöü' || char(0) || 'x', zeroblob(70000)), (printf('%.*c', 20000, 'a'), 0.5)",
        )
        .unwrap();
    lab.collect();
    let rows: Vec<&Value> = lab.read.iter().map(|(_, line)| &line["row"]).collect();
    assert_eq!(
        rows,
        [
            &json!({"a b": null, "c": i64::MIN}),
            &json!({"a b": {"blob": "00ff"}, "c": {"real": "inf"}}),
            &json!({"a b": {"real": "-inf"}, "c": "\u{fffd}"}),
            &json!({"a b": "äöü\u{0}x", "c": {"too_long": 70_000}}),
            &json!({"a b": {"too_long": 20_000}, "c": 0.5}),
        ]
    );
}

#[test]
fn a_row_whose_values_are_too_long_together_keeps_its_numbers() {
    let columns = ["n", "a", "b", "c", "d"];
    let mut lab = Lab::with(Duration::ZERO, vec![table("wide", "id", &columns)]);
    let instrument = lab.instrument(Journal::Rollback);
    instrument
        .execute_batch(
            "CREATE TABLE wide (id INTEGER PRIMARY KEY, n, a, b, c, d);
             INSERT INTO wide SELECT 1, 7, x, x, x, x FROM (SELECT printf('%.*c', 16000, 'a') AS x)",
        )
        .unwrap();
    lab.collect();
    let long = json!({"too_long": 16_000});
    assert_eq!(lab.read[0].1["row"], json!({"n": 7, "a": long, "b": long, "c": long, "d": long}));
}

#[test]
fn a_database_in_utf_16_reads_like_any_other() {
    let mut lab = Lab::new();
    let instrument = crate::lab::open(&lab.path("lab.db"), Journal::Rollback);
    instrument.execute_batch("PRAGMA encoding = 'UTF-16le'").unwrap();
    instrument.execute_batch(crate::lab::CREATE).unwrap();
    instrument.execute("INSERT INTO qc (level) VALUES ('Röhre 激光')", []).unwrap();
    lab.collect();
    assert_eq!(lab.read[0].1["row"]["level"], "Röhre 激光");
}

#[test]
fn several_tables_are_read_as_of_one_moment_and_each_on_its_own() {
    let mut lab =
        Lab::with(Duration::ZERO, vec![table("qc", "id", &["level"]), table("lasers", "rowid", &["power"])]);
    let instrument = lab.instrument(Journal::Wal);
    instrument.execute_batch("CREATE TABLE lasers (power REAL)").unwrap();
    insert(&instrument, 2);
    instrument.execute_batch("INSERT INTO lasers VALUES (12.5)").unwrap();
    lab.collect();
    let tables: Vec<_> = lab.read.iter().map(|(_, row)| row["table"].as_str().unwrap()).collect();
    assert_eq!(tables, ["qc", "qc", "lasers"]);
    assert_ne!(lab.read[0].0, lab.read[2].0, "rows of two tables share no names");
}

#[test]
fn the_widest_table_is_read_and_so_is_a_column_behind_a_huge_blob() {
    let names: Vec<String> = (0..64).map(|number| format!("c{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut lab =
        Lab::with(Duration::ZERO, vec![table("wide", "id", &names), table("scans", "id", &["name"])]);
    let instrument = lab.instrument(Journal::Wal);
    instrument
        .execute_batch(&format!(
            "CREATE TABLE wide (id INTEGER PRIMARY KEY, {0}); INSERT INTO wide ({0}) VALUES (1{1});
             CREATE TABLE scans (id INTEGER PRIMARY KEY, scan BLOB, name TEXT);
             INSERT INTO scans VALUES (1, zeroblob(8000000), 'first')",
            names.join(", "),
            ", 1".repeat(63)
        ))
        .unwrap();
    lab.collect();
    assert_eq!(lab.read[0].1["row"]["c63"], 1);
    assert_eq!(lab.read[1].1["row"], json!({"name": "first"}));
}
