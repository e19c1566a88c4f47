//! What holds for any catalogue and any line.

use proptest::prelude::*;

use super::*;

/// A slot's name, its type, and values as they are written.
fn slot_values() -> impl Strategy<Value = (&'static str, String)> {
    prop_oneof![
        (-50i64..=50).prop_map(|number| ("int", number.to_string())),
        (0u32..1000).prop_map(|tenths| ("float", format!("{}.{}", tenths / 10, tenths % 10))),
        prop::sample::select(vec!["Blue", "Blue laser", "Red"]).prop_map(|word| ("word", word.to_owned())),
        "E-[0-9]{3}".prop_map(|code| ("code", code)),
        prop::sample::select(vec!["true", "false"]).prop_map(|word| ("bool", word.to_owned())),
    ]
}

fn kinds() -> Vec<(&'static str, SlotKind)> {
    vec![
        ("int", int(-50, 50)),
        ("float", float(0.0, 100.0, 1)),
        ("word", words(&["Blue", "Blue laser", "Red"])),
        ("code", code("E-[0-9]{3}", 5)),
        ("bool", sent(FieldType::Bool)),
    ]
}

/// Literal text and slots in turn: what a template says, and one line of it.
fn line() -> impl Strategy<Value = Vec<(String, (&'static str, String))>> {
    prop::collection::vec(("[A-Z][a-z]{0,4} [a-z]{1,5} ?= ", slot_values()), 1..5)
}

fn template_of(parts: &[(String, (&str, String))]) -> String {
    parts
        .iter()
        .map(|(literal, (name, _))| format!(" {literal}{{{name}}} ;"))
        .collect::<String>()
        .trim()
        .into()
}

fn line_of(parts: &[(String, (&str, String))]) -> String {
    parts.iter().map(|(literal, (_, value))| format!(" {literal}{value} ;")).collect::<String>().trim().into()
}

fn written(value: &Value) -> String {
    match value {
        Value::Int(number) => number.to_string(),
        Value::Float(number) => format!("{number:.1}"),
        Value::Bool(yes) => yes.to_string(),
        Value::Enum(index) => ["Blue", "Blue laser", "Red"][usize::from(*index)].into(),
        Value::Text(text) => text.to_string(),
        _ => unreachable!(),
    }
}

proptest! {
    #[test]
    fn a_line_of_a_template_gives_its_values_back(all in prop::collection::vec(line(), 1..8)) {
        let templates: Vec<String> = all.iter().map(|parts| template_of(parts)).collect();
        let kinds = kinds();
        let one_each: Vec<[&str; 1]> = templates.iter().map(|text| [text.as_str()]).collect();
        let events: Vec<Declared<'_>> = one_each.iter().map(|text| (&text[..], &kinds[..])).collect();
        let matcher = matcher(&events);
        for parts in &all {
            let (event, values) = read(&matcher, &line_of(parts)).unwrap();
            prop_assert_eq!(&templates[usize::from(event)], &template_of(parts));
            let values: Vec<String> = values.iter().map(written).collect();
            let expected: Vec<String> = parts.iter().map(|(_, (_, value))| value.clone()).collect();
            prop_assert_eq!(values, expected);
        }
    }

    #[test]
    fn an_identifier_anywhere_in_a_line_is_unmatched_or_shows_in_no_text(
        parts in line(),
        identifier in "[A-Z][a-z]{5,8} [A-Z][a-z]{5,8}|[0-9]{3}-[0-9]{2}-[0-9]{4}|[0-9]{9}|MRN[0-9]{7}",
        at in any::<prop::sample::Index>(),
    ) {
        let template = template_of(&parts);
        let matcher = matcher(&[(&[&template], &kinds())]);
        let mut line = line_of(&parts);
        line.insert_str(at.index(line.len() + 1), &identifier);
        prop_assert!(read(&matcher, &line).is_err());
    }

    #[test]
    fn any_bytes_are_read_without_a_panic_and_within_the_line(
        parts in line(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let template = template_of(&parts);
        let matcher = matcher(&[(&[&template, "{word}", "Next\n{int}\n{code}"], &kinds())]);
        let mut line = format!("{}\r\nNext\n1\nE-123\n", line_of(&parts)).into_bytes();
        for (at, byte) in changes {
            let at = at.index(line.len());
            line[at] = byte;
        }
        line.truncate(cut.index(line.len() + 1));
        let mut out = Matched::default();
        if let Ok(taken) = matcher.match_start(&line, &site(), &mut out) {
            prop_assert!(taken <= line.len());
            prop_assert!(taken == line.len() || line[taken - 1] == b'\n');
            matcher.match_line(&line[..taken], &site(), &mut out).unwrap();
        }
    }
}
