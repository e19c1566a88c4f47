//! Records that claim an event: exactly what its catalogue lets it say, and nothing that another event may.

use labrelay_gate::{Gate, Verdict};
use labrelay_model::{Cell, Reason, Value};
use proptest::prelude::*;

use crate::support::{gate, now, record, text};

pub(crate) const EVENTS: &str = r#"
manifest: 1
family: bench
title: Test bench
version: 1.0.0
sources:
  files: {kind: folder, pattern: "*.fcs", settle: 5s}
streams:
  event:
    about: instrument
    description: What the instrument tells.
    catalogue:
      laser_power_low:
        severity: warning
        template: "Laser {laser} power {power} mW below target"
        slots:
          laser: {type: enum, values: [Blue, Red]}
          power: {type: float, unit: mW, range: [0, 50], decimals: 1}
      laser_power_high:
        severity: error
        template: "Laser {laser} power {power} mW is too high"
        slots:
          laser: {type: enum, values: [Violet, Red]}
          power: {type: float, unit: mW, range: [0, 500], decimals: 2}
      board_replaced:
        severity: info
        template: "Board {board} was replaced"
        slots:
          board: {type: code, pattern: "PCB-[0-9]{4}"}
      started:
        severity: info
        template: "System is ready to go"
"#;

const LOW: u16 = 0;
const HIGH: u16 = 1;
const BOARD: u16 = 2;
const STARTED: u16 = 3;
const RED: u16 = 1;

/// Cells in the columns' order: event, severity, laser (Blue, Red, Violet), power, board.
fn event(index: u16, severity: u16, slots: [Cell; 3]) -> Vec<Cell> {
    [Some(Value::Enum(index)), Some(Value::Enum(severity))].into_iter().chain(slots).collect()
}

fn laser(index: u16) -> Cell {
    Some(Value::Enum(index))
}

fn power(milliwatts: f64) -> Cell {
    Some(Value::Float(milliwatts))
}

fn check(gate: &Gate, cells: Vec<Cell>) -> Result<String, (Reason, Option<String>)> {
    match gate.check(record(0, cells), now()) {
        Verdict::Accepted(record) => Ok(record.to_json()),
        Verdict::Quarantined { refusal, .. } => {
            Err((refusal.reason, refusal.field.map(|field| field.to_string())))
        }
        other => panic!("{other:?}"),
    }
}

fn refused(cells: Vec<Cell>) -> (Reason, String) {
    let (reason, field) = check(&gate(EVENTS), cells).unwrap_err();
    (reason, field.unwrap())
}

#[test]
fn an_event_leaves_as_its_code_and_its_own_slots() {
    let gate = gate(EVENTS);
    assert_eq!(
        check(&gate, event(LOW, 1, [laser(RED), power(12.34), None])).unwrap(),
        r#"{"stream":"event","fields":{"event":"laser_power_low","severity":"warning","laser":"Red","power":12.3}}"#
    );
    check(&gate, event(HIGH, 2, [laser(2), power(499.99), None])).unwrap();
    check(&gate, event(BOARD, 0, [None, None, Some(text("PCB-0042"))])).unwrap();
    check(&gate, event(STARTED, 0, [None, None, None])).unwrap();
}

#[test]
fn an_event_has_exactly_its_own_slots() {
    let mismatch = |field: &str| (Reason::SlotMismatch, field.to_owned());
    assert_eq!(refused(event(LOW, 1, [None, power(1.0), None])), mismatch("laser"));
    assert_eq!(refused(event(LOW, 1, [laser(RED), None, None])), mismatch("power"));
    assert_eq!(refused(event(LOW, 1, [laser(RED), power(1.0), Some(text("PCB-0042"))])), mismatch("board"));
    assert_eq!(refused(event(STARTED, 0, [laser(RED), None, None])), mismatch("laser"));
    assert_eq!(refused(event(STARTED, 0, [None, None, Some(text("PCB-0042"))])), mismatch("board"));
}

#[test]
fn an_event_has_its_own_severity() {
    for severity in [0, 2, 3, 4] {
        let found = refused(event(LOW, severity, [laser(RED), power(1.0), None]));
        assert_eq!(found, (Reason::SlotMismatch, "severity".into()));
    }
}

