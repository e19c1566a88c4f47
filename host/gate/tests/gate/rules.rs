//! Each rule of a value: that it fires, and that the value beside it passes.

use labrelay_gate::{Gate, Site};
use labrelay_model::{Reason, Timestamp, Value};

use crate::support::{SERIAL, gate_of, judge, judge_by, now, text, time};

#[test]
fn an_int_stays_in_its_range() {
    let field = "{type: int, range: [-5, 10]}";
    assert_eq!(judge(field, Value::Int(-5)), Ok("-5".into()));
    assert_eq!(judge(field, Value::Int(10)), Ok("10".into()));
    assert_eq!(judge(field, Value::Int(-6)), Err(Reason::OutOfRange));
    assert_eq!(judge(field, Value::Int(11)), Err(Reason::OutOfRange));
    assert_eq!(judge(field, Value::Int(i64::MIN)), Err(Reason::OutOfRange));
}

#[test]
fn a_float_stays_in_its_range_before_and_after_rounding() {
    let field = "{type: float, unit: mW, range: [0, 0.96], decimals: 1}";
    assert_eq!(judge(field, Value::Float(0.94)), Ok("0.9".into()));
    assert_eq!(judge(field, Value::Float(0.955)), Err(Reason::OutOfRange), "rounds to 1.0");
    assert_eq!(judge(field, Value::Float(0.97)), Err(Reason::OutOfRange));
    assert_eq!(judge(field, Value::Float(-0.01)), Err(Reason::OutOfRange), "though it rounds to 0");
}

#[test]
fn a_float_is_rounded_and_has_no_minus_zero() {
    let field = "{type: float, unit: mW, range: [-100, 100], decimals: 2}";
    for (number, canonical) in
        [(12.504, "12.5"), (12.506, "12.51"), (-0.0, "0"), (-0.004, "0"), (-0.006, "-0.01"), (100.0, "100")]
    {
        assert_eq!(judge(field, Value::Float(number)), Ok(canonical.into()));
    }
}

#[test]
fn a_float_is_finite() {
    let field = "{type: float, unit: mW, range: [-100, 100], decimals: 2}";
    for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(judge(field, Value::Float(number)), Err(Reason::NotFinite));
    }
    assert_eq!(judge(field, Value::Float(f64::MAX)), Err(Reason::OutOfRange));
    assert_eq!(judge(field, Value::Float(f64::MIN_POSITIVE)), Ok("0".into()));
}

#[test]
fn a_time_lies_between_2000_and_tomorrow() {
    let field = "{type: timestamp}";
    let judge_time = |time: Timestamp| judge(field, Value::Timestamp(time));
    assert_eq!(judge_time(time("2000-01-01T00:00:00Z")), Ok("\"2000-01-01T00:00:00Z\"".into()));
    assert_eq!(judge_time(time("1999-12-31T23:59:59.999999Z")), Err(Reason::TimeOutOfWindow));
    let tomorrow = now().saturating_add_micros(24 * 3600 * 1_000_000);
    assert_eq!(judge_time(tomorrow), Ok("\"2026-03-03T12:00:00Z\"".into()));
    assert_eq!(judge_time(tomorrow.saturating_add_micros(1)), Err(Reason::TimeOutOfWindow));
}

#[test]
fn a_duration_stays_in_its_range_and_is_written_in_seconds() {
    let field = "{type: duration, range: [1s, 1h], decimals: 3}";
    assert_eq!(judge(field, Value::Duration(1_000_000)), Ok("1".into()));
    assert_eq!(judge(field, Value::Duration(1_000_501)), Ok("1.001".into()));
    assert_eq!(judge(field, Value::Duration(3_600_000_000)), Ok("3600".into()));
    assert_eq!(judge(field, Value::Duration(999_999)), Err(Reason::OutOfRange));
    assert_eq!(judge(field, Value::Duration(3_600_000_001)), Err(Reason::OutOfRange));
}

#[test]
fn an_enum_is_one_of_its_words() {
    let field = "{type: enum, values: [time, user]}";
    assert_eq!(judge(field, Value::Enum(1)), Ok("\"user\"".into()));
    assert_eq!(judge(field, Value::Enum(2)), Err(Reason::NotInValues));
}

#[test]
fn a_version_is_digits_and_dots() {
    let field = "{type: version}";
    for good in ["1.2", "v1.2", "1.2.3.4", "123456.1.12345.1", "1.02.003"] {
        assert_eq!(judge(field, text(good)), Ok(format!("\"{good}\"")));
    }
    for bad in [
        "",
        "v",
        "1",
        "v1",
        ".1",
        "1.",
        "1..2",
        "1.2.3.4.5",
        "1.1234567",
        "1.x",
        "V1.0",
        "vv1.0",
        "-1.0",
        "+1.0",
    ] {
        assert_eq!(judge(field, text(bad)), Err(Reason::PatternMismatch), "{bad}");
    }
    assert_eq!(judge(field, text("1.2 ")), Err(Reason::NotPrintableAscii));
    assert_eq!(judge(field, text(&"1".repeat(29))), Err(Reason::TooLong));
}

#[test]
fn a_version_is_no_address_date_or_phone_number() {
    let field = "{type: version}";
    for good in [
        "2.6.0.105",
        "2.4.0.28",
        "10.0.19045.2965",
        "10.8.1",
        "32.13.1999",
        "1.2000.3",
        "2024.13.13",
        "123456.1",
        "1.00003.20057",
    ] {
        assert_eq!(judge(field, text(good)), Ok(format!("\"{good}\"")));
    }
    for bad in [
        "10.0.0.12",
        "192.168.1.1",
        "255.255.255.255",
        "12.03.1962",
        "31.12.2020",
        "12.31.2020",
        "1962.3.12",
        "555.010.4477",
        "123.45.6789",
        "2691.30.21",
        "21.0.861.291",
    ] {
        assert_eq!(judge(field, text(bad)), Err(Reason::PatternMismatch), "{bad}");
    }
}

