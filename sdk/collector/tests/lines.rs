//! A collector of a text log: a line is a unit, whatever its encoding and line ends, and however many polls it takes.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // a failed helper is a failed test

use labrelay_abi::{FinishedOrNot, UnitOutcome};
use labrelay_collector::testing::{Harness, MemoryFile, Site};
use labrelay_collector::*;
use labrelay_model::Value;

const MANIFEST: &str = r#"
manifest: 1
family: logger
title: A logger
version: 1.0.0
sources:
  log: {kind: folder, pattern: "*.log", encoding: ENCODING}
streams:
  line:
    about: instrument
    description: One line.
    fields:
      characters: {type: int, range: [0, 1000]}
"#;

struct Logger;

impl Collector for Logger {
    fn open(_: Settings, _: Option<State>) -> Result<Self, OpenError> {
        Ok(Self)
    }

    fn poll(&mut self, inputs: &mut Inputs<'_>, batch: &mut Batch<'_>) -> Result<(), PollError> {
        for mut input in inputs {
            let mut lines = input.lines();
            while !batch.is_full()
                && let Some(line) = lines.next(&mut input).unwrap()
            {
                match line {
                    Line::Text { position, text } => {
                        batch
                            .record(input.unit(position), "line")?
                            .int("characters", text.chars().count() as i64)
                            .push()?;
                    }
                    Line::TooLong { position } => {
                        batch.drop_units(input.unit(position), Reason::Truncated, 1)?
                    }
                }
                input.set_position(lines.position());
            }
            if input.position() == input.size() {
                input.finish();
            }
        }
        Ok(())
    }

    fn rewind(&mut self, _: Option<State>) {}
}

/// All values of all polls, with room for two records in each.
fn characters(encoding: &str, bytes: Vec<u8>) -> Vec<i64> {
    let manifest = MANIFEST.replace("ENCODING", encoding);
    let site = Site { max_records: 2, ..Site::default() };
    let mut harness = Harness::<Logger>::open(manifest.as_bytes(), site).unwrap();
    let file = MemoryFile::new("log", 1, bytes);
    let mut characters = Vec::new();
    loop {
        let reply = harness.poll(std::slice::from_ref(&file)).unwrap();
        for unit in &reply.units {
            let UnitOutcome::Records(records) = &unit.outcome else { panic!("{reply:?}") };
            let Some(Value::Int(number)) = harness.value(&records[0], "characters") else {
                panic!("{reply:?}")
            };
            characters.push(*number);
        }
        harness.commit(&reply);
        if reply.inputs.iter().any(|input| input.finished == FinishedOrNot::Finished) {
            return characters;
        }
    }
}

#[test]
fn the_manifest_declares_how_lines_are_read() {
    let text = "bereit\r\nläuft\nwartet\rfertig";
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let page: Vec<u8> = text.chars().map(|character| character as u8).collect(); // Latin-1 is Unicode's beginning
    for (encoding, bytes) in [("utf-8", text.into()), ("utf-16be", utf16), ("windows-1252", page)] {
        assert_eq!(characters(encoding, bytes), [6, 5, 6, 6], "{encoding}");
    }
}
