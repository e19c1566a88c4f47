//! A collector of a table: a row is a unit, and reading goes on behind the last one, whatever the host hands out by then.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // a failed helper is a failed test

use labrelay_abi::{FinishedOrNot, UnitOutcome};
use labrelay_collector::testing::{Harness, MemoryFile, PollReply, Site};
use labrelay_collector::*;
use labrelay_model::Value;

const MANIFEST: &[u8] = br#"
manifest: 1
family: results
title: Results
version: 1.0.0
sources:
  results: {kind: sqlite, pattern: "*.db", tables: {qc: {key: id, columns: [level]}}}
streams:
  result:
    about: qc
    description: One result.
    fields:
      level: {type: int, range: [0, 1000]}
"#;

struct Results;

impl Collector for Results {
    fn open(_: Settings, _: Option<State>) -> Result<Self, OpenError> {
        Ok(Self)
    }

    fn poll(&mut self, inputs: &mut Inputs<'_>, batch: &mut Batch<'_>) -> Result<(), PollError> {
        for mut input in inputs {
            let mut rows = input.rows();
            while !batch.is_full() {
                let Some(row) = rows.next(&mut input)? else {
                    input.finish();
                    break;
                };
                batch.record(input.unit(row.position()), "result")?.int("level", row.int("level")).push()?;
                input.set_position(row.next_position());
            }
        }
        Ok(())
    }

    fn rewind(&mut self, _: Option<State>) {}
}

/// Rows with these keys, each with its key as its level.
fn table(keys: impl IntoIterator<Item = i64>) -> MemoryFile {
    let row = |key: i64| format!("{{\"table\":\"qc\",\"key\":{key},\"row\":{{\"level\":{key}}}}}\n");
    MemoryFile::new("results", 1, keys.into_iter().map(row).collect::<String>())
}

fn harness(cursor: Option<Vec<u8>>) -> Harness<Results> {
    Harness::reopen(MANIFEST, Site { max_records: 3, ..Site::default() }, cursor).unwrap()
}

fn levels(harness: &Harness<Results>, reply: &PollReply) -> Vec<i64> {
    let level = |unit: &labrelay_collector::testing::Unit| match &unit.outcome {
        UnitOutcome::Records(records) => match harness.value(&records[0], "level") {
            Some(Value::Int(level)) => *level,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    reply.units.iter().map(level).collect()
}

#[test]
fn reading_goes_on_behind_the_last_row_although_others_have_come_and_gone() {
    let mut plugin = harness(None);
    let first = plugin.poll(&[table(1..8)]).unwrap();
    let taken = levels(&plugin, &first);
    let last = i64::try_from(taken.len()).unwrap();
    assert!(last < 7, "there is no room for all");
    let again = plugin.poll(&[table(1..8)]).unwrap();
    assert_eq!(levels(&plugin, &again), taken, "what was not committed comes again");
    plugin.commit(&again);

    let changed = || table((2..8).filter(|key| *key != last).chain([9]));
    let mut restarted = harness(Some(again.cursor.clone()));
    for plugin in [&mut plugin, &mut restarted] {
        let mut rest = Vec::new();
        loop {
            let reply = plugin.poll(&[changed()]).unwrap();
            rest.extend(levels(plugin, &reply));
            plugin.commit(&reply);
            if reply.inputs[0].finished == FinishedOrNot::Finished {
                break;
            }
        }
        assert_eq!(rest, (last + 1..8).chain([9]).collect::<Vec<_>>());
    }
}