#[test]
fn a_slot_takes_what_its_own_event_declares_though_the_column_takes_more() {
    let violet = refused(event(LOW, 1, [laser(2), power(1.0), None]));
    assert_eq!(violet, (Reason::NotInValues, "laser".into()));
    let blue = refused(event(HIGH, 2, [laser(0), power(1.0), None]));
    assert_eq!(blue, (Reason::NotInValues, "laser".into()));
    let strong = refused(event(LOW, 1, [laser(RED), power(51.0), None]));
    assert_eq!(strong, (Reason::OutOfRange, "power".into()));
}

#[test]
fn an_event_stands_in_the_catalogue() {
    for index in [4, u16::MAX] {
        let found = refused(event(index, 0, [None, None, None]));
        assert_eq!(found, (Reason::NotInValues, "event".into()));
    }
    let mut nameless = event(STARTED, 0, [None, None, None]);
    nameless[0] = None;
    assert_eq!(refused(nameless), (Reason::MissingField, "event".into()));
}

#[test]
fn a_word_of_another_field_claims_no_event() {
    let with_shift = EVENTS.replace(
        "    catalogue:\n",
        "    fields:\n      shift: {type: enum, values: [early, late, night]}\n    catalogue:\n",
    );
    let gate = gate(&with_shift);
    for shift in 0..3 {
        let at_shift = |event: Vec<Cell>| [vec![Some(Value::Enum(shift))], event].concat();
        check(&gate, at_shift(event(STARTED, 0, [None, None, None]))).unwrap();
        let (reason, field) =
            check(&gate, at_shift(event(STARTED, 0, [None, None, Some(text("PCB-0042"))]))).unwrap_err();
        assert_eq!((reason, field.as_deref()), (Reason::SlotMismatch, Some("board")));
    }
}

#[test]
fn an_identifier_in_a_fitting_slot_is_refused() {
    let loose = EVENTS.replace("PCB-[0-9]{4}", "[a-zA-Z0-9@.-]{4,12}");
    let board = event(BOARD, 0, [None, None, Some(text("jd@lab.org"))]);
    let (reason, field) = check(&gate(&loose), board).unwrap_err();
    assert_eq!((reason, field.as_deref()), (Reason::Identifier, Some("board")));
}

fn cell() -> impl Strategy<Value = Cell> {
    proptest::option::of(prop_oneof![
        (0u16..6).prop_map(Value::Enum),
        (-10.0..600.0f64).prop_map(Value::Float),
        "PCB-[0-9]{3,5}".prop_map(|code| text(&code)),
    ])
}

/// A record that passes.
fn good() -> impl Strategy<Value = Vec<Cell>> {
    prop_oneof![
        (0..=RED, 0.0..50.0f64).prop_map(|(at, number)| event(LOW, 1, [laser(at), power(number), None])),
        (RED..=2, 0.0..500.0f64).prop_map(|(at, number)| event(HIGH, 2, [laser(at), power(number), None])),
        "PCB-[0-9]{4}".prop_map(|code| event(BOARD, 0, [None, None, Some(text(&code))])),
        Just(event(STARTED, 0, [None, None, None])),
    ]
}

proptest! {
    #[test]
    fn whatever_is_accepted_is_what_its_event_declares(good in good(), at in 0usize..5, cell in cell()) {
        let gate = gate(EVENTS);
        check(&gate, good.clone()).unwrap();
        let mut changed = good;
        changed[at] = cell;
        let Verdict::Accepted(accepted) = gate.check(record(0, changed), now()) else { return Ok(()) };
        let present: Vec<_> = accepted.fields().filter(|(_, value)| value.is_some()).collect();
        let Some(Value::Enum(index)) = present[0].1 else { panic!("no event") };
        let catalogue = gate.manifest().streams()[0].catalogue.clone().unwrap();
        let event = &catalogue.events()[usize::from(*index)];
        prop_assert_eq!(present[1].1, Some(&Value::Enum(event.severity.index())));
        let told: Vec<_> = present[2..].iter().map(|(field, _)| field.name.as_str()).collect();
        let slots: Vec<_> = event.slots.iter().map(|slot| slot.name.as_str()).collect();
        prop_assert_eq!(told, slots);
    }
}
