//! Groups whose token slots also fit the lines of another group: the narrower one goes into the wider.

use labrelay_manifest::Shape;
use regex::RegexSet;

use crate::clear::has_blank;
use crate::group::{Group, Part, sign};

/// Merges every group into one whose template fits all its lines, so that no line has two.
pub(crate) fn absorb(mut groups: Vec<Group>) -> Vec<Group> {
    groups.sort_by_key(literal_bytes); // the widest first
    let wide: Vec<usize> = (0..groups.len()).filter(|at| groups.get(*at).is_some_and(has_token)).collect();
    let forms = wide.iter().filter_map(|at| groups.get(*at)).map(form_regex);
    let Ok(set) = RegexSet::new(forms) else { return groups };
    let owners: Vec<Option<usize>> = groups
        .iter()
        .enumerate()
        .map(|(at, group)| {
            let matches = set.matches(&form(group, str::to_owned, |_| false));
            matches.iter().filter_map(|found| wide.get(found).copied()).find(|owner| *owner < at)
        })
        .collect();
    let lines: Vec<u64> = groups.iter().map(|group| group.lines).collect();
    // Owners come first, so that of a chain all lines end at its first.
    for (owner, lines) in owners.iter().zip(&lines).rev() {
        if let Some(owner) = owner.and_then(|owner| groups.get_mut(owner)) {
            owner.lines += lines;
            owner.parts.iter_mut().for_each(|part| {
                if let Part::Slot { seen, .. } = part {
                    seen.add_unkept()
                }
            });
        }
    }
    groups.into_iter().zip(owners).filter(|(_, owner)| owner.is_none()).map(|(group, _)| group).collect()
}

fn literal_bytes(group: &Group) -> usize {
    let literal = |part: &Part| match part {
        Part::Mark(text) | Part::Word { text, .. } => text.len(),
        Part::Slot { .. } => 0,
    };
    group.parts.iter().map(literal).sum()
}

fn has_token(group: &Group) -> bool {
    group.says_enough()
        && group.parts.iter().any(|part| matches!(part, Part::Slot { shape: Shape::Token, .. }))
}

/// Fits the forms of other groups: a token holds words, marks and slots, but no blank or path.
fn form_regex(group: &Group) -> String {
    format!("^{}$", form(group, regex::escape, |shape| shape == Shape::Token))
}

/// The group's form with its `literal` text and signs for its slots; where `is_open`, what fits a token instead.
fn form(group: &Group, literal: impl Fn(&str) -> String, is_open: impl Fn(Shape) -> bool) -> String {
    let part = |part: &Part| match part {
        Part::Mark(text) | Part::Word { text, .. } => literal(text),
        Part::Slot { shape, .. } if is_open(*shape) => "[!-~\u{1}-\u{4}]+".into(),
        Part::Slot { shape: Shape::Time, seen } if has_blank(seen, Shape::Time) => "\u{3} \u{3}".into(),
        Part::Slot { shape, .. } => sign(*shape).to_string(),
    };
    group.parts.iter().map(part).collect()
}
