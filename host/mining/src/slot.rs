//! What a place that varies is proposed as. Careful: what is not plainly a reading or a small set is dropped.

use labrelay_manifest::Shape;

use crate::Words;
use crate::merge::{MOST_ENUM_WORDS, REPEATED_LINES};
use crate::seen::{Numbers, Seen};

/// Greatest number that is proposed to leave, either way from zero: longer ones may be record numbers.
const GREATEST: f64 = 9_999.0;
/// Most decimals that are taken for a reading's; more of them are a key.
const MOST_DECIMALS: usize = 4;
/// Most decimals that leave; the gate rounds to them. With [`GREATEST`] this stays far below the ten million values
/// that could hold an identifier (design decision 7), even where events share a column.
const MOST_DECIMALS_LEAVING: usize = 2;
/// Fewest different numbers from which a range is inferred; of fewer nobody knows what they are.
const FEWEST_NUMBERS: usize = 3;
/// A text with digits that all of so many lines have is a part of the message (`jk2_init`).
const CONSTANT_LINES: u64 = 10;
/// Most digits in such a text: more of them may be a serial number.
const CONSTANT_DIGITS: usize = 2;

/// What a place that varies may become.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Proposal {
    /// It does not vary after all.
    Constant(Box<str>),
    Int {
        min: i64,
        max: i64,
    },
    Float {
        min: i64,
        max: i64,
        decimals: usize,
    },
    Bool,
    Enum(Vec<Box<str>>),
    /// It must have this shape and is dropped at once.
    Ignored(Shape),
}

/// What to propose for values of this shape. `trusted`: unknown words may leave as words of an enum.
pub(crate) fn propose(shape: Shape, seen: &Seen, words: &Words, trusted: bool) -> Proposal {
    let proposal = match shape {
        Shape::Number => seen.numbers().filter(|_| seen.is_varied(FEWEST_NUMBERS)).and_then(number),
        Shape::Token => constant(seen).or_else(|| choice(seen, words, trusted)),
        Shape::Hex | Shape::Time | Shape::Path => None,
    };
    proposal.unwrap_or(Proposal::Ignored(shape))
}

fn number(numbers: &Numbers) -> Option<Proposal> {
    if numbers.min < -GREATEST || numbers.max > GREATEST || numbers.decimals > MOST_DECIMALS {
        return None;
    }
    let (min, max) = (-round_bound(-numbers.min), round_bound(numbers.max));
    if numbers.decimals == 0 {
        return Some(Proposal::Int { min, max });
    }
    Some(Proposal::Float { min, max, decimals: numbers.decimals.min(MOST_DECIMALS_LEAVING) })
}

/// The next of 10, 20, 50, 100, … from twice the greatest number seen, since unseen lines have other numbers; 0
/// where nothing beyond it was seen.
fn round_bound(seen: f64) -> i64 {
    if seen <= 0.0 {
        return 0;
    }
    let tens = [10.0, 100.0, 1_000.0].into_iter().flat_map(|ten| [ten, 2.0 * ten, 5.0 * ten]);
    tens.chain([GREATEST]).find(|bound| *bound >= 2.0 * seen).unwrap_or(GREATEST) as i64
}

fn constant(seen: &Seen) -> Option<Proposal> {
    let words = seen.words().filter(|words| words.len() == 1 && seen.lines >= CONSTANT_LINES)?;
    let text = words.keys().next()?;
    is_name(text).then(|| Proposal::Constant(text.clone()))
}

/// Whether a text with digits may be the name of a function or part, and not a serial number.
pub(crate) fn is_name(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let of_a_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    (1..=CONSTANT_DIGITS).contains(&digits) && text.bytes().all(of_a_name)
}

/// Yes and no, or few words, each repeated often.
fn choice(seen: &Seen, words: &Words, trusted: bool) -> Option<Proposal> {
    let found = seen.words()?;
    if !found.is_empty() && found.keys().all(|word| matches!(&**word, "true" | "false")) {
        return Some(Proposal::Bool);
    }
    let may_leave = |word: &str| {
        word.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-') && (trusted || words.know(word))
    };
    let small = (2..=MOST_ENUM_WORDS).contains(&found.len());
    let repeated = found.iter().all(|(word, lines)| *lines >= REPEATED_LINES && may_leave(word));
    (small && repeated).then(|| Proposal::Enum(found.keys().cloned().collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proposed(shape: Shape, texts: &[&str]) -> Proposal {
        let mut seen = Seen::default();
        texts.iter().for_each(|text| seen.add(text, 1));
        propose(shape, &seen, &Words::technical(), false)
    }

    #[test]
    fn only_narrow_numbers_are_proposed_to_leave() {
        let number = |texts: &[&str]| proposed(Shape::Number, texts);
        assert_eq!(number(&["3", "17", "51"]), Proposal::Int { min: 0, max: 200 });
        assert_eq!(number(&["-3", "0", "8000"]), Proposal::Int { min: -10, max: 9_999 });
        assert_eq!(number(&["1.5", "20", "99.25"]), Proposal::Float { min: 0, max: 200, decimals: 2 });
        for dropped in [
            &["1", "2", "10000"][..],      // may be a record number
            &["1", "2", "007"],            // no number but a code
            &["1.5", "2.5", "3.12345678"], // a key
            &["1", "2", "2", "2"],         // too few to know
            &["1", "2", "1.2.3"],
        ] {
            assert_eq!(number(dropped), Proposal::Ignored(Shape::Number), "{dropped:?}");
        }
    }

    #[test]
    fn words_leave_only_from_a_small_repeated_set() {
        let texts = |counts: &[(&'static str, usize)]| -> Vec<&str> {
            counts.iter().flat_map(|(text, count)| std::iter::repeat_n(*text, *count)).collect()
        };
        let token = |counts: &[(&'static str, usize)]| proposed(Shape::Token, &texts(counts));
        assert_eq!(token(&[("Blue", 3), ("Red", 5)]), Proposal::Enum(vec!["Blue".into(), "Red".into()]));
        assert_eq!(token(&[("true", 1), ("false", 1)]), Proposal::Bool);
        assert_eq!(token(&[("jk2_init", 10)]), Proposal::Constant("jk2_init".into()));
        for dropped in [
            &[("Blue", 3), ("Red", 2)][..],
            &[("Blue", 3), ("Schneider", 3)],
            &[("AW45441", 30)],
            &[("Dec", 30)],
            &[("A1", 3), ("B2", 3)],
            &[],
        ] {
            assert_eq!(token(dropped), Proposal::Ignored(Shape::Token), "{dropped:?}");
        }
    }

    #[test]
    fn times_paths_and_hashes_never_leave() {
        for shape in [Shape::Time, Shape::Path, Shape::Hex] {
            assert_eq!(proposed(shape, &["1", "2", "3"]), Proposal::Ignored(shape));
        }
    }
}
