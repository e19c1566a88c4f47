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

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs::File;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use aws_lc_rs::hmac;
use labrelay_model::{GapCounts, InputIdentity, Reason, SourceName};
use labrelay_os::file::{FileFacts, FileId, FileKind, FileStamp};

use crate::open::{NotNow, OpenedInput};
use crate::walk::{Step, Walk, Wanted};
use crate::{Pattern, ScanReport, TroubleKind};
use content::Content;
use copies::Lost;
use log::{Life, Log, Name};

pub use line_end::CodeUnit;

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
    opens: 256,
};

/// What changed of the logs, to be committed with the records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TailProgress {
    /// What is to be remembered of a log from now on; `None` forgets it.
    pub logs: Vec<(InputIdentity, Option<Vec<u8>>)>,
    /// What vanished before it was read.
    pub gaps: Vec<(Reason, GapCounts)>,
}

impl TailProgress {
    /// Whether there is nothing to commit.
    pub fn is_empty(&self) -> bool {
        self.logs.is_empty() && self.gaps.is_empty()
    }
}

/// A part that is handed out.
struct Given {
    file: FileId,
    stamp: FileStamp,
    before: Content,
    after: Content,
}

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

    /// Opens up to `max` logs that have complete lines, those first that waited longest. The same parts are opened again by
    /// the next call, unless they were [`committed`](Self::committed) in between.
    pub fn open_ready(&mut self, max: usize, now: SystemTime) -> Vec<OpenedInput> {
        self.given_out.clear();
        let first: Vec<FileId> =
            self.ready.iter().take(self.bounds.opens.max(max)).map(|(_, file)| *file).collect();
        let mut opened = Vec::new();
        for file in first {
            if opened.len() >= max {
                break;
            }
            match self.open(file, now) {
                Ok(input) => opened.extend(input),
                Err(not_now) => self.put_back(file, not_now),
            }
        }
        opened
    }

    /// Number of logs that may have something to hand out.
    pub fn waiting(&self) -> usize {
        self.ready.len()
    }

    /// Whether what the plugin read of `input` is what was looked at before. If not, nothing of it may be committed: the
    /// log was cut or rewritten meanwhile, which the next call of [`open_ready`](Self::open_ready) finds out.
    pub fn is_unchanged(&self, input: &OpenedInput) -> bool {
        let Some(given) = self.given_out.get(&input.identity) else { return true };
        let same = || -> std::io::Result<bool> {
            let moved = FileFacts::of_file(&input.file)?.stamp != given.stamp;
            Ok(!moved || given.before.extended(&input.file, input.size)? == Some(given.after))
        };
        same().unwrap_or(false)
    }

    /// What a commit has to hold, if of what is handed out these were read to their end.
    pub fn progress(&self, finished: &[InputIdentity]) -> TailProgress {
        let mut logs: Vec<_> = self.forgotten.iter().map(|identity| (*identity, None)).collect();
        let changed = self.changed.iter().filter_map(|file| self.logs.get(file));
        logs.extend(changed.map(|log| saved(&log.life)));
        for (identity, given) in &self.given_out {
            let Some(log) = self.logs.get(&given.file) else { continue };
            let read = if finished.contains(identity) { given.after } else { given.before };
            logs.push(saved(&log.life.with_read(read)));
        }
        TailProgress { logs, gaps: self.gaps.clone() }
    }

    /// What [`progress`](Self::progress) gave for these is committed.
    pub fn committed(&mut self, finished: &[InputIdentity]) {
        self.changed.clear();
        self.forgotten.clear();
        self.gaps.clear();
        for identity in finished {
            if let Some(given) = self.given_out.remove(identity) {
                self.was_read(&given);
            }
        }
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
                let folder_failed =
                    matches!(kind, TroubleKind::FolderMissing | TroubleKind::FolderUnreadable);
                self.round_is_whole &= !folder_failed;
                report.trouble(kind, path);
            }
        }
    }

    fn meet(&mut self, path: PathBuf, now: SystemTime, report: &mut ScanReport) {
        let facts = match FileFacts::of_path(&path) {
            Ok(facts) if facts.kind == FileKind::Regular => facts,
            _ => return, // gone or replaced meanwhile
        };
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

    /// Hands out the next part of a log, if there is one.
    fn open(&mut self, file: FileId, now: SystemTime) -> Result<Option<OpenedInput>, NotNow> {
        let trouble = |error: std::io::Error| NotNow::Trouble(TroubleKind::of_file(&error));
        let Some(log) = self.logs.get_mut(&file) else { return Err(NotNow::Moved) };
        let opened = log.open()?;
        if !log.is_whole(&opened).map_err(trouble)? {
            self.cut(file, now);
            return Ok(None);
        }
        let gone = log.is_as_read();
        let Some(end) = log.next_part(&opened, self.config.unit, self.config.settle).map_err(trouble)? else {
            log.exhausted = Some(log.stamp);
            self.not_ready(file);
            self.count_gap(Reason::CutShort, gone);
            return Ok(None);
        };
        let extended = log.life.read.extended(&opened, end).map_err(trouble)?;
        self.count_gap(Reason::CutShort, gone);
        match extended {
            Some(after) => Ok(self.give_out(file, opened, after)),
            None => {
                self.cut(file, now);
                Ok(None)
            }
        }
    }

    fn give_out(&mut self, id: FileId, file: File, after: Content) -> Option<OpenedInput> {
        let log = self.logs.get(&id)?;
        let (identity, rows) = (InputIdentity(log.life.identity), InputIdentity(log.life.rows));
        let (path, before) = (log.path.clone(), log.life.read);
        self.given_out.insert(identity, Given { file: id, stamp: log.stamp, before, after });
        Some(OpenedInput { identity, rows, file, begin: before.bytes, size: after.bytes, path })
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

    /// Leaves a log to the next scan, which finds it again under whatever name it has by then.
    fn put_back(&mut self, file: FileId, not_now: NotNow) {
        self.not_ready(file);
        if let (NotNow::Trouble(kind), Some(log)) = (not_now, self.logs.get(&file)) {
            self.report.trouble(kind, log.path.clone());
        }
    }

    /// The part is committed. Others have their turn first.
    fn was_read(&mut self, given: &Given) {
        self.not_ready(given.file);
        self.turn += 1;
        let Some(log) = self.logs.get_mut(&given.file) else { return };
        log.turn = self.turn;
        log.life.read = given.after;
        log.searched = given.after.bytes;
        if given.after.bytes == given.stamp.size {
            log.exhausted = Some(given.stamp);
        }
        self.make_ready_if_due(given.file);
    }
}

fn saved(life: &Life) -> (InputIdentity, Option<Vec<u8>>) {
    (InputIdentity(life.identity), Some(life.save()))
}
