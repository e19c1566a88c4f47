//! A more careful form of a group: whatever is variable takes the whole of its text between blanks, and is dropped.
//!
//! For groups whose first form is not clear to the matcher: a slot that what follows could prolong, a value that a
//! narrower shape does not take.

use labrelay_manifest::Shape;

use crate::clear::{has_blank, token};
use crate::group::{Group, Part};
use crate::slot::is_name;

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
            Part::Slot { shape: Shape::Time, seen } if has_blank(seen, Shape::Time) => {
                end_chunk(&mut chunk, &mut parts);
                parts.push(part);
            }
            _ => chunk.push(part),
        }
    }
    end_chunk(&mut chunk, &mut parts);
    Group { parts, lines: group.lines }
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

fn end_chunk(chunk: &mut Vec<Part>, parts: &mut Vec<Part>) {
    let ascii = |part: &Part| !matches!(part, Part::Mark(text) | Part::Word { text, .. } if !text.is_ascii());
    if chunk.iter().any(|part| matches!(part, Part::Slot { .. })) && chunk.iter().all(ascii) {
        chunk.clear();
        parts.push(token());
    } else {
        parts.append(chunk);
    }
}
