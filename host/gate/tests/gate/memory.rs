//! What the gate learns only from many records: counters that go back, fields that number their records, tokens in
//! two pieces.

use std::collections::BTreeSet;

use labrelay_gate::{AcceptedRecord, Counters, Gate, Guard, Site, Verdict};
use labrelay_manifest::Inventory;
use labrelay_model::{Cell, Reason, Value};

use crate::support::{SERIAL, gate, now, record, text, time};

const RUNS: &str = r#"
manifest: 1
family: bench
title: Bench
version: 1.0.0
sources:
  files: {kind: folder, pattern: "*.fcs", settle: 5s}
streams:
  run:
    about: qc
    description: A counter and two codes.
    event_time: at
    fields:
      instrument: {type: serial}
      at:         {type: timestamp}
      hours:      {type: int, range: [0, 1000000], monotone: true, optional: true}
      first:      {type: code, pattern: "[A-Z]{0,3}[0-9-]{1,8}", optional: true}
      second:     {type: code, pattern: "[A-Z]{0,3}[0-9-]{1,8}", optional: true}
      third:      {type: lot, pattern: "[0-9]{3,5}", optional: true}
      fourth:     {type: lot, pattern: "[0-9]{3,5}", optional: true}
"#;

/// A gate at a site with these instruments.
fn gate_with(serials: BTreeSet<Box<str>>) -> Gate {
    let inventory = Inventory { serials, ..Inventory::default() };
    Gate::new(gate(RUNS).manifest().clone(), Site { inventory: Some(inventory), ..Site::default() })
}

fn accept(gate: &Gate, serial: &str, at: &str, rest: [Cell; 5]) -> AcceptedRecord {
    let cells = [Some(text(serial)), Some(Value::Timestamp(time(at)))].into_iter().chain(rest);
    match gate.check(record(0, cells.collect()), now()) {
        Verdict::Accepted(record) => record,
        refused => panic!("{refused:?}"),
    }
}

fn hours(day: u32, hours: i64) -> AcceptedRecord {
    accept(
        &gate(RUNS),
        SERIAL,
        &format!("2026-02-{day:02}T00:00:00Z"),
        [Some(Value::Int(hours)), None, None, None, None],
    )
}

fn codes(first: Option<&str>, second: Option<&str>) -> AcceptedRecord {
    accept(&gate(RUNS), SERIAL, "2026-02-01T00:00:00Z", [None, first.map(text), second.map(text), None, None])
}

#[test]
fn a_newer_reading_is_not_lower_and_an_older_one_not_higher() {
    let mut counters = Counters::default();
    for (day, value) in [(10, 100), (11, 100), (12, 150), (5, 90), (12, 150), (11, 150)] {
        counters.note(&hours(day, value)).unwrap();
    }
    for (day, value) in [(13, 149), (12, 149), (11, 151), (20, 0)] {
        let refusal = counters.note(&hours(day, value)).unwrap_err();
        assert_eq!(refusal.to_string(), "not_monotone in field hours", "{day} {value}");
    }
    counters.note(&hours(13, 151)).expect("what was refused is forgotten");
}

#[test]
fn counters_are_kept_by_instrument_and_survive_being_saved() {
    let gate = gate_with(["A1".into(), "B2".into()].into());
    let reading = |serial, value| {
        accept(&gate, serial, "2026-02-01T00:00:00Z", [Some(Value::Int(value)), None, None, None, None])
    };
    let mut counters = Counters::default();
    counters.note(&reading("A1", 900)).unwrap();
    counters.note(&reading("B2", 5)).unwrap();
    let mut counters: Counters = postcard::from_bytes(&postcard::to_allocvec(&counters).unwrap()).unwrap();
    counters.note(&reading("A1", 899)).unwrap_err();
    counters.note(&reading("B2", 6)).unwrap();
}

#[test]
fn a_field_that_numbers_its_records_is_frozen_and_the_others_go_on() {
    let gate = gate(RUNS);
    let mut guard = Guard::new(&gate);
    let frozen_at =
        (1000..2000).find(|number| guard.note(&codes(Some("FL1"), Some(&format!("RUN{number}")))).is_err());
    assert!(frozen_at.unwrap() < 1064);
    let names: Vec<_> =
        guard.frozen(&gate).map(|(stream, field)| format!("{stream}.{}", field.name)).collect();
    assert_eq!(names, ["run.second"]);
    let refusal = guard.note(&codes(Some("FL1"), Some("FL2"))).unwrap_err();
    assert_eq!(refusal.to_string(), "frozen_field in field second");
    guard.note(&codes(Some("FL1"), None)).expect("a record without a value there leaves");
    let guard: Guard = postcard::from_bytes(&postcard::to_allocvec(&guard).unwrap()).unwrap();
    assert_eq!(guard.frozen(&gate).count(), 1, "also after a restart");
}

