//! The source *tail*: text logs that are read line by line while they grow, through every way in which they are rotated.
//!
//! A log is known by its file and by what was read of it, never by its name or first bytes. A file that no longer holds
//! what was read begins a new *life*: it was cut (copy and truncate), rewritten in place, or its number was given to
//! another file. What the old life had and was not read is looked for in copies, and counted as a gap if it is nowhere.
//! A part is handed out up to the last complete line; what is committed of it moves with the records.

mod content;
mod copies;
mod line_end;
mod log;
mod missing;
mod parts;

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use aws_lc_rs::hmac;
use labrelay_model::{GapCounts, InputIdentity, Reason, SourceName};
use labrelay_os::file::{FileFacts, FileId, FileKind, FileStamp};

use crate::walk::{Step, Walk, Wanted, file_at};
use crate::{Pattern, ScanReport, TroubleKind};
use copies::Lost;
use log::{Life, Log, Name};
use parts::Given;

pub use line_end::CodeUnit;
pub use parts::TailProgress;

/// What an administrator says about one source of logs.
#[derive(Debug, Clone)]
pub struct TailConfig {
    /// The source's name in the manifest.
    pub source: SourceName,
    /// Where to look. These may be links; nothing below them is followed if it is one.
    pub folders: Vec<PathBuf>,
    /// Whether to look into folders within them.
    pub recursive: bool,
    /// Which file names are meant.
    pub pattern: Pattern,
    /// A last line without an end is complete once its file has been quiet for so long.
    pub settle: Duration,
    /// In what a line end is looked for.
    pub unit: CodeUnit,
}

/// What bounds the work of one call and the memory of one source; as a folder's.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    entries: usize,
    logs: usize,
    opens: usize,
}

const BOUNDS: Bounds = Bounds {
    entries: 20_000, // some 50 ms, so that a stop is never kept waiting
    logs: 200_000,   // about 100 MB
    opens: 256,      // some 20 ms from page cache
};

/// Finds, follows and opens the logs of one source. One thread looks after it.
pub struct TailSource {
    config: TailConfig,
    key: hmac::Key,
    bounds: Bounds,
    walk: Option<Walk>,
    round: u32,
    /// No folder failed in this round.
    round_is_whole: bool,
    logs: HashMap<FileId, Log>,
    /// Ended lives that may go on in a copy.
    lost: Vec<Lost>,
    /// Logs with something to hand out, by turn.
    ready: BTreeSet<(u64, FileId)>,
    turn: u64,
    given_out: HashMap<InputIdentity, Given>,
    /// To be committed: logs that took over what another one had, lives to forget, gaps.
    changed: HashSet<FileId>,
    forgotten: Vec<InputIdentity>,
    gaps: Vec<(Reason, GapCounts)>,
    /// Collects what happens between two scans.
    report: ScanReport,
}

impl TailSource {
    /// A source that goes on with the logs that were `saved`. The key is the device's.
    pub fn new(
        config: TailConfig,
        identity_key: [u8; 32],
        saved: impl IntoIterator<Item = (InputIdentity, Vec<u8>)>,
    ) -> Self {
        let mut source = Self {
            config,
            key: hmac::Key::new(hmac::HMAC_SHA256, &identity_key),
            bounds: BOUNDS,
            walk: None,
            round: 0,
            round_is_whole: true,
            logs: HashMap::new(),
            lost: Vec::new(),
            ready: BTreeSet::new(),
            turn: 0,
            given_out: HashMap::new(),
            changed: HashSet::new(),
            forgotten: Vec::new(),
            gaps: Vec::new(),
            report: ScanReport::default(),
        };
        for (identity, saved) in saved {
            match Life::restore(identity, &saved) {
                Some(life) => source.go_on_with(life),
                None => source.forgotten.push(identity),
            }
        }
        source
    }

    /// The source's name in the manifest.
    pub fn name(&self) -> &SourceName {
        &self.config.source
    }

    /// Looks through the folders, or through the next part of them. A log that has not moved costs one look at its
    /// attributes.
    pub fn scan(&mut self, now: SystemTime) -> ScanReport {
        let mut walk = self.walk.take().unwrap_or_else(|| self.begin_round());
        let mut report = std::mem::take(&mut self.report);
        while report.looked_at < self.bounds.entries {
            let wanted = Wanted { pattern: &self.config.pattern, recursive: self.config.recursive };
            match walk.next(wanted) {
                Some(step) => self.take_step(step, now, &mut report),
                None => {
                    self.end_round(now);
                    report.complete = true;
                    break;
                }
            }
        }
        if !report.complete {
            self.walk = Some(walk);
        }
        let unread = self.logs.values().filter(|log| log.unread() > 0).count();
        report.ready = self.ready.len();
        report.settling = unread.saturating_sub(report.ready) + self.lost.len();
        report
    }

    /// Number of logs that may have something to hand out.
    pub fn waiting(&self) -> usize {
        self.ready.len()
    }

    fn go_on_with(&mut self, life: Life) {
        let file = life.file();
        let stamp = FileStamp { size: 0, modified_ns: 0, changed_ns: 0 };
        let facts = FileFacts { id: file, stamp, kind: FileKind::Regular };
        // The walk that is to come counts from 1: what it does not meet is looked for.
        let mut log = Log::new(PathBuf::new(), life, &facts, SystemTime::UNIX_EPOCH, 0);
        log.follow_from(log.life.read);
        if let Some(other) = self.logs.insert(file, log) {
            self.lost.push(Lost::new(other.into_life(), Reason::CutShort, 0));
        }
    }

    fn begin_round(&mut self) -> Walk {
        self.round = self.round.wrapping_add(1);
        self.round_is_whole = true;
        Walk::new(self.config.folders.clone())
    }

    fn end_round(&mut self, now: SystemTime) {
        if self.round_is_whole {
            self.look_for_missing(now);
        }
        self.decide_new_ones(now);
        if self.round_is_whole {
            self.give_up_lost();
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

    fn meet(&mut self, path: PathBuf, now: SystemTime, report: &mut ScanReport) {
        let Some(facts) = file_at(&path) else { return };
        let known = self.logs.len();
        match self.logs.entry(facts.id) {
            Entry::Occupied(mut log) => {
                log.get_mut().meet((path, Name::Meant), facts.stamp, now, self.round);
                self.make_ready_if_due(facts.id);
            }
            Entry::Vacant(_) if known >= self.bounds.logs => report.trouble(TroubleKind::TooManyFiles, path),
            Entry::Vacant(place) => {
                let life = Life::new(facts.id, &self.key);
                place.insert(Log::new(path, life, &facts, now, self.round));
            }
        }
    }

    fn make_ready_if_due(&mut self, file: FileId) {
        let Some(log) = self.logs.get(&file) else { return };
        if log.is_due(self.config.settle) {
            self.ready.insert((log.turn, file));
        }
    }

    fn not_ready(&mut self, file: FileId) {
        if let Some(log) = self.logs.get(&file) {
            self.ready.remove(&(log.turn, file));
        }
    }

    /// This log no longer holds what was read of it. Under a name that is not meant it is some other file by now.
    fn cut(&mut self, file: FileId, now: SystemTime) {
        if self.logs.get(&file).is_some_and(|log| log.name == Name::Other) {
            return self.lose(file, |log| log.life);
        }
        self.not_ready(file);
        let life = Life::new(file, &self.key);
        let Some(log) = self.logs.get_mut(&file) else { return };
        let ended = log.begin_anew(life, now);
        self.changed.remove(&file);
        self.lost.push(Lost::new(ended, Reason::CutShort, self.round));
    }
}
