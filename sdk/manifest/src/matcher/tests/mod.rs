//! What the matcher promises, on catalogues made by hand: `Manifest::parse` has its own tests.

mod behaviour;
mod cost;
mod properties;

use std::sync::Arc;

use labrelay_model::{Course, FieldType, FloatRange, IntRange, Value};

use super::{Matched, Matcher, SiteWords, Unmatched};
use crate::{
    About, Catalogue, Event, EventColumns, Field, Part, Presence, Severity, Slot, SlotKind, Stream, Surface,
    Template,
};

/// An event: its templates, and its slots by name.
pub(super) type Declared<'a> = (&'a [&'a str], &'a [(&'a str, SlotKind)]);

/// A stream whose fields are event, severity and the slots that are sent, as a checked manifest has them.
pub(super) fn stream(events: &[Declared<'_>]) -> Stream {
    let codes = (0..events.len()).map(|at| format!("event_{at}").into()).collect();
    let words = Severity::WORDS.iter().map(|word| (*word).into()).collect();
    let mut fields = vec![
        field("event", FieldType::Event { codes }),
        field("severity", FieldType::Enum { values: words }),
    ];
    let events = events.iter().enumerate().map(|(at, declared)| event(at, declared, &mut fields)).collect();
    let columns = EventColumns { event: 0, severity: 1, first_slot: 2 };
    Stream {
        name: "event".parse().unwrap(),
        about: About::Instrument,
        description: String::new(),
        aggregate: None,
        event_time: None,
        fields,
        catalogue: Some(Arc::new(Catalogue { events, columns })),
        figures: None,
    }
}

fn field(name: &str, ty: FieldType) -> Field {
    let name = name.parse().unwrap();
    Field { name, ty, unit: None, description: None, presence: Presence::Optional, aggregates: Vec::new() }
}

fn event(at: usize, (templates, slots): &Declared<'_>, fields: &mut Vec<Field>) -> Event {
    let names: Vec<&str> = slots.iter().map(|(name, _)| *name).collect();
    Event {
        code: format!("event_{at}").into(),
        severity: Severity::Info,
        description: None,
        slots: slots.iter().map(|(name, kind)| slot(name, kind, fields)).collect(),
        templates: templates.iter().map(|text| template(text, &names)).collect(),
    }
}

/// A slot of a name that another event has too goes into the same field; words are added to it.
fn slot(name: &str, kind: &SlotKind, fields: &mut Vec<Field>) -> Slot {
    let mut kind = kind.clone();
    if let SlotKind::Sent { field: at, ty, .. } = &mut kind {
        let known = fields.iter().position(|field| field.name.as_str() == name);
        let column = known.unwrap_or_else(|| {
            fields.push(field(name, ty.clone()));
            fields.len() - 1
        });
        if let (FieldType::Enum { values: all }, FieldType::Enum { values }) = (&mut fields[column].ty, ty) {
            let new: Vec<_> = values.iter().filter(|word| !all.contains(word)).cloned().collect();
            all.extend(new);
        }
        *at = u16::try_from(column).unwrap();
    }
    Slot { name: name.parse().unwrap(), kind }
}

fn template(text: &str, names: &[&str]) -> Template {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((literal, behind)) = rest.split_once('{') {
        let (name, behind) = behind.split_once('}').unwrap();
        let at = names.iter().position(|known| *known == name).unwrap();
        if !literal.is_empty() {
            parts.push(Part::Literal(literal.into()));
        }
        parts.push(Part::Slot(u16::try_from(at).unwrap()));
        rest = behind;
    }
    if !rest.is_empty() {
        parts.push(Part::Literal(rest.into()));
    }
    Template { parts }
}

pub(super) fn sent(ty: FieldType) -> SlotKind {
    SlotKind::Sent { field: 0, ty, surface: Surface::Plain }
}

pub(super) fn int(min: i64, max: i64) -> SlotKind {
    sent(FieldType::Int { range: IntRange { min, max }, course: Course::Any })
}

pub(super) fn float(min: f64, max: f64, decimals: u8) -> SlotKind {
    sent(FieldType::Float { range: FloatRange { min, max }, decimals })
}

pub(super) fn words(words: &[&str]) -> SlotKind {
    sent(FieldType::Enum { values: words.iter().map(|word| (*word).into()).collect() })
}

pub(super) fn code(pattern: &str, max_bytes: u16) -> SlotKind {
    sent(FieldType::Code { pattern: pattern.into(), max_bytes })
}

pub(super) fn site() -> SiteWords {
    SiteWords::new([("anna", 0), ("LAB\\boss", 2)], "Europe/Berlin".parse().unwrap())
}

/// The event and the values of `line`, in the order of the template.
pub(super) fn read(matcher: &Matcher, line: &str) -> Result<(u16, Vec<Value>), Unmatched> {
    let mut out = Matched::default();
    matcher.match_line(line.as_bytes(), &site(), &mut out)?;
    Ok((out.event, out.cells.into_iter().map(|(_, value)| value).collect()))
}

pub(super) fn matcher(events: &[Declared<'_>]) -> Matcher {
    let matcher = Matcher::of(&stream(events)).unwrap();
    assert!(matcher.lost().is_empty());
    matcher
}
