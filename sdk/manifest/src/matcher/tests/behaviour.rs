//! Which lines match which template, and what their values are.

use super::*;
use crate::Shape;
use labrelay_model::{PathRoot, Timestamp};

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

#[test]
fn a_line_becomes_its_event_and_the_values_of_its_slots() {
    let laser = words(&["Blue", "Red"]);
    let matcher = matcher(&[
        (
            &[
                "Laser {laser} power {power} mW below target {target} mW",
                "Laser {laser}: Leistung {power} mW zu gering",
            ],
            &[("laser", laser.clone()), ("power", float(0.0, 500.0, 1)), ("target", float(0.0, 500.0, 1))],
        ),
        (&["Laser {laser} state lost"], &[("laser", words(&["Violet", "Red"]))]),
        (&["Laser {laser} state {n}"], &[("laser", laser), ("n", int(0, 9))]),
        (&["System ready"], &[]),
    ]);
    for (line, event, values) in [
        (
            "Laser Red power 12.34 mW below target 20 mW",
            0,
            vec![Value::Enum(1), Value::Float(12.3), Value::Float(20.0)],
        ),
        ("Laser Blue: Leistung 5 mW zu gering", 0, vec![Value::Enum(0), Value::Float(5.0)]),
        ("Laser Red state lost", 1, vec![Value::Enum(1)]),
        ("Laser Violet state lost", 1, vec![Value::Enum(2)]),
        ("Laser Red state 7", 2, vec![Value::Enum(1), Value::Int(7)]),
        ("System ready", 3, vec![]),
        ("System ready \t\r\n", 3, vec![]),
    ] {
        assert_eq!(read(&matcher, line), Ok((event, values)), "{line}");
    }
    for (line, nearest) in [
        ("Laser Green state 7", Some(0)),
        ("Laser Blue state lost", Some(2)),
        ("Laser Violet state 7", Some(1)),
        ("Laser Red state 77", Some(2)),
        ("Laser Red power 501 mW below target 20 mW", Some(0)),
        ("System ready for Jane", Some(3)),
        (" System ready", None),
        ("system ready", None),
        ("System  ready", Some(3)),
        ("System read", Some(3)),
        ("System ready\nSystem ready", Some(3)),
        ("", None),
        ("\n", None),
    ] {
        assert_eq!(read(&matcher, line), Err(Unmatched { nearest }), "{line}");
    }
}

#[test]
fn every_type_is_read_as_it_is_written() {
    let roots = vec![PathRoot { word: "data".into(), folder: r"D:\Data".into() }];
    let german = SlotKind::Sent {
        field: 0,
        ty: FieldType::Timestamp,
        surface: Surface::Time("%d.%m.%Y %H:%M:%S".into()),
    };
    let comma = SlotKind::Sent {
        field: 0,
        ty: FieldType::Float { range: FloatRange { min: -5.0, max: 5.0 }, decimals: 2 },
        surface: Surface::DecimalComma,
    };
    let range = IntRange { min: 0, max: 10_000_000 };
    let instant = |text| Value::Timestamp(Timestamp::parse(text).unwrap());
    for (kind, written, value) in [
        (int(-5, 5), "-5", Some(Value::Int(-5))),
        (int(-5, 5), "6", None),
        (int(0, 5), "5.0", None),
        (float(0.0, 1.0, 1), "0.25", Some(Value::Float(0.3))),
        (comma, "-2,50", Some(Value::Float(-2.5))),
        (sent(FieldType::Bool), "yes", Some(Value::Bool(true))),
        (sent(FieldType::Bool), "False", Some(Value::Bool(false))),
        (sent(FieldType::Duration { range, decimals: 6 }), "2.5", Some(Value::Duration(2_500_000))),
        (sent(FieldType::Version), "v1.2.3", Some(text("v1.2.3"))),
        (code("E-[0-9]{3}", 5), "E-123", Some(text("E-123"))),
        (code("E-[0-9]{3}", 5), "E-1234", None),
        (sent(FieldType::Serial), "AX10042", Some(text("AX10042"))),
        (sent(FieldType::Lot { pattern: None, max_bytes: 8 }), "LOT-7A", Some(text("LOT-7A"))),
        (sent(FieldType::Timestamp), "2026-03-01 08:00:00", Some(instant("2026-03-01T07:00:00Z"))),
        (german, "01.03.2026 08:00:00", Some(instant("2026-03-01T07:00:00Z"))),
        (sent(FieldType::Role), "ANNA", Some(Value::Enum(0))),
        (sent(FieldType::Role), "jdoe", Some(Value::Enum(5))),
        (sent(FieldType::Path { roots: roots.clone() }), r"d:\data\Jane Doe\1.lmd", Some(Value::Enum(0))),
        (sent(FieldType::Path { roots }), r"C:\Users\jane", Some(Value::Enum(1))),
    ] {
        for template in ["{x}", "at {x}", "at {x}, done", "({x}) done."] {
            let matcher = matcher(&[(&[template], &[("x", kind.clone())])]);
            let line = template.replace("{x}", written);
            let read = read(&matcher, &line).ok().map(|(_, values)| values);
            assert_eq!(read, value.clone().map(|value| vec![value]), "{line}");
        }
    }
}

