//! A small collector under the harness: what an author may rely on, and what tells them of a mistake.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // a failed helper is a failed test

use labrelay_abi::{FinishedOrNot, PollReply, UnitOutcome};
use labrelay_collector::testing::{Harness, MemoryFile, Site};
use labrelay_collector::*;
use labrelay_model::Value;

const MANIFEST: &[u8] = br#"
manifest: 1
family: tally
title: A tally
version: 1.0.0
sources:
  log: {kind: folder, pattern: "*.txt", settle: 1s}
streams:
  mark:
    about: instrument
    description: One mark.
    fields:
      number: {type: int, range: [0, 1000]}
      state: {type: enum, values: [idle, busy]}
      code: {type: code, pattern: "[A-Z]{1,4}", optional: true}
"#;

/// Reads one byte at a time: each is a unit, and says what to do. Keeps its place in each input.
struct Tally {
    marks: u8,
}

impl Collector for Tally {
    const STATE_VERSION: u32 = 3;
    const OLDEST_STATE_VERSION: u32 = 2;

    fn open(_: Settings, state: Option<State>) -> Result<Self, OpenError> {
        Ok(Self { marks: state.map_or(0, |state| state.bytes[0]) })
    }

    fn poll(&mut self, inputs: &mut Inputs<'_>, batch: &mut Batch<'_>) -> Result<(), PollError> {
        for mut input in inputs {
            while input.position() < input.size() && !batch.is_full() {
                let mut byte = [0];
                let at = input.position();
                input.read_at(at, &mut byte).unwrap();
                self.mark(byte[0], input.unit(Position(at)), batch)?;
                input.set_position(at + 1);
            }
            if input.position() == input.size() {
                input.finish();
            }
        }
        batch.set_state([self.marks])
    }

    fn rewind(&mut self, state: Option<State>) {
        self.marks = state.map_or(0, |state| state.bytes[0]);
    }
}

impl Tally {
    fn mark(&mut self, byte: u8, unit: Unit, batch: &mut Batch<'_>) -> Result<(), PollError> {
        let number = i64::from(self.marks);
        match byte {
            b'r' => {
                self.marks += 1;
                let record = batch.record(unit, "mark")?.int("number", number);
                record.choice("state", "busy").text("code", None).push()
            }
            b'w' => batch.record(unit, "mark")?.int("number", 1).choice("state", "asleep").push(),
            b'l' => {
                batch.record(unit, "mark")?.int("number", 1).text("code", "X".repeat(70_000).as_str()).push()
            }
            b'b' => (0..5000).try_for_each(|_| batch.record(unit, "mark")?.int("number", 1).push()),
            b't' => {
                batch.record(unit, "mark")?.int("number", 1).push()?;
                batch.refuse(unit, Reason::Truncated, b"raw")
            }
            b'S' => batch.record(unit, "marks").map(drop),
            b'F' => batch.record(unit, "mark")?.int("nunber", 1).push(),
            b'T' => batch.record(unit, "mark")?.float("number", 1.0).push(),
            _ => batch.drop_units(unit, Reason::Empty, 1),
        }
    }
}

fn harness() -> Harness<Tally> {
    Harness::open(MANIFEST, Site::default()).unwrap()
}

fn file(text: &str) -> [MemoryFile; 1] {
    [MemoryFile::new("log", 1, text)]
}

fn poll(text: &str) -> PollReply {
    harness().poll(&file(text)).unwrap()
}

fn complaint(text: &str) -> String {
    harness().poll(&file(text)).unwrap_err().to_string()
}

#[test]
fn fields_stand_in_the_manifests_order_and_absent_ones_are_left_out() {
    let mut harness = harness();
    let reply = harness.poll(&file("r")).unwrap();
    let UnitOutcome::Records(records) = &reply.units[0].outcome else { panic!("{reply:?}") };
    assert!(records[0].cells == [Some(Value::Int(0)), Some(Value::Enum(1)), None]);
    assert!(harness.value(&records[0], "state") == Some(&Value::Enum(1)));
    assert_eq!(reply.inputs[0].finished, FinishedOrNot::Finished);
}

#[test]
fn a_word_that_is_not_declared_is_for_the_gate_to_refuse() {
    let reply = poll("w");
    let UnitOutcome::Records(records) = &reply.units[0].outcome else { panic!("{reply:?}") };
    assert!(records[0].cells[1] == Some(Value::Enum(u16::MAX)));
}

#[test]
fn what_an_input_holds_is_refused_and_never_an_error() {
    let reasons: Vec<_> = poll("ltb.")
        .units
        .into_iter()
        .map(|unit| match unit.outcome {
            UnitOutcome::Refused(reason, raw) => (reason, raw.0.len()),
            UnitOutcome::Dropped(reason, _) => (reason, 0),
            UnitOutcome::Records(_) => panic!("records"),
        })
        .collect();
    let expected = [(Reason::TooLong, 0), (Reason::Truncated, 3), (Reason::OverBound, 0), (Reason::Empty, 0)];
    assert_eq!(reasons, expected);
}

#[test]
fn an_authors_mistake_names_stream_and_field() {
    assert!(complaint("S").contains("`marks`"));
    let unknown = complaint("F");
    assert!(unknown.contains("`nunber`") && unknown.contains("`mark`"), "{unknown}");
    let wrong = complaint("T");
    assert!(wrong.contains("`number`") && wrong.contains("int"), "{wrong}");
}

#[test]
fn a_full_batch_goes_on_at_the_next_poll_and_a_lost_reply_is_given_again() {
    let site = Site { max_records: 100, ..Site::default() };
    let mut harness = Harness::<Tally>::open(MANIFEST, site).unwrap();
    let files = file(&"r".repeat(150));
    let (mut seen, mut polls) = (0, 0);
    loop {
        let lost = harness.poll(&files).unwrap();
        let reply = harness.poll(&files).unwrap();
        assert_eq!(reply, lost, "not committed, so given again");
        harness.commit(&reply);
        assert!(reply.seen > 0 && reply.seen <= 100);
        (seen, polls) = (seen + reply.seen, polls + 1);
        if reply.inputs[0].finished == FinishedOrNot::Finished {
            break;
        }
    }
    assert_eq!(seen, 150);
    assert!(polls > 1);
}

#[test]
fn a_restart_goes_on_at_the_committed_cursor() {
    let site = || Site { max_records: 40, ..Site::default() };
    let files = file(&"r".repeat(60));
    let first = Harness::<Tally>::open(MANIFEST, site()).unwrap().poll(&files).unwrap();
    let mut again = Harness::<Tally>::reopen(MANIFEST, site(), Some(first.cursor.clone())).unwrap();
    let second = again.poll(&files).unwrap();
    assert_eq!(second.units[0].position, Position(first.seen));
}

#[test]
fn state_of_a_version_that_the_collector_cannot_read_is_refused() {
    struct Newer;
    impl Collector for Newer {
        const STATE_VERSION: u32 = 9;
        const OLDEST_STATE_VERSION: u32 = 4;
        fn open(_: Settings, _: Option<State>) -> Result<Self, OpenError> {
            Ok(Self)
        }
        fn poll(&mut self, _: &mut Inputs<'_>, _: &mut Batch<'_>) -> Result<(), PollError> {
            Ok(())
        }
        fn rewind(&mut self, _: Option<State>) {}
    }
    let cursor = poll("r").cursor;
    let refused = Harness::<Newer>::reopen(MANIFEST, Site::default(), Some(cursor)).err().unwrap();
    assert!(refused.to_string().contains("StateTooOld { found: 3 }"), "{refused}");
}
