//! What is accepted has one form: read again and judged again it gives the same bytes.

use labrelay_gate::json::read_record;
use labrelay_gate::{AcceptedRecord, Gate, Verdict, batch};
use labrelay_model::{Cell, Record, RowId, Timestamp, Value};
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use std::sync::Arc;

use crate::batch::pack;
use crate::support::{BENCH, SERIAL, gate, now, record, text};

/// Cells that mostly pass, with ends of ranges and some beyond.
fn cells() -> impl Strategy<Value = Vec<Cell>> {
    let maybe = |value: BoxedStrategy<Value>| weighted(0.98, value).boxed();
    let texts = |pattern: &'static str| pattern.prop_map(|value: String| text(&value)).boxed();
    let at = (0i64..1_772_539_200_000_000).prop_filter_map("in range", Timestamp::from_micros);
    [
        maybe(Just(text(SERIAL)).boxed()),
        maybe(at.prop_map(Value::Timestamp).boxed()),
        maybe((0i64..=3_600_000_000).prop_map(Value::Duration).boxed()),
        maybe(texts("[0-9]{3,6}")),
        maybe(texts("[AB]{1,2}[ \"\\\\]?[0-9]{0,2}")),
        maybe(texts("v?[0-9](\\.[0-9]{1,6}){1,3}")),
        maybe((-100.1f64..100.1).prop_map(Value::Float).boxed()),
        maybe((-6i64..=1_000_001).prop_map(Value::Int).boxed()),
        maybe(any::<bool>().prop_map(Value::Bool).boxed()),
        maybe((0u16..4).prop_map(Value::Enum).boxed()),
    ]
    .to_vec()
}

fn accept(gate: &Gate, record: Record) -> Option<AcceptedRecord> {
    match gate.check(record, now()) {
        Verdict::Accepted(record) => Some(record),
        _ => None,
    }
}

#[test]
fn most_generated_records_pass() {
    let (gate, mut runner) = (gate(BENCH), proptest::test_runner::TestRunner::deterministic());
    let accepted = (0..200).filter(|_| {
        let cells = cells().new_tree(&mut runner).unwrap().current();
        accept(&gate, record(0, cells)).is_some()
    });
    assert!(accepted.count() > 50, "the properties below would say nothing");
}

proptest! {
    #[test]
    fn an_accepted_record_reads_again_to_the_same_line(cells in cells()) {
        let gate = gate(BENCH);
        let Some(first) = accept(&gate, record(0, cells)) else { return Ok(()) };
        let line = first.to_json();
        let read = read_record(gate.manifest(), line.as_bytes()).unwrap();
        let second = accept(&gate, read).unwrap();
        prop_assert_eq!(second.to_json(), line);
        prop_assert_eq!(second, first);
    }

    #[test]
    fn accepted_records_pass_the_second_check(rows in proptest::collection::vec(cells(), 1..8)) {
        let gate = Arc::new(gate(BENCH));
        let rows = rows.into_iter().filter_map(|cells| accept(&gate, record(0, cells)));
        let rows: Vec<_> = (1u128..).map(|id| RowId(id.to_be_bytes())).zip(rows).collect();
        if rows.is_empty() {
            return Ok(());
        }
        let header = batch::check(|_, _| Some(Arc::clone(&gate)), &pack(&gate, &rows), now()).unwrap();
        prop_assert_eq!(usize::try_from(header.records).unwrap(), rows.len());
    }
}