#[test]
fn ignored_parts_must_have_their_shape_and_are_dropped() {
    for (shape, fits, does_not) in [
        (Shape::Number, "-123456789012.5", "12a"),
        (Shape::Hex, "0xDEADBEEF", "0xZZ"),
        (Shape::Time, "2026-03-01 08:00:00", "yesterday"),
        (Shape::Token, "a8-f,x=\"7\"", "two words"),
        (Shape::Path, r"C:\Program Files\Jane Doe\x.log", "Jane Doe"),
    ] {
        let matcher = matcher(&[(
            &["Part {x} was lost {n} times"],
            &[("x", SlotKind::Ignored(shape)), ("n", int(0, 9))],
        )]);
        let line = |part: &str| format!("Part {part} was lost 3 times");
        assert_eq!(read(&matcher, &line(fits)), Ok((0, vec![Value::Int(3)])), "{fits}");
        assert!(read(&matcher, &line(does_not)).is_err(), "{does_not}");
    }
}

#[test]
fn an_open_value_goes_on_until_the_template_does() {
    let path = SlotKind::Ignored(Shape::Path);
    let matcher = matcher(&[
        (&["File {x} was opened"], &[("x", path.clone())]),
        (&["File {x} was closed by {who}"], &[("x", path.clone()), ("who", sent(FieldType::Role))]),
        (&["File {x}"], &[("x", path)]),
    ]);
    for (line, event) in [
        ("File /a was opened", 0),
        ("File /it was b was opened", 0),
        ("File /a was closed by anna", 1),
        ("File /it was closed", 2),
        ("File /a b c  \r\n", 2),
    ] {
        assert_eq!(read(&matcher, line).unwrap().0, event, "{line}");
    }
}

#[test]
fn an_event_may_take_several_lines() {
    let matcher = matcher(&[
        (&["Error {n}"], &[("n", int(0, 999))]),
        (&["Error {n}\n  in {part}\n  retry"], &[("n", int(0, 999)), ("part", words(&["pump", "valve"]))]),
    ]);
    assert_eq!(matcher.max_lines(), 3);
    let mut out = Matched::default();
    let mut start =
        |text: &str| matcher.match_start(text.as_bytes(), &site(), &mut out).map(|taken| (taken, out.event));
    assert_eq!(start("Error 1\n  in pump\n  retry\nError 2\n"), Ok((26, 1)));
    assert_eq!(start("Error 1 \r\n  in pump\r\n  retry"), Ok((28, 1)));
    assert_eq!(start("Error 1\n  in lamp\n  retry\n"), Ok((8, 0)));
    assert_eq!(start("Error 1\n  in pump\n"), Ok((8, 0)));
    assert_eq!(start("Error\n"), Err(Unmatched { nearest: Some(0) }));
    assert_eq!(read(&matcher, "Error 1\n  in pump\n  retry\n").unwrap().0, 1);
    assert!(read(&matcher, "Error 1\n  in pump\n").is_err());
}

#[test]
fn what_lies_beyond_the_bounds_is_named_and_never_matches() {
    let many: String = (0..17).map(|_| "a {n} ").collect();
    let stream = stream(&[
        (&[&many], &[("n", int(0, 9))]),
        (&["Code {x}"], &[("x", code("[ab]{0,40}a[ab]{20}", 61))]),
        (&["Code {n}"], &[("n", int(0, 9))]),
    ]);
    let matcher = Matcher::of(&stream).unwrap();
    assert_eq!(matcher.lost(), [0, 1]);
    assert!(read(&matcher, &many.replace("{n}", "1")).is_err());
    assert!(read(&matcher, "Code 1").is_ok());
}

#[test]
fn nothing_of_a_line_shows() {
    let matcher = matcher(&[(
        &["User {who} lot {lot}"],
        &[("who", sent(FieldType::Role)), ("lot", code("[A-Z]{4}", 4))],
    )]);
    let mut out = Matched::default();
    matcher.match_line(b"User janedoe lot DOES", &site(), &mut out).unwrap();
    let shown = format!("{out:?} {:?}", matcher.match_line(b"User janedoe went", &site(), &mut out));
    assert!(!shown.to_lowercase().contains("doe"), "{shown}");
}
