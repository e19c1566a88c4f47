//! A more careful form of a group: whatever is variable takes the whole of its text between blanks, and is dropped.
//!
//! For groups whose first form is not clear to the matcher: a slot that what follows could prolong, a value that a
//! narrower shape does not take.

use std::sync::LazyLock;

use labrelay_manifest::Shape;
use regex::Regex;

use crate::group::{Group, Part};
use crate::seen::Seen;
use crate::slot::is_name;

/// Numbers joined by dashes, in the layout of a time; no time holds such a sign.
const DASHED: &str = "\u{2}";
/// A number, likewise.
const NUMBER: &str = "\u{1}";

/// A group that says nothing beside its tokens, as groups of the texts that stood there: an event may be a single
/// name such as `FilterCube8`. Those with more digits stay as they are, and are left out later.
pub(crate) fn spell_out(group: Group) -> Vec<Group> {
    let token = group.parts.iter().position(|part| matches!(part, Part::Slot { shape: Shape::Token, .. }));
    let Some((at, Part::Slot { seen, .. })) = token.and_then(|at| Some((at, group.parts.get(at)?))) else {
        return vec![group];
    };
    let Some(texts) = seen.words().filter(|_| !group.says_enough()) else { return vec![group] };
    if !texts.keys().all(|text| is_name(text)) {
        return vec![group];
    }
    let spelled = texts.iter().map(|(text, lines)| {
        let mut one = Group { parts: group.parts.clone(), lines: *lines };
        if let Some(part) = one.parts.get_mut(at) {
            *part = Part::Word { text: text.clone(), known: false };
        }
        one
    });
    spelled.collect()
}

/// The group with a token for each text between blanks that holds a slot.
pub(crate) fn widen(group: &Group) -> Group {
    let mut parts = Vec::new();
    let mut chunk = Vec::new();
    for part in group.parts.iter().flat_map(at_blanks) {
        match &part {
            Part::Mark(text) if text.starts_with(char::is_whitespace) => {
                end_chunk(&mut chunk, &mut parts);
                parts.push(part);
            }
            Part::Slot { shape: Shape::Path, .. } => {
                end_chunk(&mut chunk, &mut parts);
                parts.push(part);
            }
            Part::Slot { shape: Shape::Time, seen } if has_blank(seen) => {
                end_chunk(&mut chunk, &mut parts);
                parts.push(part);
            }
            _ => chunk.push(part),
        }
    }
    end_chunk(&mut chunk, &mut parts);
    Group { parts, lines: group.lines }
}

/// The group with other slots where the matcher would read on from a value into what follows: from a date into a token
/// that begins like a time of day, from a number behind its comma. One group for each way in which such a time is
/// written.
pub(crate) fn clear_ends(group: Group) -> Vec<Group> {
    let time = group
        .parts
        .iter()
        .zip(0..)
        .find_map(|(part, at)| time_before_token(&group.parts, at).then_some(part));
    let layouts = match time {
        Some(Part::Slot { seen, .. }) => layouts(seen).len().max(1),
        _ => 1,
    };
    let cleared = (0..layouts).map(|layout| {
        let clear = |(at, part): (usize, &Part)| {
            clear_end(&group.parts, at, layout).unwrap_or_else(|| vec![part.clone()])
        };
        let parts = group.parts.iter().enumerate().flat_map(clear).collect();
        Group { parts, lines: group.lines.div_ceil(layouts as u64) }
    });
    cleared.collect()
}

/// What stands for a part that would be read on from; `None` if its end is clear.
fn clear_end(parts: &[Part], at: usize, layout: usize) -> Option<Vec<Part>> {
    let before_comma = matches!(parts.get(at + 1), Some(Part::Mark(text)) if &**text == ",")
        && matches!(parts.get(at + 2), Some(Part::Slot { .. }));
    match parts.get(at)? {
        Part::Slot { shape: Shape::Time, seen } if time_before_token(parts, at) => {
            let mut layouts = layouts(seen);
            let known = layout.min(layouts.len().checked_sub(1)?);
            Some(layouts.swap_remove(known))
        }
        Part::Slot { shape: Shape::Time, seen } if before_comma => Some(tokens_of_time(seen)),
        Part::Slot { shape: Shape::Number, .. } if before_comma => Some(vec![token()]),
        _ => None,
    }
}

fn time_before_token(parts: &[Part], at: usize) -> bool {
    matches!(parts.get(at), Some(Part::Slot { shape: Shape::Time, .. }))
        && matches!(parts.get(at + 1), Some(Part::Mark(text)) if &**text == " ")
        && matches!(parts.get(at + 2), Some(Part::Slot { shape: Shape::Token, .. }))
}

/// The numbers and signs of a time, for each way in which it is written. Where dots could be decimals, its texts.
fn layouts(seen: &Seen) -> Vec<Vec<Part>> {
    let mut layouts: Vec<Vec<String>> = Vec::new();
    for text in seen.kept() {
        let layout = layout(text);
        if !layouts.contains(&layout) {
            layouts.push(layout);
        }
    }
    let part = |piece: &String| match &**piece {
        DASHED => Part::Slot { shape: Shape::Hex, seen: Seen::default() },
        NUMBER => Part::Slot { shape: Shape::Number, seen: Seen::default() },
        mark => Part::Mark(mark.into()),
    };
    let parts = |layout: &Vec<String>| match layout.iter().any(|piece| piece.starts_with('.')) {
        true => tokens_of_time(seen),
        false => layout.iter().map(part).collect(),
    };
    layouts.iter().map(parts).collect()
}

fn layout(text: &str) -> Vec<String> {
    static PIECES: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(?<dashed>\d+(?:-\d+)+)|\d+(?:[.,]\d+)?|(?<mark>\D+)").ok());
    let pieces = PIECES.iter().flat_map(|pieces| pieces.captures_iter(text));
    let layout = pieces.map(|piece| match piece.name("mark") {
        Some(mark) => mark.as_str().to_owned(),
        None if piece.name("dashed").is_some() => DASHED.to_owned(),
        None => NUMBER.to_owned(),
    });
    layout.collect()
}

fn tokens_of_time(seen: &Seen) -> Vec<Part> {
    if has_blank(seen) { vec![token(), Part::Mark(" ".into()), token()] } else { vec![token()] }
}

/// Marks apart from the blanks in them.
fn at_blanks(part: &Part) -> Vec<Part> {
    match part {
        Part::Mark(text) => pieces(text).into_iter().map(|piece| Part::Mark(piece.into())).collect(),
        _ => vec![part.clone()],
    }
}

fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c: char| c.is_whitespace() != first.is_whitespace()).unwrap_or(rest.len());
        let (piece, behind) = rest.split_at(end);
        pieces.push(piece);
        rest = behind;
    }
    pieces
}

pub(crate) fn has_blank(seen: &Seen) -> bool {
    seen.words().is_none_or(|words| words.keys().any(|text| text.contains(' ')))
}

fn token() -> Part {
    Part::Slot { shape: Shape::Token, seen: Seen::default() }
}

fn end_chunk(chunk: &mut Vec<Part>, parts: &mut Vec<Part>) {
    let ascii = |part: &Part| !matches!(part, Part::Mark(text) | Part::Word { text, .. } if !text.is_ascii());
    if chunk.iter().any(|part| matches!(part, Part::Slot { .. })) && chunk.iter().all(ascii) {
        chunk.clear();
        parts.push(token());
    } else {
        parts.append(chunk);
    }
}
