//! What passes the check of a catalogue is free of doubt: no line fits two templates, and the matcher finds the one
//! that a line was made from.

#![expect(clippy::unwrap_used, reason = "a failed helper is a failed test")]

use std::fmt::Write as _;

use labrelay_manifest::{
    Catalogue, Manifest, Matched, Matcher, Part, SiteWords, Slot, SlotKind, Stream, Template,
};
use proptest::prelude::*;
use regex::bytes::Regex;

/// Text that begins, continues and ends values of many types.
const LITERALS: &[&str] =
    &[" Pump ", " on", " ", "-", ".", ": ", "5", "E", " one ", " x ", ", ", "on", " = "];
const SLOTS: &[&str] = &[
    "type: int, range: [-100, 100]",
    "type: float, range: [-100, 100], decimals: 1",
    "type: duration, range: [0s, 100s], decimals: 1",
    "type: bool",
    "type: code, pattern: \"E[0-9]{1,2}\"",
    "type: code, pattern: \"[A-Z]{2}[.x]?\"",
    "type: enum, values: [on, one, once]",
    "type: enum, values: [off, '5']",
    "type: version",
    "type: timestamp",
    "type: ignored, shape: token",
    "type: ignored, shape: path",
    "type: ignored, shape: hex",
    "type: ignored, shape: number",
    "type: ignored, shape: time",
];
/// Values of these types, and things that look like them.
const VALUES: &[&str] = &[
    "5",
    "-3",
    "42",
    "2.5",
    "0.5",
    "on",
    "one",
    "once",
    "off",
    "E5",
    "E55",
    "AB",
    "ABx",
    "AB.",
    "true",
    "no",
    "1.2.3",
    "2026-03-01 08:00:00",
    "/on 5",
    "/E on x ",
    "a:b",
    "x",
    "08:15",
    "0x5E",
    "5-5",
];

/// A template's literals, each with the slot behind it, by their indexes above; and the literal at its end.
type Recipe = (Vec<(usize, usize)>, Option<usize>);

fn recipes() -> impl Strategy<Value = Vec<Recipe>> {
    let parts = proptest::collection::vec((0..LITERALS.len(), 0..SLOTS.len()), 0..4);
    let recipe = (parts, proptest::option::of(0..LITERALS.len()));
    proptest::collection::vec(recipe, 2..5)
}

fn manifest(recipes: &[Recipe]) -> String {
    let mut text = String::from(
        "manifest: 1\nfamily: demo\ntitle: Demo\nversion: 1.0.0\nstreams:\n  s:\n    about: instrument\n    \
         description: Events.\n    catalogue:\n",
    );
    for (event, (parts, end)) in recipes.iter().enumerate() {
        let (mut template, mut slots) = (String::from("Pump"), String::new());
        for (at, (literal, slot)) in parts.iter().enumerate() {
            let _ = write!(template, "{}{{s{event}_{at}}}", LITERALS.get(*literal).unwrap());
            let _ = writeln!(slots, "          s{event}_{at}: {{{}}}", SLOTS.get(*slot).unwrap());
        }
        template.push_str(end.and_then(|end| LITERALS.get(end)).unwrap_or(&"").trim_end());
        let _ = writeln!(text, "      e{event}:\n        severity: info\n        template: \"{template}\"");
        if !slots.is_empty() {
            let _ = write!(text, "        slots:\n{slots}");
        }
    }
    text
}

/// Everything that the forms of a template's slots accept: more than the matcher ever reads.
fn pattern(template: &Template, slots: &[Slot]) -> Regex {
    let part = |part: &Part| match part {
        Part::Literal(text) => regex::escape(text),
        Part::Slot(slot) => format!("(?:{})", form(slots.get(usize::from(*slot)).unwrap())),
    };
    let parts: String = template.parts.iter().map(part).collect();
    Regex::new(&format!("(?-u)^(?:{parts})$")).unwrap()
}

fn form(slot: &Slot) -> String {
    slot.kind.written().regex
}

/// The line that a template gives with values that fit its slots. What is taken up to the text that follows does not hold
/// that text: such a line says two things at once, and may be refused.
fn line(template: &Template, slots: &[Slot], mut choice: usize) -> String {
    let mut part = |(at, part): (usize, &Part)| match part {
        Part::Literal(text) => text.to_string(),
        Part::Slot(slot) => {
            let slot = slots.get(usize::from(*slot)).unwrap();
            let whole = Regex::new(&format!("(?-u)^(?:{})$", form(slot))).unwrap();
            let ends = |value: &str| match template.parts.get(at + 1) {
                Some(Part::Literal(text)) if is_open(slot) => {
                    format!("{value}{text}").find(&**text) == Some(value.len())
                }
                _ => true,
            };
            let fitting: Vec<&&str> =
                VALUES.iter().filter(|value| whole.is_match(value.as_bytes()) && ends(value)).collect();
            choice = choice / 7 + 13;
            fitting.get(choice % fitting.len()).unwrap().to_string()
        }
    };
    template.parts.iter().enumerate().map(&mut part).collect()
}

fn catalogue(stream: &Stream) -> &Catalogue {
    stream.catalogue.as_ref().unwrap()
}

/// Whether a slot takes text up to what follows, which a value made here may hold as well.
fn is_open(slot: &Slot) -> bool {
    matches!(slot.kind.written().end, labrelay_manifest::End::BeforeLiteral)
}

fn is_ignored(slot: &Slot) -> bool {
    matches!(slot.kind, SlotKind::Ignored(_))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn a_line_fits_one_template_at_most_and_the_matcher_finds_it(recipes in recipes(), choice in any::<u16>()) {
        let Ok(manifest) = Manifest::parse(manifest(&recipes).as_bytes()) else { return Ok(()) };
        let stream = manifest.streams().first().unwrap();
        let matcher = Matcher::of(stream).unwrap();
        let site = SiteWords::new([], labrelay_manifest::Zone::UTC);
        let events = catalogue(stream).events();
        let patterns: Vec<Regex> =
            events.iter().map(|event| pattern(event.templates.first().unwrap(), &event.slots)).collect();
        for (at, event) in events.iter().enumerate() {
            let line = line(event.templates.first().unwrap(), &event.slots, choice.into());
            let fitting = patterns.iter().filter(|pattern| pattern.is_match(line.as_bytes())).count();
            prop_assert_eq!(fitting, 1, "{}", line);
            let mut matched = Matched::default();
            let result = matcher.match_line(line.as_bytes(), &site, &mut matched);
            prop_assert!(result.is_ok(), "{} is lost", line);
            prop_assert_eq!(usize::from(matched.event), at, "{}", line);
            let sent = event.slots.iter().filter(|slot| !is_ignored(slot)).count();
            prop_assert!(event.slots.iter().any(is_open) || matched.cells.len() == sent);
        }
    }
}