#[test]
fn a_code_fits_its_pattern_from_end_to_end() {
    let field = r#"{type: code, pattern: "E[0-9]{3,6}"}"#;
    assert_eq!(judge(field, text("E471")), Ok("\"E471\"".into()));
    for bad in ["", "E47", "E471a", "aE471", "E47 1", " E471"] {
        assert_eq!(judge(field, text(bad)), Err(Reason::PatternMismatch), "{bad}");
    }
    assert_eq!(judge(field, text("E1234567")), Err(Reason::TooLong));
}

#[test]
fn every_alternative_of_a_pattern_is_anchored() {
    let field = r#"{type: code, pattern: "A1|B2|A1B"}"#;
    for good in ["A1", "B2", "A1B"] {
        assert_eq!(judge(field, text(good)), Ok(format!("\"{good}\"")));
    }
    for bad in ["A1x", "xB2", "A1\nB2", "B2\n", "\nB2"] {
        judge(field, text(bad)).unwrap_err();
    }
}

#[test]
fn a_text_is_printable_ascii_whatever_the_pattern() {
    let field = r#"{type: code, pattern: "[A-Z0-9]{1,8}"}"#;
    for bad in ["A\n", "A\0", "A\u{7f}", "Ä", "\u{ff21}", "A\u{200b}", "\u{202e}A", "\u{661}"] {
        assert_eq!(judge(field, text(bad)), Err(Reason::NotPrintableAscii), "{bad:?}");
    }
    assert_eq!(judge(field, text("A~")), Err(Reason::PatternMismatch));
}

#[test]
fn a_code_has_a_space_only_where_its_pattern_has() {
    assert_eq!(judge(r#"{type: code, pattern: "A [0-9]"}"#, text("A 1")), Ok("\"A 1\"".into()));
    assert_eq!(judge(r#"{type: code, pattern: "A[0-9]"}"#, text("A 1")), Err(Reason::TooLong));
    assert_eq!(judge(r#"{type: code, pattern: "A[0-9]{1,2}"}"#, text("A 1")), Err(Reason::PatternMismatch));
}

#[test]
fn quotes_and_backslashes_of_a_code_are_escaped() {
    let field = r#"{type: code, pattern: "A[\\\\\"/][0-9]"}"#;
    assert_eq!(judge(field, text("A\\1")), Ok(r#""A\\1""#.into()));
    assert_eq!(judge(field, text("A\"1")), Ok(r#""A\"1""#.into()));
    assert_eq!(judge(field, text("A/1")), Ok(r#""A/1""#.into()));
}

#[test]
fn a_code_holds_no_long_number() {
    let field = r#"{type: code, pattern: "[A-C0-9]{1,10}"}"#;
    assert_eq!(judge(field, text("1234567A12")), Ok("\"1234567A12\"".into()));
    assert_eq!(judge(field, text("12345678")), Err(Reason::LongNumber));
    assert_eq!(judge(field, text("A12345678B")), Err(Reason::LongNumber));
    let separated = r#"{type: code, pattern: "[0-9A-C ./-]{1,14}"}"#;
    for good in ["1234-56-7", "12345--6789", "1234A56789", "1.2.3.4"] {
        judge(separated, text(good)).unwrap();
    }
    for bad in ["1234-56-78", "12 34 56 78", "A1234/5678"] {
        assert_eq!(judge(separated, text(bad)), Err(Reason::LongNumber), "{bad}");
    }
}

#[test]
fn a_serial_stands_in_the_inventory() {
    let field = "{type: serial}";
    assert_eq!(judge(field, text(SERIAL)), Ok(format!("\"{SERIAL}\"")));
    for bad in ["AX-10043", "ax-10042", "AX-1004", "AX-100422", ""] {
        assert_eq!(judge(field, text(bad)), Err(Reason::NotInInventory));
    }
    assert_eq!(judge(field, text("QC 7")), Err(Reason::NotPrintableAscii), "though the site declares it");
    assert_eq!(judge(field, text(&"A".repeat(65))), Err(Reason::TooLong));
}

#[test]
fn without_an_inventory_no_serial_passes() {
    let without = Gate::new(gate_of("{type: serial}").manifest().clone(), Site::default());
    assert_eq!(judge_by(&without, text(SERIAL)), Err(Reason::NoInventory));
}

#[test]
fn a_value_has_the_declared_type() {
    let fields = [
        ("{type: int, range: [0, 10]}", Value::Int(1)),
        ("{type: float, unit: mW, range: [0, 10], decimals: 1}", Value::Float(1.0)),
        ("{type: bool}", Value::Bool(true)),
        ("{type: timestamp}", Value::Timestamp(time("2026-03-01T00:00:00Z"))),
        ("{type: duration, range: [0s, 9s], decimals: 6}", Value::Duration(1)),
        ("{type: enum, values: [time, user]}", Value::Enum(1)),
        ("{type: version}", text("1.0")),
    ];
    for (at, (field, _)) in fields.iter().enumerate() {
        for (other, (_, value)) in fields.iter().enumerate() {
            let judged = judge(field, value.clone());
            if at == other {
                judged.unwrap();
            } else {
                assert_eq!(judged, Err(Reason::WrongType), "{field} {value:?}");
            }
        }
    }
}
