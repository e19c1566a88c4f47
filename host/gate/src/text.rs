//! The textual types: version, code, serial and lot. There is no free text.

use std::sync::Arc;

use labrelay_model::Reason;
use regex::bytes::{Regex, RegexBuilder};

use crate::binding::{Lots, Numbers};
use crate::is_version;

/// A leading `v` and 4 parts of 6 digits with 3 dots between.
const MAX_VERSION_BYTES: usize = 28;
/// Longer than any maker's serial number or lot.
const MAX_NUMBER_BYTES: usize = 64;
/// From this many digits in a row on, a code may be a record number, a date of birth or an account, and no
/// pattern could tell. A separator between two digits, as people write them, does not end the row.
const LONG_NUMBER_DIGITS: usize = 8;

/// What a text must be.
#[derive(Debug)]
pub(crate) enum TextRule {
    Version,
    Code(Arc<CodeRule>),
    Serial(Option<Numbers>),
    Lot { grammar: Option<Arc<CodeRule>>, lots: Lots },
}

impl TextRule {
    /// Passes `text`, or says why not.
    pub(crate) fn check(&self, text: &str) -> Result<(), Reason> {
        match self {
            TextRule::Version => check_version(text),
            TextRule::Code(code) => code.check(text),
            TextRule::Serial(serials) => check_serial(text, serials.as_ref()),
            TextRule::Lot { grammar, lots } => check_lot(text, grammar.as_deref(), lots),
        }
    }

    /// Whether a text that passed is bound only by its shape, so that an identifier of that shape could pass:
    /// not where it equals what the site declares.
    pub(crate) fn is_unbound(&self, text: &str) -> bool {
        match self {
            TextRule::Version | TextRule::Code(_) => true,
            TextRule::Serial(_) | TextRule::Lot { lots: Lots::KnownAtSite, .. } => false,
            TextRule::Lot { lots: Lots::Registered(lots), .. } => !lots.contains(text),
        }
    }
}

fn check_version(text: &str) -> Result<(), Reason> {
    check_bytes(text, MAX_VERSION_BYTES, Space::Refused)?;
    if is_version(text) { Ok(()) } else { Err(Reason::PatternMismatch) }
}

fn check_serial(text: &str, serials: Option<&Numbers>) -> Result<(), Reason> {
    check_bytes(text, MAX_NUMBER_BYTES, Space::Refused)?;
    match serials {
        None => Err(Reason::NoInventory),
        Some(serials) if serials.contains(text) => Ok(()),
        Some(_) => Err(Reason::NotInInventory),
    }
}

fn check_lot(text: &str, grammar: Option<&CodeRule>, lots: &Lots) -> Result<(), Reason> {
    check_bytes(text, MAX_NUMBER_BYTES, Space::LeftToPattern)?;
    match (lots, grammar) {
        (Lots::KnownAtSite, _) => Ok(()),
        (Lots::Registered(lots), _) if lots.contains(text) => Ok(()),
        (_, None) => Err(Reason::UnknownLot),
        (_, Some(grammar)) => grammar.check(text).map_err(|reason| match reason {
            Reason::PatternMismatch => Reason::UnknownLot,
            other => other,
        }),
    }
}

/// A code's declaration, compiled.
#[derive(Debug)]
pub(crate) struct CodeRule {
    /// `None` if the pattern does not compile between anchors: then nothing fits it.
    whole: Option<Regex>,
    max_bytes: usize,
}

impl CodeRule {
    pub(crate) fn new(pattern: &str, max_bytes: u16) -> Self {
        Self { whole: compile_whole(pattern), max_bytes: usize::from(max_bytes) }
    }

    pub(crate) fn check(&self, text: &str) -> Result<(), Reason> {
        check_bytes(text, self.max_bytes, Space::LeftToPattern)?;
        if has_long_number(text) {
            return Err(Reason::LongNumber);
        }
        let fits = self.whole.as_ref().is_some_and(|whole| whole.is_match(text.as_bytes()));
        if fits { Ok(()) } else { Err(Reason::PatternMismatch) }
    }
}

/// The pattern between anchors. It must compile by itself as well, else `A)|(?:B` would slip out of them. Read
/// as bytes, without Unicode, as the manifest's own check reads it.
fn compile_whole(pattern: &str) -> Option<Regex> {
    let compile = |pattern: &str| RegexBuilder::new(pattern).unicode(false).build().ok();
    compile(pattern)?;
    compile(&format!("^(?:{pattern})$"))
}

/// Whether a text may hold blanks.
#[derive(Clone, Copy, PartialEq)]
enum Space {
    Refused,
    LeftToPattern,
}

fn check_bytes(text: &str, max_bytes: usize, space: Space) -> Result<(), Reason> {
    if text.len() > max_bytes {
        return Err(Reason::TooLong);
    }
    let first = if space == Space::LeftToPattern { b' ' } else { b'!' };
    let printable = text.bytes().all(|byte| (first..=b'~').contains(&byte));
    if printable { Ok(()) } else { Err(Reason::NotPrintableAscii) }
}

fn has_long_number(text: &str) -> bool {
    let (mut run, mut after_digit) = (0, false);
    text.bytes().any(|byte| {
        let is_digit = byte.is_ascii_digit();
        match byte {
            _ if is_digit => run += 1,
            b' ' | b'-' | b'.' | b'/' | b'_' | b':' if after_digit => {}
            _ => run = 0,
        }
        after_digit = is_digit;
        run >= LONG_NUMBER_DIGITS
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_that_does_not_compile_between_anchors_lets_nothing_pass() {
        for pattern in ["A)|(?:.*", "(?x)A # ", "[", "\\xff"] {
            let rule = CodeRule::new(pattern, 10);
            for text in ["A", "B", "", "[", "A # "] {
                assert_eq!(rule.check(text), Err(Reason::PatternMismatch), "{pattern}");
            }
        }
        assert_eq!(CodeRule::new("A", 10).check("A"), Ok(()));
    }
}
