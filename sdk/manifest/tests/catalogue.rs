//! A good catalogue comes out as it was meant, and its slots become fields of the stream.

#![expect(clippy::unwrap_used, reason = "a failed helper is a failed test")]

use labrelay_manifest::{Manifest, Part, Presence, Severity, Shape, SlotKind, Stream, Surface};
use labrelay_model::{FieldType, FloatRange, IntRange};

const GOOD: &str = r#"
manifest: 1
family: demo
title: Demo instrument
version: 1.0.0
streams:
  event:
    about: instrument
    description: What happened.
    event_time: at
    fields:
      instrument: {type: serial}
    catalogue:
      laser_power_low:
        severity: warning
        description: A laser is weak.
        templates:
          - "{at} Laser {laser} power {power} mW below {{target}}."
          - "{at} Laser {laser}: Leistung {power} mW unter {{Soll}}."
          - "{at} 激光 {laser} 功率 {power} mW"
        slots:
          at: {type: timestamp}
          laser: {type: enum, values: [Blue, Red]}
          power: {type: float, unit: mW, range: [0, 500], decimals: 1, description: Power.}
      laser_off:
        severity: error
        template: "{at} Laser {laser} is off, was {power}, handle {handle}\n  see {log}"
        slots:
          at: {type: timestamp, format: "%d.%m.%Y %H:%M:%S"}
          laser: {type: enum, values: [Red, Violet]}
          power: {type: float, unit: mW, range: [-1, 20], decimals: 2, comma: true}
          handle: {type: ignored, shape: hex}
          log: {type: path, roots: {data: 'D:\Data'}}
      ended: {severity: info, template: "Program ended"}
"#;

fn stream(text: &str) -> Stream {
    Manifest::parse(text.as_bytes()).unwrap().streams().first().unwrap().clone()
}

#[test]
fn slots_stand_behind_the_declared_fields() {
    let stream = stream(GOOD);
    let names: Vec<&str> = stream.fields.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(names, ["instrument", "event", "severity", "at", "laser", "power", "log"]);
    let columns = stream.catalogue.as_ref().unwrap().columns();
    assert_eq!((columns.event, columns.severity, columns.first_slot), (1, 2, 3));
    let codes = ["laser_power_low", "laser_off", "ended"].map(Box::from).to_vec();
    assert_eq!(stream.fields[1].ty, FieldType::Event { codes });
    assert_eq!(stream.fields[2].ty.choice(Severity::Error.index()), Some("error"));
    assert!(stream.fields[3..].iter().all(|field| field.presence == Presence::Optional));
    assert_eq!(stream.event_time.unwrap().as_str(), "at");
}

#[test]
fn slots_of_one_name_share_a_column_that_takes_them_all() {
    let stream = stream(GOOD);
    let words = ["Blue", "Red", "Violet"].map(Box::from).to_vec();
    assert_eq!(stream.fields[4].ty, FieldType::Enum { values: words });
    let range = FloatRange { min: -1.0, max: 500.0 };
    assert_eq!(stream.fields[5].ty, FieldType::Float { range, decimals: 2 });
    assert_eq!(stream.fields[5].unit.as_deref(), Some("mW"));
    assert_eq!(stream.fields[5].description.as_deref(), Some("Power."));
}

#[test]
fn every_event_keeps_its_own_slots() {
    let stream = stream(GOOD);
    let catalogue = stream.catalogue.unwrap();
    let [low, off, ended] = catalogue.events() else { panic!("three events") };
    assert_eq!((&*low.code, low.severity, low.templates.len()), ("laser_power_low", Severity::Warning, 3));
    let values = ["Red", "Violet"].map(Box::from).to_vec();
    let laser = SlotKind::Sent { field: 4, ty: FieldType::Enum { values }, surface: Surface::Plain };
    assert_eq!(off.slots[1].kind, laser);
    let SlotKind::Sent { surface, .. } = &off.slots[0].kind else { panic!("sent") };
    assert_eq!(*surface, Surface::Time("%d.%m.%Y %H:%M:%S".into()));
    let SlotKind::Sent { surface, .. } = &off.slots[2].kind else { panic!("sent") };
    assert_eq!(*surface, Surface::DecimalComma);
    assert_eq!(off.slots[3].kind, SlotKind::Ignored(Shape::Hex));
    assert_eq!(ended.templates[0].parts, [Part::Literal("Program ended".into())]);
}

#[test]
fn braces_and_line_feeds_are_literal_text() {
    let stream = stream(GOOD);
    let catalogue = stream.catalogue.unwrap();
    let last = |event: usize| {
        catalogue.events()[event].templates[0].parts.iter().rev().nth(1 - event.min(1)).cloned()
    };
    assert_eq!(
        catalogue.events()[0].templates[0].parts.last(),
        Some(&Part::Literal(" mW below {target}.".into()))
    );
    assert_eq!(last(1), Some(Part::Slot(4)));
    assert!(catalogue.events()[1].templates[0].parts.contains(&Part::Literal("\n  see ".into())));
}

#[test]
fn a_stream_needs_no_declared_field_beside_its_catalogue() {
    let text = GOOD.replace("    fields:\n      instrument: {type: serial}\n", "");
    assert_eq!(stream(&text).catalogue.unwrap().columns().event, 0);
}

#[test]
fn patterns_of_one_column_are_joined() {
    let text = "manifest: 1\nfamily: demo\ntitle: Demo\nversion: 1.0.0\nstreams:\n  event:\n    about: instrument\n    \
        description: Events.\n    catalogue:\n      \
        a: {severity: info, template: \"Pump {part} on\", slots: {part: {type: code, pattern: \"P[0-9]\"}}}\n      \
        b: {severity: info, template: \"Valve {part} on\", slots: {part: {type: code, pattern: \"V[0-9]{2}\"}}}\n      \
        c: {severity: info, template: \"Pump {part} off\", slots: {part: {type: code, pattern: \"P[0-9]\"}}}\n      \
        d: {severity: info, template: \"Moved {steps}\", slots: {steps: {type: int, range: [0, 5]}}}\n";
    let stream = stream(text);
    assert_eq!(
        stream.fields[2].ty,
        FieldType::Code { pattern: "(?:P[0-9])|(?:V[0-9]{2})".into(), max_bytes: 3 }
    );
    assert!(matches!(stream.fields[3].ty, FieldType::Int { range: IntRange { min: 0, max: 5 }, .. }));
}
