//! The source *folder*: which files have settled, which of them are new, and which are given out.
//!
//! A file is *watched* until it has settled, then *ready*, oldest first, until it is *known*: its records are
//! committed. What is given out stays ready until then, so a poll that was not committed, or an input
//! that the plugin did not finish, is simply given out again. A copy is a new input, a renamed file is not,
//! and a file rewritten in place is new if its size, header or TEXT (else: ends) differ.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use aws_lc_rs::hmac;
use labrelay_model::{InputIdentity, SourceName};
use labrelay_os::file::FileId;

use crate::known::KnownFiles;
use crate::open::{Candidate, NotNow, OpenedInput};
use crate::settle::Watch;
use crate::walk::{Step, Walk, Wanted, file_at};
use crate::{Pattern, ScanReport, SeenInputs, TroubleKind};

/// Which part of a file tells it from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFormat {
    /// FCS or LMD: HEADER and TEXT of the first data set.
    Fcs,
    /// Anything else: its two ends.
    Other,
}

/// What an administrator says about one source of files.
#[derive(Debug, Clone)]
pub struct FolderConfig {
    /// The source's name in the manifest.
    pub source: SourceName,
    /// Where to look. These may be links; nothing below them is followed if it is one.
    pub folders: Vec<PathBuf>,
    /// Whether to look into folders within them.
    pub recursive: bool,
    /// Which file names are meant.
    pub pattern: Pattern,
    /// How long a file must have been quiet.
    pub settle: Duration,
    /// What is in the files.
    pub format: FileFormat,
}

/// What bounds the work of one call and the memory of one source.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    /// Directory entries that one scan looks at.
    entries: usize,
    /// Settled files that wait; the walk rests while there are so many.
    ready: usize,
    /// Files kept track of.
    files: usize,
    /// Files that one call opens, most of which may turn out to be known.
    opens: usize,
}

const BOUNDS: Bounds = Bounds {
    entries: 20_000,  // some 50 ms, so that a stop is never kept waiting
    ready: 10_000,    // about 2 MB of paths
    files: 1_000_000, // about 100 MB, which a folder of that size has to cost
    opens: 256,       // some 20 ms from page cache, 4 s from the slowest disk
};

/// Oldest content first; the file's id makes it unique.
type Age = (i64, FileId);

/// Finds, knows and opens the files of one source. One thread looks after it.
pub struct FolderSource {
    config: FolderConfig,
    key: hmac::Key,
    bounds: Bounds,
    walk: Option<Walk>,
    round: u32,
    /// No folder failed in this round.
    round_is_whole: bool,
    /// Some round has been whole and reached its end.
    has_seen_all: bool,
    watched: HashMap<FileId, Watch>,
    ready: BTreeMap<Age, Candidate>,
    given_out: HashMap<InputIdentity, Age>,
    known: KnownFiles,
    /// Collects what happens between two scans.
    report: ScanReport,
}

impl FolderSource {
    /// A source that has not looked anywhere yet. The key is the device's: identities mean nothing without it.
    pub fn new(config: FolderConfig, identity_key: [u8; 32]) -> Self {
        Self {
            config,
            key: hmac::Key::new(hmac::HMAC_SHA256, &identity_key),
            bounds: BOUNDS,
            walk: None,
            round: 0,
            round_is_whole: true,
            has_seen_all: false,
            watched: HashMap::new(),
            ready: BTreeMap::new(),
            given_out: HashMap::new(),
            known: KnownFiles::default(),
            report: ScanReport::default(),
        }
    }

    /// The source's name in the manifest.
    pub fn name(&self) -> &SourceName {
        &self.config.source
    }

    /// Looks through the folders, or through the next part of them; opens no file. Known files that have not
    /// moved cost one look at their attributes.
    pub fn scan(&mut self, now: SystemTime) -> ScanReport {
        let mut walk = self.walk.take().unwrap_or_else(|| self.begin_round());
        let mut report = std::mem::take(&mut self.report);
        while report.looked_at < self.bounds.entries && self.ready.len() < self.bounds.ready {
            let wanted = Wanted { pattern: &self.config.pattern, recursive: self.config.recursive };
            match walk.next(wanted) {
                Some(step) => self.take_step(step, now, &mut report),
                None => {
                    self.end_round();
                    report.complete = true;
                    break;
                }
            }
        }
        if !report.complete {
            self.walk = Some(walk);
        }
        report.ready = self.ready.len();
        report.settling = self.watched.len().saturating_sub(report.ready);
        report
    }

