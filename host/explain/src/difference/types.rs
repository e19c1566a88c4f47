//! Changed bounds: the same type with other limits, or another type.

use std::collections::BTreeSet;

use labrelay_model::{Course, FieldType};

use super::Reach;
use crate::page::{Cell, Text};
use crate::{kinds, possible};

/// What changed, in words; `None` if nothing did.
pub(super) fn compare(old: &FieldType, new: &FieldType) -> Option<(Cell, Reach)> {
    if old == new {
        return None;
    }
    if old.choices().is_some() && old.word() == new.word() {
        return words(old, new);
    }
    let mut what = Cell::default();
    if kinds::words(old, None) != kinds::words(new, None) {
        what = what.line(Text::from("was: ").then(kinds::words(old, None)));
        what = what.line(Text::from("is now: ").then(kinds::words(new, None)));
    }
    let (before, after) = (possible::set(old), possible::set(new));
    if before != after {
        what = what.line(Text::from("could contain: ").then(in_one_line(before)));
        what = what.line(Text::from("can now contain: ").then(in_one_line(after)));
    }
    Some((what, reach(old, new)))
}

fn in_one_line(set: Cell) -> Text {
    let lines = set.0.into_iter();
    lines.reduce(|all, line| all.plain("; ").then(line)).unwrap_or_default()
}

fn reach(old: &FieldType, new: &FieldType) -> Reach {
    let within = match (old, new) {
        (FieldType::Int { range: old, course: was }, FieldType::Int { range: new, course: is }) => {
            old.min <= new.min && new.max <= old.max && (was == is || *is == Course::Monotone)
        }
        (
            FieldType::Duration { range: old, decimals: had },
            FieldType::Duration { range: new, decimals: has },
        ) => old.min <= new.min && new.max <= old.max && has <= had,
        (FieldType::Float { range: old, decimals: had }, FieldType::Float { range: new, decimals: has }) => {
            old.min <= new.min && new.max <= old.max && has <= had
        }
        (FieldType::Lot { pattern: Some(_), .. }, FieldType::Lot { pattern: None, .. }) => true,
        // Whether one pattern lies within another is not for us to say: a person looks.
        _ => false,
    };
    if within { Reach::Less } else { Reach::More }
}

/// Of types that are a choice: the words that came and went.
fn words(old: &FieldType, new: &FieldType) -> Option<(Cell, Reach)> {
    let (before, after) = (all_words(old), all_words(new));
    let (gone, added): (Vec<&str>, Vec<&str>) =
        (before.difference(&after).copied().collect(), after.difference(&before).copied().collect());
    let reach = match (added.is_empty(), gone.is_empty()) {
        (false, _) => Reach::More,
        (true, false) => Reach::Less,
        (true, true) => Reach::Same,
    };
    let mut what = Cell::default();
    if !added.is_empty() {
        what = what.line(Text::from("new: ").words(added));
    }
    if !gone.is_empty() {
        what = what.line(Text::from("gone: ").words(gone));
    }
    if what.0.is_empty() {
        what = what.line("the same words in another order, or for other folders");
    }
    Some((what, reach))
}

fn all_words(ty: &FieldType) -> BTreeSet<&str> {
    let count = u16::try_from(ty.choices().unwrap_or_default()).unwrap_or(u16::MAX);
    (0..count).filter_map(|index| ty.choice(index)).collect()
}

#[cfg(test)]
mod tests {
    use labrelay_model::{FloatRange, IntRange};

    use super::*;

    fn float(max: f64, decimals: u8) -> FieldType {
        FieldType::Float { range: FloatRange { min: 0.0, max }, decimals }
    }

    fn words_of(values: &[&str]) -> FieldType {
        FieldType::Enum { values: values.iter().map(|&word| word.into()).collect() }
    }

    fn reach_between(old: &FieldType, new: &FieldType) -> Option<Reach> {
        compare(old, new).map(|(_, reach)| reach)
    }

    #[test]
    fn whatever_widens_is_more() {
        assert_eq!(reach_between(&float(10.0, 1), &float(10.0, 1)), None);
        assert_eq!(reach_between(&float(10.0, 1), &float(20.0, 1)), Some(Reach::More));
        assert_eq!(reach_between(&float(10.0, 1), &float(10.0, 2)), Some(Reach::More));
        assert_eq!(reach_between(&float(10.0, 1), &float(9.0, 0)), Some(Reach::Less));
        assert_eq!(reach_between(&words_of(&["a"]), &words_of(&["a", "b"])), Some(Reach::More));
        assert_eq!(reach_between(&words_of(&["a", "b"]), &words_of(&["b"])), Some(Reach::Less));
        assert_eq!(reach_between(&words_of(&["a", "b"]), &words_of(&["b", "a"])), Some(Reach::Same));
        assert_eq!(reach_between(&float(10.0, 1), &words_of(&["a"])), Some(Reach::More));
    }

    #[test]
    fn what_can_not_be_shown_to_narrow_is_more() {
        let code = |pattern: &str| FieldType::Code { pattern: pattern.into(), max_bytes: 6 };
        assert_eq!(reach_between(&code("[0-9]{6}"), &code("[0-9]{5}")), Some(Reach::More));
        let counter = |course| FieldType::Int { range: IntRange { min: 0, max: 9 }, course };
        assert_eq!(reach_between(&counter(Course::Monotone), &counter(Course::Any)), Some(Reach::More));
        assert_eq!(reach_between(&counter(Course::Any), &counter(Course::Monotone)), Some(Reach::Less));
    }
}
