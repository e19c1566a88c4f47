//! One field under watch: how many of its last values were distinct, and what the one before was.

use std::collections::BTreeSet;

use labrelay_model::Reason;
use serde::{Deserialize, Serialize};

use super::joins::Joins;
use super::short_hash;
use crate::verdict::Fault;

/// Values judged together. Fewer would freeze a field for a handful of service visits; more would let more
/// identifiers go before they are noticed. Bounds a field's state, which is saved with every commit, to some 400
/// bytes.
const WINDOW: u16 = 64;
/// From this many distinct values of a window on, more than nine in ten, a field is frozen. Lots, builds and error
/// codes repeat within 64 records; what numbers records, runs or people does not.
const NEARLY_UNIQUE: usize = 58;

/// What is known of one field's values.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum Watch {
    /// Nothing leaves any more.
    Frozen,
    /// Its values may leave so far.
    Watching {
        /// Values in this window.
        seen: u16,
        /// The short hash of each distinct one.
        distinct: BTreeSet<u32>,
        /// The value before, to which a token may go on.
        previous: Box<str>,
        /// Joins with the value before: with the one that the next value makes, and the other. Where values are
        /// halves, every second join is of two different things.
        joins: [Joins; 2],
    },
}

impl Default for Watch {
    fn default() -> Self {
        Watch::Watching {
            seen: 0,
            distinct: BTreeSet::new(),
            previous: Box::default(),
            joins: Default::default(),
        }
    }
}

impl Watch {
    pub(super) fn is_frozen(&self) -> bool {
        *self == Watch::Frozen
    }

    /// Takes note of a value, or says why it must not leave.
    pub(super) fn note(&mut self, text: &str) -> Result<(), Fault> {
        let Watch::Watching { seen, distinct, previous, joins } = self else {
            return Err(Reason::FrozenField.into());
        };
        *seen += 1;
        distinct.insert(short_hash(&text));
        if distinct.len() >= NEARLY_UNIQUE {
            *self = Watch::Frozen;
            return Err(Reason::FrozenField.into());
        }
        if *seen >= WINDOW {
            *seen = 0;
            distinct.clear();
        }
        if **previous == *text {
            return Ok(()); // a value that repeats goes on from nothing
        }
        // Also if the two are refused: else the first value would stand there forever, and refuse all others.
        let before = std::mem::replace(previous, text.into());
        joins.reverse();
        joins[0].note(&before, text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Notes values until one is refused; gives how many passed.
    fn passed(values: impl Iterator<Item = String>) -> usize {
        let mut watch = Watch::default();
        values.take_while(|value| watch.note(value).is_ok()).count()
    }

    #[test]
    fn a_field_that_is_unique_per_record_is_frozen_and_stays_so() {
        assert_eq!(passed((0..1000).map(|number| format!("A{number}"))), NEARLY_UNIQUE - 1);
        let mut watch = Watch::default();
        let _ = (0..NEARLY_UNIQUE).try_for_each(|number| watch.note(&format!("A{number}")));
        assert!(watch.is_frozen());
        assert_eq!(watch.note("A0"), Err(Reason::FrozenField.into()));
    }

    #[test]
    fn codes_that_repeat_are_never_frozen() {
        let records = 100_000;
        assert_eq!(passed((0..records).map(|number| format!("E{}", number % 57))), records);
        assert_eq!(passed((0..records).map(|number| format!("LOT{}", number / 2))), records);
    }

    #[test]
    fn a_field_that_becomes_unique_late_is_frozen_then() {
        let late = 6400;
        let values = (0..2 * late).map(|number: usize| format!("A{}", number.saturating_sub(late)));
        assert!((late..=late + 64).contains(&passed(values)));
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut watch = Watch::default();
        for number in 0..1000 {
            watch.note(&format!("code-{:060}", number % 50)).unwrap();
            assert!(postcard::to_allocvec(&watch).unwrap().len() < 420);
        }
    }
}
