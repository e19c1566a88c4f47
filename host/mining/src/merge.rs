//! Groups that tell of the same event become one: those that differ in a shape, or in a word that varies.

use std::collections::HashMap;

use labrelay_manifest::Shape;

use crate::clear::has_blank;
use crate::group::{Group, Part, sign};
use crate::seen::Seen;

/// A place with so many different words, and no others around it that differ, holds names of things.
const MANY_WORDS: usize = 8;
/// A small set of words is offered as an enum, if each of them stood in this many lines.
pub(crate) const REPEATED_LINES: u64 = 3;
/// Most words of such a set.
pub(crate) const MOST_ENUM_WORDS: usize = 6;
/// Words that must stand around a place that varies: with fewer the template would fit nearly anything.
const WORDS_AROUND: usize = 2;

/// Stands for the place that is left open; lines hold no control characters.
const OPEN: &str = "\u{6}";

/// Merges until nothing more belongs together. `trusted`: also unknown words may be values of an enum.
pub(crate) fn merge(groups: Vec<Group>, trusted: bool) -> Vec<Group> {
    // What may hold a blank fits no token.
    let as_token = |shape, seen: &Seen| sign(if has_blank(seen, shape) { shape } else { Shape::Token });
    let mut groups = unite_equal(groups, |group| group.form(as_token));
    let most_words = groups.iter().map(|group| group.parts.len()).max().unwrap_or_default();
    for place in 0..most_words {
        groups = unite_varied(groups, place, trusted);
    }
    unite_equal(groups, |group| group.form(|shape, _| sign(shape)))
}

/// Unites groups of equal form, whatever shape their slots have: both would fit the same lines.
fn unite_equal(groups: Vec<Group>, form: impl Fn(&Group) -> String) -> Vec<Group> {
    let mut united: Vec<Group> = Vec::with_capacity(groups.len());
    let mut places: HashMap<(String, usize), usize> = HashMap::new();
    for group in groups {
        let place = *places.entry((form(&group), group.parts.len())).or_insert(united.len());
        match united.get_mut(place) {
            Some(one) => one.unite(&group),
            None => united.push(group),
        }
    }
    united
}

/// Unites groups that differ at `place` alone, if the words there are values and not different messages.
fn unite_varied(groups: Vec<Group>, place: usize, trusted: bool) -> Vec<Group> {
    let mut alike: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, group) in groups.iter().enumerate() {
        if let Some(around) = form_around(group, place) {
            alike.entry(around).or_default().push(at);
        }
    }
    let mut into: Vec<usize> = (0..groups.len()).collect();
    for members in alike.values() {
        let of_group = members.iter().filter_map(|at| groups.get(*at));
        let words: Vec<(&Part, u64)> =
            of_group.filter_map(|group| Some((group.parts.get(place)?, group.lines))).collect();
        if are_values(&words, trusted) {
            let first = members.iter().min().copied().unwrap_or_default();
            members.iter().for_each(|at| {
                if let Some(target) = into.get_mut(*at) {
                    *target = first
                }
            });
        }
    }
    gather(groups, &into)
}

/// The group's form with `place` left open; `None` if no word stands there or too few around it.
fn form_around(group: &Group, place: usize) -> Option<String> {
    let word_there = matches!(group.parts.get(place)?, Part::Word { .. });
    let words = group.parts.iter().filter(|part| matches!(part, Part::Word { .. })).count();
    (word_there && words > WORDS_AROUND).then(|| {
        let texts = group.parts.iter().enumerate().map(|(at, part)| match part {
            _ if at == place => OPEN.to_owned(),
            Part::Mark(text) | Part::Word { text, .. } => text.to_string(),
            Part::Slot { shape, .. } => sign(*shape).to_string(),
        });
        texts.collect()
    })
}

/// Whether the words of one place are a small repeated set, yes and no, or too many to be messages.
fn are_values(words: &[(&Part, u64)], trusted: bool) -> bool {
    let text =
        |part: &Part| if let Part::Word { text, .. } = part { text.to_string() } else { String::new() };
    let known = words.iter().filter(|(part, _)| matches!(part, Part::Word { known: true, .. })).count();
    let yes_or_no = words.iter().all(|(part, _)| matches!(&*text(part), "true" | "false"));
    let small = (2..=MOST_ENUM_WORDS).contains(&words.len())
        && words.iter().all(|(_, lines)| *lines >= REPEATED_LINES)
        && (trusted || known == words.len());
    let names = words.len() >= MANY_WORDS && known * 2 < words.len();
    words.len() > 1 && (yes_or_no || small || names)
}

/// Unites each group with the one that `into` names.
fn gather(groups: Vec<Group>, into: &[usize]) -> Vec<Group> {
    let mut gathered: Vec<Option<Group>> = Vec::with_capacity(groups.len());
    for (at, group) in groups.into_iter().enumerate() {
        let target = into.get(at).copied().unwrap_or(at);
        match gathered.get_mut(target) {
            Some(Some(one)) if target != at => {
                one.unite(&group);
                gathered.push(None);
            }
            _ => gathered.push(Some(group)),
        }
    }
    gathered.into_iter().flatten().collect()
}
