//! One detector: a row of a table, with its specification and its test.

use super::facts::Needs;

/// One kind of identifier: how it is written, who says so, and texts for and against.
#[derive(Debug)]
pub struct Detector {
    /// Short name, as in `uk-nhs`.
    pub name: &'static str,
    /// What it finds, for a person.
    pub what: &'static str,
    /// How much a find says.
    pub strength: Strength,
    /// The specification of the shape or the checksum.
    pub source: &'static str,
    /// What a text must have for this row to be tried at all.
    pub(crate) needs: Needs,
    /// Read over bytes, without Unicode, in either case.
    pub(crate) pattern: &'static str,
    /// Judges a match of the pattern, its separators included.
    pub(crate) validate: Option<fn(&[u8]) -> bool>,
    /// Made-up identifiers, or the specification's own samples.
    #[cfg_attr(not(test), allow(dead_code, reason = "the row's own test"))]
    pub(crate) examples: &'static [&'static str],
    /// Texts that come near and are none.
    #[cfg_attr(not(test), allow(dead_code, reason = "the row's own test"))]
    pub(crate) harmless: &'static [&'static str],
}

/// How much a find says, and so how far spelling is looked through: the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// A check digit is right. Tried also without separators, and backwards.
    Checksum,
    /// It is written as such identifiers are.
    Shape,
    /// It stands beside a word that announces one.
    Label,
}
