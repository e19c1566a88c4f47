//! Detectors: what an identifier looks like, for the texts that are left when every part of a record was declared.
//!
//! [`find`] names the first detector that fires on a text, [`find_across`] on a token split over two neighbouring
//! texts; [`disguise`] says whether a text hides another one. All are tables of rows: one row is one kind of
//! identifier with its specification, its pattern and the examples that are its test (`docs/detectors.md` lists
//! them). A detector that is silent proves nothing: the declaration is the gate, this is what stands behind it.

mod address;
mod checksum;
mod contact;
mod dates;
mod detector;
mod disguise;
mod encoded;
mod facts;
mod finance;
mod ids;
mod labels;
mod paths;
mod records;
mod spelling;
mod table;
#[cfg(test)]
mod tests;
mod us_health;
mod vehicle;

pub use detector::{Detector, Strength};
pub use disguise::disguise;

use facts::Facts;
use table::TABLE;

/// What is wrong with a text.
pub(crate) enum Found {
    Disguise,
    Identifier(&'static Detector),
}

/// What [`disguise`] and then [`find`] say of `text`, which is looked through once for both.
pub(crate) fn look(text: &str) -> Option<Found> {
    let facts = Facts::of(text);
    if disguise::is_disguised(text, facts) {
        return Some(Found::Disguise);
    }
    find_with(text, facts).map(Found::Identifier)
}

/// The first detector that fires on `text`, the strongest kind first.
pub fn find(text: &str) -> Option<&'static Detector> {
    find_with(text, Facts::of(text))
}

fn find_with(text: &str, facts: Facts) -> Option<&'static Detector> {
    TABLE.may_fire(&facts).then(|| TABLE.findings(text, facts).next()).flatten()
}

/// The first detector that fires on an identifier of which `left` holds the beginning and `right` the rest.
///
/// Bare digits of two counters join to a plausible number now and then, so that only what has a check digit or
/// carries its separators counts. Equal neighbours are a constant, no split token.
pub fn find_across(left: &str, right: &str) -> Option<&'static Detector> {
    let may_fire = left != right && TABLE.may_fire(&Facts::of(left).and(Facts::of(right)));
    may_fire.then(|| TABLE.find_over_seam(left, right)).flatten()
}

/// Every detector, the strongest kind first.
pub fn all() -> impl Iterator<Item = &'static Detector> {
    TABLE.detectors()
}