    /// Opens up to `max` settled files that are not `seen`, oldest content first. The same ones are opened
    /// again by the next call, unless they were [`committed`](Self::committed) in between.
    ///
    /// Fewer than `max` are no sign that there are no more: see [`waiting`](Self::waiting).
    pub fn open_ready(&mut self, max: usize, seen: &dyn SeenInputs) -> Vec<OpenedInput> {
        self.given_out.clear();
        let oldest: Vec<Age> = self.ready.keys().take(self.bounds.opens.max(max)).copied().collect();
        let mut opened = Vec::new();
        for age in oldest {
            if opened.len() >= max {
                break;
            }
            opened.extend(self.open(age, seen));
        }
        opened
    }

    /// Number of settled files that wait to be opened, or to be committed.
    pub fn waiting(&self) -> usize {
        self.ready.len()
    }

    /// Everything in this input is committed: it is not given out again.
    pub fn committed(&mut self, identity: &InputIdentity) {
        if let Some(age) = self.given_out.remove(identity) {
            self.settle_as_known(age, *identity);
        }
    }

    /// Identities of the known files that were there when the folders were last looked through to the end;
    /// `None` before that, or while a folder can't be listed: nothing may be taken for gone then.
    pub fn still_present(&self) -> Option<impl Iterator<Item = &InputIdentity>> {
        self.has_seen_all.then(|| self.known.identities())
    }

    fn begin_round(&mut self) -> Walk {
        self.round = self.round.wrapping_add(1);
        self.round_is_whole = true;
        Walk::new(self.config.folders.clone())
    }

    /// Forgets what is gone, unless a folder failed: its files are not gone.
    fn end_round(&mut self) {
        self.has_seen_all = self.round_is_whole;
        if self.round_is_whole {
            let round = self.round;
            self.known.forget_absent(round);
            self.watched.retain(|_, watch| watch.round == round);
        }
    }

    fn take_step(&mut self, step: Step, now: SystemTime, report: &mut ScanReport) {
        report.looked_at += 1;
        match step {
            Step::Passed => {}
            Step::File(path) => self.meet(path, now, report),
            Step::Trouble(kind, path) => {
                self.round_is_whole &= !kind.hides_files();
                report.trouble(kind, path);
            }
        }
    }

    /// A file whose name matches: known, or one step nearer to being ready.
    fn meet(&mut self, path: PathBuf, now: SystemTime, report: &mut ScanReport) {
        let Some(facts) = file_at(&path) else { return };
        let (id, stamp) = (facts.id, facts.stamp);
        if self.known.meet(id, stamp, self.round) {
            return;
        }
        if !self.watched.contains_key(&id) && self.watched.len() + self.known.len() >= self.bounds.files {
            return report.trouble(TroubleKind::TooManyFiles, path);
        }
        let watch = self.watched.entry(id).or_insert_with(|| Watch::new(stamp, now, self.round));
        watch.look(stamp, now, self.round);
        let quiet_for = watch.quiet_for(now);
        if quiet_for >= self.config.settle {
            self.ready.insert((stamp.modified_ns, id), Candidate { path, id, stamp, quiet_for });
        }
    }

    fn open(&mut self, age: Age, seen: &dyn SeenInputs) -> Option<OpenedInput> {
        let candidate = self.ready.get(&age)?;
        match candidate.open(&self.config, &self.key) {
            Ok(input) if seen.is_seen(&self.config.source, &input.identity) => {
                self.settle_as_known(age, input.identity);
                None
            }
            Ok(input) => {
                self.given_out.insert(input.identity, age);
                Some(input)
            }
            Err(not_now) => {
                self.put_back(age, not_now);
                None
            }
        }
    }

    /// Leaves a file to the next scan, which finds it again under whatever name it has by then.
    fn put_back(&mut self, age: Age, not_now: NotNow) {
        let Some(candidate) = self.ready.remove(&age) else { return };
        if let NotNow::Trouble(kind) = not_now {
            self.report.trouble(kind, candidate.path);
        }
    }

    fn settle_as_known(&mut self, age: Age, identity: InputIdentity) {
        if let Some(Candidate { id, stamp, .. }) = self.ready.remove(&age) {
            self.watched.remove(&id);
            self.known.insert(id, stamp, identity, self.round);
        }
    }
}

#[cfg(test)]
mod tests;
