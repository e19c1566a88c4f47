//! The report as Markdown: counts, shares and bounds, and nothing of a record.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::Command;

use super::corpus::Line;
use super::leak::leaks;
use super::program::Answer;
use super::width::{Widths, class_of};
use crate::demo::process::output_of;

/// How often the clean lines are matched while speed is measured: enough that starting the program counts little.
pub(super) const REPEATS: usize = 100;

/// The report so far.
pub(super) struct Document {
    text: String,
}

/// Counts of one row.
#[derive(Default)]
struct Row {
    records: usize,
    accepted: usize,
    leaks: usize,
}

impl Document {
    /// Begins with what was measured, when, and of which commit.
    pub(super) fn new(set: &str) -> anyhow::Result<Self> {
        let said = |command: &mut Command| {
            anyhow::Ok(String::from_utf8_lossy(&output_of(command)?).trim().to_owned())
        };
        let date = said(Command::new("date").args(["-u", "+%F"]))?;
        let commit = said(Command::new("git").args(["rev-parse", "--short", "HEAD"]))?;
        let text = format!(
            "# Identifiers against the gate, measured\n\n\
             Written by `cargo xtask phi-report` on {date} at commit {commit}, with the corpora `phi.{set}`, `clean.{set}`\n\
             and `slot.{set}`. Catalogues are learned by `labrelay catalogue learn --accept-words` and asked by\n\
             `labrelay catalogue match`; no person has reviewed them.\n\n\
             A **leak**: the identifying value, or a piece of it of 5 or more characters, is in what would leave (event\n\
             code or slots); a value of under 4 characters counts as a whole token, and of a record without a single\n\
             value anything that would leave. The bound is the greatest rate that is likely at 95 % (0 of N: 3/N).\n\
             *Covered* lines fit a template and would leave; *refused* ones fit, and the gate refused their values.\n"
        );
        Ok(Self { text })
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// How many clean lines a catalogue covers, by the program that wrote them.
    pub(super) fn coverage(&mut self, title: &str, lines: &[&Line], answers: &[Answer]) {
        self.heading(title);
        self.line("| program | lines | covered | | refused |\n|---|---|---|---|---|");
        let mut programs: BTreeMap<&str, Vec<&Answer>> = BTreeMap::new();
        for (line, answer) in lines.iter().zip(answers) {
            programs.entry(&line.source).or_default().push(answer);
        }
        for (program, answers) in programs.into_iter().chain([("**all**", answers.iter().collect())]) {
            let count = |is: fn(&Answer) -> bool| answers.iter().filter(|answer| is(answer)).count();
            let (covered, refused) = (count(|answer| answer.accepted), count(|answer| answer.refused));
            let share = percent(covered, answers.len());
            self.line(&format!("| {program} | {} | {covered} | {share} | {refused} |", answers.len()));
        }
    }

    /// Lines that one process matched in a second, by the clean lines over and over.
    pub(super) fn speed(&mut self, lines: &[&Line], seconds: f64) {
        let count = lines.len() * REPEATS;
        let megabytes = (lines.iter().map(|line| line.text.len() + 1).sum::<usize>() * REPEATS) as f64 / 1e6;
        let (per_second, rate) = (count as f64 / seconds, megabytes / seconds);
        self.line(&format!(
            "\n`labrelay catalogue match`, start to exit with reading, gate and printing: {per_second:.0} lines/s, \
             {rate:.0} MB/s."
        ));
    }

    /// What would leave of records with identifiers: in all, and by class, locale, evasion and width of numbers.
    pub(super) fn leaks(&mut self, title: &str, lines: &[&Line], answers: &[Answer], widths: &Widths) {
        self.heading(title);
        let rows = |key: &dyn Fn(&Line, &Answer) -> String| {
            let mut rows: BTreeMap<String, Row> = BTreeMap::new();
            for (line, answer) in lines.iter().zip(answers) {
                let row = rows.entry(key(line, answer)).or_default();
                row.records += 1;
                row.accepted += usize::from(answer.accepted);
                row.leaks += usize::from(leaks(line, answer));
            }
            rows
        };
        let width = |answer: &Answer| match class_of(answer, widths) {
            Some(width) => format!("up to {width} values"),
            None => "no number leaves".to_owned(),
        };
        self.rows("all", rows(&|_, _| "all".to_owned()));
        self.rows("class", rows(&|line, _| line.class.clone()));
        self.rows("locale", rows(&|line, _| line.locale.clone()));
        self.rows("evasion", rows(&|line, _| line.evasion.clone()));
        self.rows("widest numeric slot that leaves", rows(&|_, answer| width(answer)));
    }

    /// What fields of the shipped manifests take of `phi.dev`; `table` is the gate's own test's.
    pub(super) fn shipped(&mut self, table: &str) {
        self.heading("Every identifying value in every field of every shipped stream");
        self.line(
            "Each value of `phi.dev`, in every encoding that the gate's test knows, is put into each field of a record that\n\
             would pass. **Textual fields take none.** A number within its range can't be told from a reading:\n",
        );
        self.text.push_str(table);
    }

    fn rows(&mut self, by: &str, rows: BTreeMap<String, Row>) {
        self.line(&format!(
            "\n| {by} | records | something leaves | leaks | 95 % bound |\n|---|---|---|---|---|"
        ));
        for (name, Row { records, accepted, leaks }) in rows {
            let bound = 100.0 * upper_bound(leaks, records);
            self.line(&format!("| {name} | {records} | {accepted} | {leaks} | {bound:.3} % |"));
        }
    }

    fn heading(&mut self, title: &str) {
        self.line(&format!("\n## {title}\n"));
    }

    fn line(&mut self, line: &str) {
        // Writing to a String can't fail.
        let _ = writeln!(self.text, "{line}");
    }
}

/// Share in percent.
fn percent(part: usize, all: usize) -> String {
    format!("{:.2} %", if all == 0 { 0.0 } else { 100.0 * part as f64 / all as f64 })
}

/// Greatest rate that is likely at 95 %, one-sided: the Poisson bound in Wilson and Hilferty's approximation, and 3/N
/// where nothing was found.
fn upper_bound(found: usize, of: usize) -> f64 {
    let next = found as f64 + 1.0;
    let bound = match found {
        0 => 3.0,
        _ => next * (1.0 - 1.0 / (9.0 * next) + 1.645 / (3.0 * next.sqrt())).powi(3),
    };
    (bound / of.max(1) as f64).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_is_that_of_poisson() {
        for (found, bound) in [(0, 3.0), (1, 4.74), (10, 16.96)] {
            assert!((upper_bound(found, 1000) * 1000.0 - bound).abs() < 0.05, "{found}");
        }
    }
}
