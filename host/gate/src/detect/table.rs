//! All rows compiled, and the ways in which they are tried on a text.

use std::sync::LazyLock;

use regex::bytes::{Match, Regex, RegexBuilder};

use super::facts::{Facts, Needs};
use super::spelling;
use super::{Detector, Strength, contact, dates, finance, ids, labels, paths, records, us_health, vehicle};

/// Compiled when first used: some milliseconds.
pub(super) static TABLE: LazyLock<Table> = LazyLock::new(Table::new);

pub(super) struct Table {
    rows: Vec<Row>,
    /// The different needs of all rows: few, so that most texts are done with after a handful of comparisons.
    needs: Vec<Needs>,
}

struct Row {
    detector: &'static Detector,
    regex: Regex,
}

impl Table {
    fn new() -> Self {
        let mut rows: Vec<Row> = sources().flat_map(|rows| rows.iter().filter_map(Row::compile)).collect();
        rows.sort_by_key(|row| row.detector.strength);
        let mut needs: Vec<Needs> = Vec::new();
        for row in &rows {
            if !needs.contains(&row.detector.needs) {
                needs.push(row.detector.needs);
            }
        }
        Self { rows, needs }
    }

    pub(super) fn detectors(&self) -> impl Iterator<Item = &'static Detector> {
        self.rows.iter().map(|row| row.detector)
    }

    pub(super) fn may_fire(&self, facts: Facts) -> bool {
        self.needs.iter().any(|needs| needs.met_by(&facts))
    }

    /// Every detector that fires: on the text as it stands, then on its other spellings.
    pub(super) fn findings(&self, text: &str) -> impl Iterator<Item = &'static Detector> {
        let facts = Facts::of(text);
        let worth = self.may_fire(facts).then_some(text);
        worth.into_iter().flat_map(move |text| {
            let written = self.tried(facts, Strength::Label).filter(move |row| row.fires(text));
            written.chain(self.respelled(text, facts)).map(|row| row.detector)
        })
    }

    /// Rows that fire on another spelling of `text`.
    fn respelled(&self, text: &str, facts: Facts) -> impl Iterator<Item = &Row> {
        let forms = std::iter::once_with(move || spelling::forms(text, facts)).flatten();
        forms.flat_map(move |form| {
            let rows = self.tried(Facts::of(&form.text), form.weakest);
            rows.filter(|row| row.fires(&form.text)).collect::<Vec<_>>()
        })
    }

    /// Rows that a text with these facts is tried on.
    fn tried(&self, facts: Facts, weakest: Strength) -> impl Iterator<Item = &Row> {
        let strong = self.rows.iter().take_while(move |row| row.detector.strength <= weakest);
        strong.filter(move |row| row.detector.needs.met_by(&facts))
    }

    pub(super) fn find_over_seam(&self, left: &str, right: &str) -> Option<&'static Detector> {
        let text = format!("{left}{right}");
        let mut rows = self.tried(Facts::of(&text), Strength::Shape);
        rows.find(|row| row.fires_over(&text, left.len())).map(|row| row.detector)
    }
}

impl Row {
    /// A pattern that does not compile is a row that never fires; a test says that there is none.
    fn compile(detector: &'static Detector) -> Option<Self> {
        let regex = RegexBuilder::new(detector.pattern).unicode(false).case_insensitive(true).build().ok()?;
        Some(Self { detector, regex })
    }

    fn fires(&self, text: &str) -> bool {
        self.matches(text).next().is_some()
    }

    /// Whether it fires on a piece of `text` that lies on both sides of `seam`. Two versions joined look like an
    /// address: where dots are all that tells, one must stand at the seam.
    fn fires_over(&self, text: &str, seam: usize) -> bool {
        let cut_at_dot = text.get(..seam).is_some_and(|left| left.ends_with('.'))
            || text.get(seam..).is_some_and(|right| right.starts_with('.'));
        let telling = |found: &Match<'_>| {
            self.detector.strength == Strength::Checksum
                || cut_at_dot
                || found.as_bytes().iter().any(|byte| byte.is_ascii_punctuation() && !b"+.".contains(byte))
        };
        self.matches(text).any(|found| found.start() < seam && seam < found.end() && telling(&found))
    }

    fn matches<'t>(&self, text: &'t str) -> impl Iterator<Item = Match<'t>> {
        let holds = |found: &Match<'_>| self.detector.validate.is_none_or(|holds| holds(found.as_bytes()));
        self.regex.find_iter(text.as_bytes()).filter(holds)
    }
}

/// The tables, one for each country or kind.
fn sources() -> impl Iterator<Item = &'static [Detector]> {
    let kinds = [
        us_health::ROWS,
        finance::ROWS,
        vehicle::ROWS,
        contact::ROWS,
        dates::ROWS,
        paths::ROWS,
        records::ROWS,
        labels::ROWS,
    ];
    ids::ROWS.iter().copied().chain(kinds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        for row in sources().flatten() {
            assert!(Row::compile(row).is_some(), "{}", row.name);
        }
    }
}
