//! One seam under watch, between neighbouring values: do their joins make identifiers?
//!
//! A join with letters or separators tells at once. Digits alone hit one of the check digits by chance, so that two
//! lots would be taken for an identifier now and then; they count only when they go on hitting.

use std::collections::BTreeSet;

use labrelay_model::Reason;
use serde::{Deserialize, Serialize};

use super::short_hash;
use crate::detect;
use crate::verdict::Fault;

/// So many different joins of bare digits hit in a row before they tell. One check digit is hit by chance in 1 of 11
/// joins, and those of several specifications together in up to 1 of 6 (measured: 12 digits 17 %, 10 digits 12 %,
/// 9 digits 9 %). Eight in a row come by chance once in 6^8 = 1.7 million joins, at 1 of 11 in 214 million.
/// Identifiers in two halves are noticed at the eighth, which is sooner than by being nearly unique.
const TELLING_HITS: usize = 8;

/// The latest joins of bare digits that hit, in a row: short hashes of the different ones.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Joins(BTreeSet<u32>);

impl Joins {
    /// Passes two neighbouring values, unless one holds the beginning of an identifier and the other the rest.
    pub(super) fn note(&mut self, left: &str, right: &str) -> Result<(), Fault> {
        let Some(found) = detect::find_across(left, right) else {
            self.0.clear();
            return Ok(());
        };
        if self.0.len() < TELLING_HITS {
            self.0.insert(short_hash(&(left, right))); // a join that comes again is no further hit
        }
        let bare = [left, right].iter().all(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        if bare && self.0.len() < TELLING_HITS {
            return Ok(());
        }
        Err(Fault::found(Reason::SplitIdentifier, found))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first half of the digits, and the rest with a check digit by NHS's rule.
    fn halves(number: u32) -> Option<(String, String)> {
        let nine = format!("{:09}", 400_000_000 + number * 7919);
        let digits = nine.bytes().map(|byte| u32::from(byte - b'0'));
        let check = 11 - digits.zip((2..=10).rev()).map(|(digit, weight)| digit * weight).sum::<u32>() % 11;
        let check = if check == 11 { 0 } else { check };
        (check < 10).then(|| (nine[..5].to_owned(), format!("{}{check}", &nine[5..])))
    }

    #[test]
    fn halves_of_identifiers_are_noticed_after_some_records() {
        let mut joins = Joins::default();
        let passed = (0..100).filter_map(halves).take_while(|(l, r)| joins.note(l, r).is_ok()).count();
        assert_eq!(passed, TELLING_HITS - 1);
    }

    #[test]
    fn a_join_that_comes_again_and_again_is_one() {
        let mut joins = Joins::default();
        let (left, right) = halves(0).unwrap();
        assert!((0..100).all(|_| joins.note(&left, &right).is_ok()));
    }

    #[test]
    fn a_join_with_separators_or_letters_tells_at_once() {
        for (left, right) in [("536-90", "-4399"), ("943 47", "6 5919"), ("erika@mail.", "example.org")] {
            assert!(Joins::default().note(left, right).is_err(), "{left} {right}");
        }
    }
}
