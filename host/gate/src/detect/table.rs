//! All rows compiled, and the ways in which they are tried on a text.

use std::sync::LazyLock;

use regex::bytes::{Match, Regex, RegexBuilder, RegexSet, RegexSetBuilder};

use super::facts::{Facts, Needs};
use super::spelling;
use super::{
    Detector, Strength, address, contact, dates, finance, ids, labels, paths, records, us_health, vehicle,
};

/// Compiled when first used: some milliseconds.
pub(super) static TABLE: LazyLock<Table> = LazyLock::new(Table::new);

/// What the automaton of all patterns may take, for each thread that judges at the same time. A program that had judged
/// 50,000 different lots took 14 MB in all; beyond the bound matching only gets slower.
const MAX_AUTOMATON_BYTES: usize = 4 << 20;

pub(super) struct Table {
    /// The strongest first.
    rows: Vec<Row>,
    /// The patterns of all rows, in their order: one pass says which can match.
    patterns: RegexSet,
    /// The least needs of all rows: few, so that most texts are done with after a handful of comparisons.
    needs: Vec<Needs>,
    /// Shorter texts of letters and digits alone meet none of them: most codes are such.
    least_alphanumeric: usize,
    /// The least needs of the rows with a check digit, which alone may speak of a text respelled.
    checked_needs: Vec<Needs>,
}

pub(super) struct Row {
    pub(super) detector: &'static Detector,
    regex: Regex,
}

impl Table {
    fn new() -> Self {
        let mut rows: Vec<Row> = sources().flatten().filter_map(Row::compile).collect();
        rows.sort_by_key(|row| row.detector.strength);
        let patterns = compile_set(rows.iter().map(|row| row.detector.pattern)).unwrap_or_default();
        let needs = |row: &Row| row.detector.needs;
        let checked = rows.iter().filter(|row| row.detector.strength == Strength::Checksum);
        let checked_needs = least(checked.map(needs).collect());
        let needs = least(rows.iter().map(needs).collect());
        let alphanumeric = needs.iter().filter(|needs| !needs.beyond_alphanumeric());
        let least_alphanumeric = alphanumeric.map(Needs::least_length).min().unwrap_or(usize::MAX);
        Self { rows, patterns, needs, least_alphanumeric, checked_needs }
    }

    pub(super) fn detectors(&self) -> impl Iterator<Item = &'static Detector> {
        self.rows.iter().map(|row| row.detector)
    }

    #[cfg(test)]
    pub(super) fn rows(&self) -> &[Row] {
        &self.rows
    }

    pub(super) fn may_fire(&self, facts: &Facts) -> bool {
        let is_short_code = facts.others() == 0 && facts.length < self.least_alphanumeric;
        !is_short_code && self.needs.iter().any(|needs| needs.met_by(facts))
    }

    fn may_fire_respelled(&self, facts: Facts) -> bool {
        let facts = facts.respelled();
        self.checked_needs.iter().any(|needs| needs.met_by(&facts))
    }

    /// Every detector that fires: on the text as it stands, then on its other spellings.
    pub(super) fn findings(&self, text: &str, facts: Facts) -> impl Iterator<Item = &'static Detector> {
        let forms = move || spelling::forms(text, self.may_fire_respelled(facts));
        let forms = std::iter::once_with(forms).flatten();
        let respelled = forms.flat_map(|form| self.fired(&form.text, form.weakest).collect::<Vec<_>>());
        self.fired(text, Strength::Label).chain(respelled)
    }

    fn fired(&self, text: &str, weakest: Strength) -> impl Iterator<Item = &'static Detector> {
        let rows = self.matched(text, weakest).filter(|row| row.matches(text).next().is_some());
        rows.map(|row| row.detector)
    }

    /// Rows whose pattern is somewhere in `text`. Mostly there is none, which is known sooner than which.
    fn matched(&self, text: &str, weakest: Strength) -> impl Iterator<Item = &Row> {
        let text = Some(text.as_bytes()).filter(|text| self.patterns.is_match(text));
        let matched = text.into_iter().flat_map(|text| self.patterns.matches(text));
        let rows = matched.filter_map(|index| self.rows.get(index));
        rows.take_while(move |row| row.detector.strength <= weakest)
    }

    pub(super) fn find_over_seam(&self, left: &str, right: &str) -> Option<&'static Detector> {
        let text = format!("{left}{right}");
        let mut rows = self.matched(&text, Strength::Shape);
        rows.find(|row| row.fires_over(&text, left.len())).map(|row| row.detector)
    }
}

impl Row {
    /// A pattern that does not compile is a row that never fires; a test says that there is none.
    fn compile(detector: &'static Detector) -> Option<Self> {
        let mut builder = RegexBuilder::new(detector.pattern);
        let regex = builder.unicode(false).case_insensitive(true).build().ok()?;
        Some(Self { detector, regex })
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

    pub(super) fn matches<'t>(&self, text: &'t str) -> impl Iterator<Item = Match<'t>> {
        let holds = |found: &Match<'_>| self.detector.validate.is_none_or(|holds| holds(found.as_bytes()));
        self.regex.find_iter(text.as_bytes()).filter(holds)
    }
}

fn compile_set<'p>(patterns: impl Iterator<Item = &'p str>) -> Option<RegexSet> {
    let mut builder = RegexSetBuilder::new(patterns);
    builder.unicode(false).case_insensitive(true).dfa_size_limit(MAX_AUTOMATON_BYTES).build().ok()
}

/// Without those that a text can't meet unless it meets another as well.
fn least(mut needs: Vec<Needs>) -> Vec<Needs> {
    needs.sort_by_key(Needs::strictness);
    let mut kept: Vec<Needs> = Vec::new();
    for needs in needs {
        if !kept.iter().any(|kept| needs.includes(kept)) {
            kept.push(needs);
        }
    }
    kept
}

/// The tables, one for each country or kind.
fn sources() -> impl Iterator<Item = &'static [Detector]> {
    let kinds = [
        us_health::ROWS,
        finance::ROWS,
        vehicle::ROWS,
        contact::ROWS,
        address::ROWS,
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
        assert_eq!(TABLE.patterns.len(), sources().flatten().count());
    }

    #[test]
    fn what_meets_a_row_s_needs_may_fire() {
        for row in sources().flatten() {
            for facts in row.examples.iter().map(|example| Facts::of(example)) {
                assert!(row.needs.met_by(&facts) && TABLE.may_fire(&facts), "{}", row.name);
            }
        }
        assert!(!TABLE.may_fire(&Facts::of("A2301X")), "every text would take the long way");
    }
}
