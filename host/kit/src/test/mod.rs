//! `test`: every check of the kit, in order, on one built plugin.

mod canaries;
mod disturbed;
mod goldens;
mod samples;
mod speed;
mod spoiled;
mod start;

use std::path::PathBuf;

use labrelay_abi::Describe;

use self::goldens::Tried;
use crate::{Check, Report, Subject, Verdict};

/// What `labrelay plugin test` may be told.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Where inputs are left that a check failed on; nowhere if not given.
    pub keep: Option<PathBuf>,
}

/// Makes all checks. `on_check` sees each as soon as it is made.
///
/// Workers end with the thread that started them: the whole test runs on the one that calls this.
pub fn test(subject: &Subject, options: &Options, mut on_check: impl FnMut(&Check)) -> Report {
    let mut report = Report::new(subject);
    let mut made = |check: Check, report: &mut Report| {
        on_check(&check);
        report.checks.push(check);
    };
    let (loads, described) = start::loads(subject);
    made(loads, &mut report);
    let Some(described) = described else {
        made(
            Check::skipped("rest", "all other checks", "nothing can be asked of a plugin that does not load"),
            &mut report,
        );
        return report;
    };
    report.describe(&described);
    made(start::manifest(subject, &described), &mut report);
    if !is_of_this_manifest(subject, &described) {
        made(
            Check::skipped("rest", "all other checks", "plugin and manifest are not of the same build"),
            &mut report,
        );
        return report;
    }
    let tried = Tried::read(subject);
    made(tried.goldens(), &mut report);
    made(tried.declared(), &mut report);
    made(tried.coverage(subject), &mut report);
    report.coverage = tried.table(subject);
    for way in disturbed::WAYS {
        made(way.check(subject, &tried), &mut report);
    }
    made(canaries::check(subject, &tried), &mut report);
    made(spoiled::check(subject, &tried, options), &mut report);
    for check in speed::checks(subject, &tried) {
        made(check, &mut report);
    }
    report
}

fn is_of_this_manifest(subject: &Subject, described: &Describe) -> bool {
    subject.manifest.sha256().0 == described.manifest_sha256 && *subject.manifest.family() == described.family
}

impl Report {
    /// Whether no check failed. Skipped ones stand in the report, and fail nothing.
    pub fn passed(&self) -> bool {
        self.checks.iter().all(|check| check.verdict != Verdict::Failed)
    }
}
