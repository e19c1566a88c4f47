//! The undisturbed reading of every fixture: what it gives, whether that is its golden, and what of the manifest it shows.

use std::path::Path;

use crate::input::{self, Input, Parts};
use crate::outcome::{self, Outcome, Shown};
use crate::reading::{Disturbance, Reader, Reading, ReadingError, Room};
use crate::{Case, Check, Subject, difference, files};

/// Greatest golden; one is some kilobytes.
const MAX_GOLDEN_BYTES: u64 = 64 << 20;

/// All cases, read once.
pub(super) struct Tried<'s> {
    pub(super) cases: Vec<TriedCase<'s>>,
    /// Cases that could not be read to their ends.
    failed: Vec<(&'s Case, Trouble)>,
}

/// A case that was read to its end.
pub(super) struct TriedCase<'s> {
    pub(super) case: &'s Case,
    pub(super) inputs: Vec<Input>,
    pub(super) reading: Reading,
    pub(super) outcome: Outcome,
}

/// Why a case could not be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error("input/ can't be read: {0}")]
    Input(#[from] std::io::Error),
    #[error(transparent)]
    Reading(#[from] ReadingError),
}

impl<'s> Tried<'s> {
    /// Reads every case as a host would.
    pub(super) fn read(subject: &'s Subject) -> Self {
        let mut tried = Self { cases: Vec::new(), failed: Vec::new() };
        for case in &subject.cases {
            match read(subject, case, Parts::Large, Room::FULL, Disturbance::None) {
                Ok((inputs, reading)) => {
                    let outcome = outcome::judge(&subject.manifest, &case.about, &reading.units);
                    tried.cases.push(TriedCase { case, inputs, reading, outcome });
                }
                Err(trouble) => tried.failed.push((case, trouble)),
            }
        }
        tried
    }

    /// Whether what comes out of each case is its golden.
    pub(super) fn goldens(&self) -> Check {
        let mut notes: Vec<String> =
            self.failed.iter().map(|(case, trouble)| format!("{}: {trouble}", case.name())).collect();
        notes.extend(self.cases.iter().filter_map(|tried| tried.difference()));
        let records: u64 = self.cases.iter().map(|tried| tried.outcome.records).sum();
        let units: usize = self.cases.iter().map(|tried| tried.reading.units.len()).sum();
        let figure = format!("{} cases, {units} units, {records} records", self.cases.len());
        let advice = "mend the plugin; or, if what came out is right, write it with \
                      `labrelay replay --case DIR --out DIR/expected.ndjson`, and review it";
        Check::of("golden", "each fixture gives its golden", figure, notes, advice)
    }

    /// Whether the plugin gave anything that its own manifest does not declare.
    pub(super) fn declared(&self) -> Check {
        let contradicting =
            |trouble: &Trouble| matches!(trouble, Trouble::Reading(error) if error.contradicts_manifest());
        let faults = self.failed.iter().filter(|(_, trouble)| contradicting(trouble));
        let mut notes: Vec<String> =
            faults.map(|(case, trouble)| format!("{}: {trouble}", case.name())).collect();
        for tried in &self.cases {
            let undeclared = tried.outcome.undeclared.iter();
            notes.extend(undeclared.map(|what| format!("{}: {what}", tried.case.name())));
        }
        let advice =
            "declare it in the manifest, or don't give it; words that are not in a list become `other`";
        Check::of(
            "declared",
            "nothing is given that the manifest does not declare",
            String::new(),
            notes,
            advice,
        )
    }

    /// Whether the fixtures show all of the manifest.
    pub(super) fn coverage(&self, subject: &Subject) -> Check {
        let mut table = self.table(subject);
        let used = |index: u16| {
            self.cases.iter().any(|tried| tried.inputs.iter().any(|input| input.source == index))
        };
        for (index, source) in (0..).zip(subject.manifest.sources()) {
            table.push((format!("source {}", source.name), u64::from(used(index))));
        }
        let missing: Vec<String> = table
            .iter()
            .filter(|(_, shown)| *shown == 0)
            .map(|(part, _)| format!("{part}: no record of any fixture shows it"))
            .collect();
        let figure = format!("{} of {} parts", table.len() - missing.len(), table.len());
        let advice = "add a fixture case that shows it, or take it out of the manifest";
        Check::of("coverage", "fixtures show every source, stream, field and event", figure, missing, advice)
    }

    /// Every stream, field and event, and how many records show it.
    pub(super) fn table(&self, subject: &Subject) -> Vec<(String, u64)> {
        let mut shown = Shown::default();
        self.cases.iter().for_each(|tried| shown.add(&tried.outcome.shown));
        shown.table(&subject.manifest)
    }
}

impl TriedCase<'_> {
    fn difference(&self) -> Option<String> {
        let name = self.case.name();
        match golden(&self.case.golden()) {
            Ok(expected) => difference::between(&expected, &self.outcome.ndjson)
                .map(|difference| format!("{name}: differs (- expected, + came out)\n{difference}")),
            Err(why) => Some(format!("{name}: expected.ndjson can't be read: {why}")),
        }
    }
}

fn golden(path: &Path) -> std::io::Result<String> {
    let bytes = files::read(path, MAX_GOLDEN_BYTES)?;
    String::from_utf8(bytes).map_err(|_| std::io::Error::other("it is not UTF-8"))
}

/// Reads one case in a given way.
pub(super) fn read(
    subject: &Subject,
    case: &Case,
    parts: Parts,
    room: Room,
    disturbance: Disturbance,
) -> Result<(Vec<Input>, Reading), Trouble> {
    let inputs = input::all_in(&case.input(), &subject.manifest, parts)?;
    let mut reader = Reader::new(subject, case).map_err(ReadingError::from)?;
    let reading = reader.read(&inputs, room, disturbance)?;
    reader.stop();
    Ok((inputs, reading))
}