#[test]
fn what_the_site_registers_may_be_unique_per_record() {
    let serials: Vec<String> = (0..100).map(|number| format!("SN{number}")).collect();
    let gate = gate_with(serials.iter().map(|serial| serial.as_str().into()).collect());
    let mut guard = Guard::new(&gate);
    for serial in serials {
        guard.note(&accept(&gate, &serial, "2026-02-01T00:00:00Z", Default::default())).unwrap();
    }
}

#[test]
fn another_version_of_the_manifest_is_watched_anew() {
    let guard = Guard::new(&gate(RUNS));
    assert!(guard.is_of(&gate(RUNS)));
    assert!(!guard.is_of(&gate(&RUNS.replace("1.0.0", "1.0.1"))));
}

#[test]
fn a_token_split_over_two_records_is_noticed() {
    let mut guard = Guard::new(&gate(RUNS));
    guard.note(&codes(Some("536-90"), None)).unwrap();
    let refusal = guard.note(&codes(Some("-4399"), None)).unwrap_err();
    assert_eq!(refusal.reason, Reason::SplitIdentifier);
    assert_eq!(refusal.field.unwrap().as_str(), "first");
    guard.note(&codes(Some("-4399"), None)).expect("a constant value is no rest of a token");
}

#[test]
fn a_token_split_over_two_fields_is_noticed() {
    let mut guard = Guard::new(&gate(RUNS));
    let refusal = guard.note(&codes(Some("536-90"), Some("-4399"))).unwrap_err();
    assert_eq!(refusal.reason, Reason::SplitIdentifier);
    assert_eq!(refusal.field.unwrap().as_str(), "second");
    guard.note(&codes(Some("FL1"), Some("FL2"))).unwrap();
}

fn lots(gate: &Gate, third: u32, fourth: u32) -> AcceptedRecord {
    let lot = |number: u32| Some(text(&number.to_string()));
    let rest = [None, None, None, lot(third), lot(fourth)];
    accept(gate, SERIAL, "2026-02-01T00:00:00Z", rest)
}

/// The halves of eight digits with the check digit that a BSN has.
fn with_check_digit(eight: u32) -> Option<(u32, u32)> {
    let digits = eight.to_string().into_bytes().into_iter().map(|byte| u32::from(byte - b'0'));
    let check = digits.zip((2..=9).rev()).map(|(digit, weight)| digit * weight).sum::<u32>() % 11;
    (check < 10 && eight % 10_000 >= 1000).then(|| (eight / 10_000, eight % 10_000 * 10 + check))
}

#[test]
fn halves_of_bare_digits_are_noticed_after_some_records() {
    let halves = || (0..).filter_map(|number| with_check_digit(12_341_000 + number * 7919));
    let gate = gate(RUNS);
    let mut guard = Guard::new(&gate);
    let mut side_by_side = halves().map(|(left, right)| guard.note(&lots(&gate, left, right)));
    let refusal = side_by_side.by_ref().take(10).find_map(Result::err).unwrap();
    assert_eq!(refusal.to_string(), "split_identifier (nl-bsn) in field fourth");
    let mut guard = Guard::new(&gate);
    let one_by_one = halves().flat_map(|(left, right)| [left, right]);
    let mut one_by_one = one_by_one.map(|half| {
        let code = half.to_string();
        guard.note(&codes(Some(&code), None))
    });
    let refusal = one_by_one.by_ref().take(20).find_map(Result::err).unwrap();
    assert_eq!(refusal.reason, Reason::SplitIdentifier);
}

#[test]
fn lots_of_digits_hit_no_check_digit_by_chance() {
    let mut seed = 4711_u32;
    let mut lot = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let longest = [1000, 10_000, 100_000][(seed >> 24) as usize % 3];
        longest / 10 + (seed >> 8) % (longest - longest / 10)
    };
    let gate = gate(RUNS);
    let mut guard = Guard::new(&gate);
    for _ in 0..10_000 {
        let (third, fourth) = (lot(), lot());
        // Each pair of boxes is used for some runs, else the fields would be frozen.
        for _ in 0..3 {
            guard.note(&lots(&gate, third, fourth)).unwrap();
        }
    }
}

#[test]
fn debug_shows_no_value() {
    let (mut guard, mut counters) = (Guard::new(&gate(RUNS)), Counters::default());
    guard.note(&codes(Some("ZZ9"), None)).unwrap();
    counters.note(&hours(1, 4711)).unwrap();
    let shown = format!("{guard:?} {counters:?}");
    assert!(!shown.contains("ZZ9") && !shown.contains("4711") && !shown.contains(SERIAL), "{shown}");
}
