//! One check and what came of it. Printing and writing reports is for others.

use serde::Serialize;

/// What came of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// As it should be.
    Passed,
    /// Not as it should be: the notes say what, where, and what to do.
    Failed,
    /// Not tried: the notes say why.
    Skipped,
}

/// A check that was made. Holds nothing that a plugin read, but for what a fixture's golden holds, and made-up marks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// One word, for scripts: `golden`; of a source `speed:log`.
    pub name: String,
    /// What is asked, as a statement that should be true.
    pub what: &'static str,
    /// The answer.
    pub verdict: Verdict,
    /// What was counted or measured.
    pub figure: String,
    /// What is wrong and what to do, one a line.
    pub notes: Vec<String>,
}

/// Notes that one check shows: the first tell what the rest would.
const MOST_NOTES: usize = 10;

impl Check {
    /// Passed if there is nothing to note; `advice` says what to do otherwise.
    pub(crate) fn of(
        name: impl Into<String>,
        what: &'static str,
        figure: String,
        mut notes: Vec<String>,
        advice: &str,
    ) -> Self {
        let verdict = if notes.is_empty() { Verdict::Passed } else { Verdict::Failed };
        let more = notes.len().saturating_sub(MOST_NOTES);
        notes.truncate(MOST_NOTES);
        if more > 0 {
            notes.push(format!("… and {more} more"));
        }
        if verdict == Verdict::Failed {
            notes.push(format!("do: {advice}"));
        }
        Self { name: name.into(), what, verdict, figure, notes }
    }

    /// Not tried.
    pub(crate) fn skipped(name: &str, what: &'static str, why: &str) -> Self {
        let notes = vec![why.to_owned()];
        Self { name: name.into(), what, verdict: Verdict::Skipped, figure: String::new(), notes }
    }
}
