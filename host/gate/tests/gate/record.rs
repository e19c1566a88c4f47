//! Rules of a record as a whole, and what the gate's answers show.

use labrelay_gate::{LineWriter, Verdict};
use labrelay_model::{Cell, Reason, Record, RowId, Value};

use crate::support::{BENCH, RUN_FIELDS, gate, now, record, run_cells, text, tube_cells};

fn refusal(record: Record) -> (Reason, Option<String>) {
    match gate(BENCH).check(record, now()) {
        Verdict::Quarantined { refusal, .. } => {
            (refusal.reason, refusal.field.map(|field| field.to_string()))
        }
        other => panic!("not quarantined: {other:?}"),
    }
}

fn run_with(at: usize, cell: Cell) -> Record {
    let mut cells = run_cells();
    cells[at] = cell;
    record(0, cells)
}

#[test]
fn a_record_that_is_as_declared_passes() {
    let Verdict::Accepted(accepted) = gate(BENCH).check(record(0, run_cells()), now()) else {
        panic!("refused");
    };
    assert_eq!(accepted.to_json(), format!(r#"{{"stream":"run","fields":{RUN_FIELDS}}}"#));
    let values: Vec<_> = accepted.fields().map(|(field, value)| (field.name.as_str(), value)).collect();
    assert_eq!(values[6], ("power", Some(&Value::Float(12.5))));
    assert_eq!(values[8], ("aborted", None));
    assert_eq!(accepted.stream().to_string(), "bench.run");
}

#[test]
fn only_optional_fields_may_be_absent() {
    assert_eq!(refusal(run_with(9, None)), (Reason::MissingField, Some("stop".into())));
    assert!(matches!(gate(BENCH).check(run_with(5, None), now()), Verdict::Accepted(_)));
}

#[test]
fn there_are_as_many_cells_as_fields() {
    let mut cells = run_cells();
    cells.push(None);
    assert_eq!(refusal(record(0, cells)), (Reason::UnknownField, None));
    let mut cells = run_cells();
    cells.pop();
    assert_eq!(refusal(record(0, cells)), (Reason::MissingField, None));
    assert_eq!(refusal(record(0, vec![])), (Reason::MissingField, None));
}

#[test]
fn the_stream_is_declared() {
    assert_eq!(refusal(record(2, run_cells())), (Reason::UnknownStream, None));
    assert_eq!(refusal(record(u16::MAX, vec![])), (Reason::UnknownStream, None));
}

#[test]
fn a_specimen_is_checked_and_never_accepted() {
    let tube = |power| gate(BENCH).check(record(1, tube_cells(power)), now());
    assert!(matches!(tube(5.0), Verdict::Specimen(_)));
    assert!(!format!("{:?}", tube(5.0)).contains('5'), "its values show nowhere");
    assert!(matches!(tube(500.0), Verdict::Quarantined { .. }));
}

#[test]
fn a_quarantined_record_is_given_back_and_nothing_shows_its_content() {
    let secret = "Jane-Doe-1962";
    let verdict = gate(BENCH).check(run_with(3, Some(text(secret))), now());
    let Verdict::Quarantined { refusal, record } = &verdict else { panic!("accepted") };
    assert_eq!(record.cells[3], Some(text(secret)));
    assert_eq!(refusal.to_string(), "too_long in field build");
    assert!(!format!("{verdict:?} {refusal:?}").contains("Jane"));
    let sealed = labrelay_gate::json::unchecked_line(gate(BENCH).manifest(), record);
    assert!(String::from_utf8(sealed.0.clone()).unwrap().contains(secret), "for the sealed quarantine");
    assert!(!format!("{sealed:?}").contains("Jane"));
}

#[test]
fn a_quarantined_record_is_read_back_as_it_was() {
    let manifest = gate(BENCH).manifest().clone();
    let mut sparse = record(0, run_cells());
    for at in 0..sparse.cells.len() {
        let line = labrelay_gate::json::unchecked_line(&manifest, &sparse);
        assert_eq!(labrelay_gate::json::read_record(&manifest, &line.0), Ok(sparse.clone()));
        sparse.cells[at] = None;
    }
    let strange = record(7, vec![Some(text("x")), None]);
    let line = labrelay_gate::json::unchecked_line(&manifest, &strange);
    assert_eq!(line.0, br##"{"stream":"#7","fields":{"#0":"x"}}"##);
}

#[test]
fn lines_of_several_streams_are_kept_apart() {
    let bench = gate(BENCH);
    let other = gate(
        &BENCH
            .replace("  tube:\n    about: specimen", "  tube:\n    about: qc")
            .replace("    aggregate: {every: 1h, at_least: 5}\n", "")
            .replace(", as: [mean]", ""),
    );
    let accepted = |verdict| if let Verdict::Accepted(record) = verdict { record } else { panic!("refused") };
    let run = accepted(bench.check(record(0, run_cells()), now()));
    let tube = accepted(other.check(record(1, tube_cells(5.0)), now()));
    let mut writer = LineWriter::new();
    writer.push(&run, RowId([0xab; 16]));
    writer.push(&tube, RowId([1; 16]));
    writer.push(&run, RowId([2; 16]));
    let bytes = writer.bytes();
    let lines = writer.finish();
    assert_eq!(lines.iter().map(|lines| lines.ndjson().len()).sum::<usize>(), bytes);
    let shown: Vec<_> = lines.iter().map(|lines| (lines.stream().to_string(), lines.records())).collect();
    assert_eq!(shown, [("bench.run".into(), 2), ("bench.tube".into(), 1)]);
    let first = format!("{{\"row_id\":\"{}\",\"fields\":{RUN_FIELDS}}}\n", "ab".repeat(16));
    assert!(lines[0].ndjson().starts_with(first.as_bytes()));
}
