//! Reads one template: literal text with slots in braces.

use super::letters;
use crate::{Part, Slot, Template};

/// Longest template in bytes: a screenful, for events of several lines.
const MAX_TEMPLATE_BYTES: usize = 4096;
/// Fewest letters of literal text, in bytes, so that two ideographs are enough. With fewer a template says
/// hardly more than its slots, and fits lines that nobody thought of.
const MIN_LETTER_BYTES: usize = 3;

/// The template, or what is wrong with it.
pub(super) fn parse(text: &str, slots: &[Slot]) -> Result<Template, String> {
    if text.len() > MAX_TEMPLATE_BYTES {
        return Err(format!("the template has {} bytes; at most {MAX_TEMPLATE_BYTES}", text.len()));
    }
    if text.starts_with('\n') || text.ends_with('\n') {
        return Err("begins or ends with a line feed; write a YAML block as `|-`".into());
    }
    if text.lines().any(|line| line.ends_with([' ', '\t'])) {
        return Err(
            "a line of it ends with a blank, which nobody sees and the matcher overlooks; remove it".into()
        );
    }
    let parts = parts(text, slots)?;
    refuse_neighbours(&parts, slots)?;
    require_each_once(&parts, slots)?;
    require_letters(&parts)?;
    Ok(Template { parts })
}

fn parts(text: &str, slots: &[Slot]) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        if let Some(behind) = rest.strip_prefix("{{").or_else(|| rest.strip_prefix("}}")) {
            literal.push(next);
            rest = behind;
        } else if let Some(inside) = rest.strip_prefix('{') {
            let (name, behind) = inside.split_once('}').ok_or("`{` without `}`; a brace is written `{{`")?;
            end_literal(&mut literal, &mut parts);
            parts.push(Part::Slot(index(name, slots)?));
            rest = behind;
        } else if next == '}' {
            return Err("`}` without `{`; a brace is written `}}`".into());
        } else {
            letters::visible(next)?;
            literal.push(next);
            rest = rest.get(next.len_utf8()..).unwrap_or_default();
        }
    }
    end_literal(&mut literal, &mut parts);
    Ok(parts)
}

fn end_literal(literal: &mut String, parts: &mut Vec<Part>) {
    if !literal.is_empty() {
        parts.push(Part::Literal(std::mem::take(literal).into()));
    }
}

fn index(name: &str, slots: &[Slot]) -> Result<u16, String> {
    if name.starts_with('?') {
        return Err(format!(
            "`{{{name}}}`: confirm the word, that is write it without `{{?}}`, or make it a slot"
        ));
    }
    let at = slots.iter().position(|slot| slot.name.as_str() == name);
    at.and_then(|at| u16::try_from(at).ok())
        .ok_or_else(|| format!("`{{{name}}}` is not declared under `slots`"))
}

/// Two slots side by side: nobody could say where the first ends.
fn refuse_neighbours(parts: &[Part], slots: &[Slot]) -> Result<(), String> {
    match parts
        .windows(2)
        .find_map(|pair| if let [Part::Slot(a), Part::Slot(b)] = pair { Some((*a, *b)) } else { None })
    {
        None => Ok(()),
        Some((a, b)) => Err(format!(
            "`{}` and `{}` stand side by side; text between them must part them",
            name(a, slots),
            name(b, slots)
        )),
    }
}

/// A value that stands twice could differ, and one that is missing would make two events of one.
fn require_each_once(parts: &[Part], slots: &[Slot]) -> Result<(), String> {
    for (slot, at) in slots.iter().zip(0..) {
        match parts.iter().filter(|part| **part == Part::Slot(at)).count() {
            1 => {}
            0 => {
                return Err(format!(
                    "slot `{}` is missing; each template of an event has all its slots",
                    slot.name
                ));
            }
            _ => {
                return Err(format!(
                    "slot `{}` stands more than once; give the second another name",
                    slot.name
                ));
            }
        }
    }
    Ok(())
}

fn require_letters(parts: &[Part]) -> Result<(), String> {
    let letters = |text: &str| text.chars().filter(|c| c.is_alphabetic()).map(char::len_utf8).sum::<usize>();
    let found: usize =
        parts.iter().map(|part| if let Part::Literal(text) = part { letters(text) } else { 0 }).sum();
    if found >= MIN_LETTER_BYTES {
        return Ok(());
    }
    Err("would fit nearly anything: beside its slots a template needs a word of its own".into())
}

fn name(slot: u16, slots: &[Slot]) -> &str {
    slots.get(usize::from(slot)).map_or("", |slot| slot.name.as_str())
}
