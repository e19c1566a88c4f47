//! The table of a stream's events: which lines of a log count, what leaves of each, and what is dropped.

use labrelay_manifest::{Catalogue, Event, Field, Part, Severity, Shape, Slot, SlotKind, Template};

use crate::page::{Cell, Page, Text, code};
use crate::{kinds, possible};

const HEAD: &[&str] =
    &["event", "line of the log, parts that vary in braces", "what leaves of it", "what is dropped"];

/// Adds the table.
pub(crate) fn write(page: &mut Page, catalogue: &Catalogue, fields: &[Field]) {
    page.subheading("Events");
    page.paragraph(
        "A line of the log must be one of these, letter by letter, with parts that fit in the braces. Its event's \
         name, its severity and the parts named here leave; the line itself never does. Any other line stays on \
         the PC.",
    );
    page.table(HEAD, catalogue.events().iter().map(|event| row(event, fields)).collect());
}

fn row(event: &Event, fields: &[Field]) -> Vec<Cell> {
    let mut name = Cell::from(code(&*event.code)).line(severity(event.severity));
    if let Some(description) = &event.description {
        name = name.line(description.as_str());
    }
    let templates = event.templates.iter().map(|template| code(shown(template, &event.slots)));
    let sent = event.slots.iter().flat_map(|slot| what_leaves(slot, fields));
    let dropped = event.slots.iter().filter_map(what_is_dropped);
    vec![name, Cell(templates.collect()), Cell(sent.collect()), Cell(dropped.collect())]
}

fn what_leaves(slot: &Slot, fields: &[Field]) -> Vec<Text> {
    let SlotKind::Sent { field, ty, .. } = &slot.kind else { return Vec::new() };
    let unit = fields.get(usize::from(*field)).and_then(|field| field.unit.as_deref());
    let mut lines = possible::set(ty).0.into_iter();
    let first = code(slot.name.as_str()).plain(": ").then(kinds::words(ty, unit)).plain("; ");
    let first = first.then(lines.next().unwrap_or_default());
    std::iter::once(first).chain(lines).collect()
}

fn what_is_dropped(slot: &Slot) -> Option<Text> {
    let SlotKind::Ignored(shape) = &slot.kind else { return None };
    Some(code(slot.name.as_str()).plain(format!(": {}", shape_in_words(*shape))))
}

/// The template as a manifest writes it.
pub(crate) fn shown(template: &Template, slots: &[Slot]) -> String {
    let part = |part: &Part| match part {
        Part::Literal(text) => text.replace('{', "{{").replace('}', "}}").replace('\n', " ⏎ "),
        Part::Slot(index) => {
            format!("{{{}}}", slots.get(usize::from(*index)).map_or("?", |slot| slot.name.as_str()))
        }
    };
    template.parts.iter().map(part).collect()
}

pub(crate) fn severity(severity: Severity) -> &'static str {
    Severity::WORDS.get(usize::from(severity.index())).copied().unwrap_or_default()
}

pub(crate) fn shape_in_words(shape: Shape) -> &'static str {
    match shape {
        Shape::Number => "a number",
        Shape::Hex => "hexadecimal digits, as of an address or a checksum",
        Shape::Time => "a date or a time",
        Shape::Token => "a word or token",
        Shape::Path => "a path of a file or folder",
    }
}
