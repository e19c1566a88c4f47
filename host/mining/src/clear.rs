//! Makes the end of every slot clear: the matcher reads the longest text that fits a slot, so what follows must not
//! be able to prolong it.

use std::sync::LazyLock;

use labrelay_manifest::Shape;
use regex::Regex;

use crate::group::{Group, Part};
use crate::seen::Seen;

/// Numbers joined by dashes, in the layout of a time; no time holds such a sign.
const DASHED: &str = "\u{2}";
/// A number, likewise.
const NUMBER: &str = "\u{1}";

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
        let parts = join_lists(group.parts.iter().enumerate().flat_map(clear).collect());
        Group { parts, lines: group.lines.div_ceil(layouts as u64) }
    });
    cleared.collect()
}

/// What stands for a time that would be read on from; `None` for anything else.
fn clear_end(parts: &[Part], at: usize, layout: usize) -> Option<Vec<Part>> {
    match parts.get(at)? {
        Part::Slot { shape: Shape::Time, seen } if time_before_token(parts, at) => {
            let mut layouts = layouts(seen);
            let known = layout.min(layouts.len().checked_sub(1)?);
            Some(layouts.swap_remove(known))
        }
        _ => None,
    }
}

/// The parts with lists of values as one token: how many a list has may differ, and a comma could be a decimal one.
fn join_lists(parts: Vec<Part>) -> Vec<Part> {
    let mut joined: Vec<Part> = Vec::with_capacity(parts.len());
    for part in parts {
        match (joined.len().checked_sub(2).and_then(|at| joined.get(at..)), &part) {
            (
                Some([Part::Slot { shape, seen }, Part::Mark(mark)]),
                Part::Slot { shape: next, seen: next_seen },
            ) if is_list(mark, *shape, *next) && !has_blank(next_seen, *next) => {
                let first = if has_blank(seen, *shape) { tokens_of_time(seen) } else { vec![token()] };
                joined.truncate(joined.len() - 2);
                joined.extend(first);
            }
            _ => joined.push(part),
        }
    }
    joined
}

fn is_list(mark: &str, shape: Shape, next: Shape) -> bool {
    let open = |shape| matches!(shape, Shape::Token | Shape::Path);
    mark == "," && shape != Shape::Path || matches!(mark, ":" | ";") && open(shape) && open(next)
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
    if has_blank(seen, Shape::Time) { vec![token(), Part::Mark(" ".into()), token()] } else { vec![token()] }
}

/// Whether values of this shape are known to hold a blank, or may.
pub(crate) fn has_blank(seen: &Seen, shape: Shape) -> bool {
    let kept = || seen.words().is_none_or(|words| words.keys().any(|text| text.contains(' ')));
    matches!(shape, Shape::Time | Shape::Path) && kept()
}

pub(crate) fn token() -> Part {
    Part::Slot { shape: Shape::Token, seen: Seen::default() }
}
