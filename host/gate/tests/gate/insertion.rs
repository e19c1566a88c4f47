//! An identifier written anywhere into a text that passes makes it one that does not.

use labrelay_manifest::Inventory;
use labrelay_model::Reason;

use crate::support::{SERIAL, gate_of, judge_by, text};

/// Made up, or samples of their specifications; one of each kind of shape.
const IDENTIFIERS: &[&str] = &[
    "536-90-4399",
    "943 476 5919",
    "GB82WEST12345698765432",
    "DE89 3704 0044 0532 0130 00",
    "4111111111111111",
    "jane.doe@example.org",
    "+49 30 1234567",
    "192.168.12.7",
    "00:1a:2b:3c:4d:5e",
    "12.03.1962",
    "1962-03-12",
    "C:\\Users\\jdoe",
    "/home/jdoe",
    "LAB\\jdoe",
    "Jane Doe",
    "PID|1||4711",
];

/// Textual fields from tight to as loose as a manifest may be, each with a value that passes.
const FIELDS: &[(&str, &str)] = &[
    ("{type: serial}", SERIAL),
    ("{type: version}", "2.3.1"),
    (r#"{type: lot, pattern: "[0-9]{7}[A-K]"}"#, "1234567A"),
    (r#"{type: code, pattern: "[0-9]{3,6}[a-z]?"}"#, "4711"),
    (r#"{type: code, pattern: "[A-Z]{0,3}[0-9-]{1,24}"}"#, "FL1-2"),
    (r#"{type: code, pattern: "[A-Z0-9]{0,12}[0-9./:-]{1,20}"}"#, "A1/2"),
    (r#"{type: code, pattern: "[a-zA-Z0-9.@-]{1,12}[0-9+]{0,20}"}"#, "a1"),
];

#[test]
fn an_identifier_at_any_offset_of_a_value_is_refused() {
    for (field, value) in FIELDS {
        let gate = gate_of(field);
        judge_by(&gate, text(value)).unwrap();
        for identifier in IDENTIFIERS {
            for at in 0..=value.len() {
                let carried = format!("{}{identifier}{}", &value[..at], &value[at..]);
                assert!(judge_by(&gate, text(&carried)).is_err(), "{field} takes {carried}");
            }
        }
    }
}

#[test]
fn the_identifier_alone_is_refused_as_well() {
    for (field, _) in FIELDS {
        let gate = gate_of(field);
        let taken: Vec<_> =
            IDENTIFIERS.iter().filter(|identifier| judge_by(&gate, text(identifier)).is_ok()).collect();
        assert!(taken.is_empty(), "{field} takes {taken:?}");
    }
}

#[test]
fn what_the_site_registers_is_bound_and_may_look_like_anything() {
    let lot = "jd@lab.org";
    assert_eq!(
        judge_by(&gate_of(r#"{type: lot, pattern: "[a-z@.]{4,12}"}"#), text(lot)),
        Err(Reason::Identifier)
    );
    let gate = labrelay_gate::Gate::new(
        gate_of("{type: lot}").manifest().clone(),
        labrelay_gate::Site {
            inventory: Some(Inventory { lots: [lot.into()].into(), ..Inventory::default() }),
            ..Default::default()
        },
    );
    judge_by(&gate, text(lot)).unwrap();
}
