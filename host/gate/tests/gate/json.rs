//! Reading records from JSON: strictly, and without ever falling over.

use labrelay_gate::json::{MAX_LINE_BYTES, read_record};
use labrelay_model::Reason;
use proptest::prelude::*;

use crate::support::{BENCH, RUN_FIELDS, manifest, record, run_cells, time};
use labrelay_model::{Record, Value};

fn read(line: &str) -> Result<Record, (Reason, Option<String>)> {
    read_record(&manifest(BENCH), line.as_bytes())
        .map_err(|refusal| (refusal.reason, refusal.field.map(|field| field.to_string())))
}

fn fields(fields: &str) -> Result<Record, (Reason, Option<String>)> {
    read(&format!(r#"{{"stream":"run","fields":{fields}}}"#))
}

#[test]
fn reads_what_the_gate_writes() {
    let mut canonical = run_cells();
    canonical[6] = Some(Value::Float(12.5));
    assert_eq!(fields(RUN_FIELDS), Ok(record(0, canonical.clone())));
    assert_eq!(
        read(&format!(r#" {{ "fields" : {RUN_FIELDS} , "stream" : "run" }} "#)),
        Ok(record(0, canonical))
    );
}

#[test]
fn takes_a_time_with_any_offset() {
    let read = fields(r#"{"at":"2026-03-01T09:00:00.5+01:00"}"#).unwrap();
    assert_eq!(read.cells[1], Some(Value::Timestamp(time("2026-03-01T08:00:00.5Z"))));
}

#[test]
fn a_number_with_a_fraction_is_no_int_but_an_int_is_a_float() {
    assert_eq!(fields(r#"{"power":12}"#).unwrap().cells[6], Some(Value::Float(12.0)));
    assert_eq!(fields(r#"{"took":2}"#).unwrap().cells[2], Some(Value::Duration(2_000_000)));
    for bad in ["1.0", "1e2", "-0.5"] {
        assert_eq!(
            fields(&format!(r#"{{"events":{bad}}}"#)),
            Err((Reason::WrongType, Some("events".into())))
        );
    }
}

#[test]
fn a_value_has_the_json_type_of_its_field() {
    let wrong = [
        ("events", r#""5""#),
        ("power", r#""12.5""#),
        ("took", r#""61s""#),
        ("aborted", "1"),
        ("aborted", r#""true""#),
        ("stop", "1"),
        ("build", "4711"),
        ("instrument", "10042"),
        ("at", "1772352000"),
        ("at", r#""2026-03-01 08:00""#),
        ("software", "null"),
        ("power", "[1]"),
        ("power", r#"{"a":{"b":[]}}"#),
        ("events", "true"),
    ];
    for (field, value) in wrong {
        let refused = fields(&format!(r#"{{"{field}":{value}}}"#));
        assert_eq!(refused, Err((Reason::WrongType, Some(field.into()))), "{field} {value}");
    }
    assert_eq!(fields(r#"{"stop":"Time"}"#), Err((Reason::NotInValues, Some("stop".into()))));
}

#[test]
fn a_field_stands_once_and_is_declared() {
    let twice = fields(r#"{"events":1,"power":2,"events":1}"#);
    assert_eq!(twice, Err((Reason::DuplicateField, Some("events".into()))));
    let escaped = fields(r#"{"events":1,"\u0065vents":1}"#);
    assert_eq!(escaped, Err((Reason::DuplicateField, Some("events".into()))));
    assert_eq!(fields(r#"{"patient":"x"}"#), Err((Reason::UnknownField, None)), "its name is content");
}

#[test]
fn the_stream_is_declared() {
    assert_eq!(read(r#"{"stream":"runs","fields":{}}"#), Err((Reason::UnknownStream, None)));
}

#[test]
fn anything_but_the_documented_shape_is_malformed() {
    let deep = format!(r#"{{"stream":"run","fields":{}"#, "[".repeat(60_000));
    let bad = [
        "",
        "{}",
        "[]",
        "null",
        r#"["run",{}]"#,
        r#"{"stream":"run"}"#,
        r#"{"fields":{}}"#,
        r#"{"stream":1,"fields":{}}"#,
        r#"{"stream":"run","fields":[]}"#,
        r#"{"stream":"run","fields":null}"#,
        r#"{"stream":"run","fields":{}} x"#,
        r#"{"stream":"run","fields":{}}{}"#,
        r#"{"stream":"run","fields":{},"note":"x"}"#,
        r#"{"stream":"run","stream":"run","fields":{}}"#,
        r#"{"stream":"run","fields":{},"fields":{}}"#,
        r#"{"stream":"run","fields":{"events":1,}}"#,
        r#"{"stream":"run","fields":{"power":1e999}}"#,
        r#"{"stream":"run","fields":{"power":NaN}}"#,
        r#"{"stream":"run","fields":{"events":01}}"#,
        r#"{"stream":"run","fields":{"build":"\ud800"}}"#,
        r#"{"stream":"run","fields":{"build":"\x41"}}"#,
        r#"{"stream":"run","fields":{"build":"a"#,
        "{\"stream\":\"run\",\"fields\":{\"build\":\"a\nb\"}}",
        &deep,
    ];
    for line in bad {
        assert_eq!(read(line), Err((Reason::Malformed, None)), "{line:.60}");
    }
    let not_utf8 = b"{\"stream\":\"run\",\"fields\":{\"build\":\"\xff\"}}";
    assert_eq!(read_record(&manifest(BENCH), not_utf8).unwrap_err().reason, Reason::Malformed);
}

#[test]
fn huge_whole_numbers_are_refused() {
    assert_eq!(
        fields(r#"{"events":18446744073709551615}"#),
        Err((Reason::OutOfRange, Some("events".into())))
    );
    let beyond = "9".repeat(40);
    assert_eq!(fields(&format!(r#"{{"events":{beyond}}}"#)), Err((Reason::WrongType, Some("events".into()))));
    assert_eq!(fields(r#"{"took":1e300}"#), Err((Reason::OutOfRange, Some("took".into()))));
}

#[test]
fn a_line_is_bounded() {
    let line = format!(r#"{{"stream":"run","fields":{{}}{}}}"#, " ".repeat(MAX_LINE_BYTES));
    assert_eq!(read(&line), Err((Reason::OverBound, None)));
}

proptest! {
    #[test]
    fn hostile_bytes_are_refused_or_read_but_never_a_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
        at in any::<prop::sample::Index>(),
        keep in any::<bool>(),
    ) {
        let manifest = manifest(BENCH);
        let _ = read_record(&manifest, &bytes);
        let mut line = format!(r#"{{"stream":"run","fields":{RUN_FIELDS}}}"#).into_bytes();
        let at = at.index(line.len());
        let end = if keep { line.len().min(at + bytes.len()) } else { line.len() };
        line.splice(at..end, bytes);
        let _ = read_record(&manifest, &line);
    }
}
