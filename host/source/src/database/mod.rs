//! The source *database*: rows of an instrument's live SQLite databases, in the order of a key that only grows.
//!
//! The host opens a database for some milliseconds and reads the declared columns of the declared tables (`snapshot.rs`,
//! `row.rs`); a plugin gets the rows of one table as one input and neither file nor SQLite. Whether a table still holds
//! what was read of it is asked at every look (`followed.rs`); what is read of it moves with the records. A row that
//! changes after it was read is not looked for.

mod examine;
mod followed;
mod parts;
mod row;
mod snapshot;
mod uri;
mod watched;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use aws_lc_rs::hmac;
use labrelay_model::{GapCounts, InputIdentity, Reason, SourceName};
use labrelay_os::file::FileId;

use crate::walk::{Step, Walk, Wanted, file_at};
use crate::{Pattern, ScanReport, TroubleKind};
use followed::Followed;
use parts::Given;
use snapshot::{NoLook, Stamps};
use watched::Database;

pub use examine::{Examined, Finding};
pub use parts::DatabaseProgress;

/// Rows that were seen and are gone. Nobody knows how many there were.
const ONE_GAP: GapCounts = GapCounts { gaps: 1, bytes: 0 };
/// Looks in a row that find a writer at work before the operator is told; a commit takes milliseconds.
const BUSY_LOOKS_TOLD: u32 = 10;

/// What an administrator says about one source of databases, and the manifest of what is in them.
#[derive(Debug, Clone)]
pub struct DatabaseConfig {
    /// The source's name in the manifest.
    pub source: SourceName,
    /// Where to look. These may be links; nothing below them is followed if it is one.
    pub folders: Vec<PathBuf>,
    /// Whether to look into folders within them.
    pub recursive: bool,
    /// Which file names are meant.
    pub pattern: Pattern,
    /// A row is read once it has stood there for so long.
    pub settle: Duration,
    /// What of a database is read.
    pub tables: Vec<TableConfig>,
}

/// A declared table.
#[derive(Debug, Clone)]
pub struct TableConfig {
    /// Its name in the database.
    pub name: Box<str>,
    /// Its `INTEGER PRIMARY KEY`, or `rowid`.
    pub key: Box<str>,
    /// The columns that are read.
    pub columns: Vec<Box<str>>,
}

impl TableConfig {
    /// Whether a column is read, as SQLite compares names.
    fn declares(&self, column: &str) -> bool {
        self.columns.iter().chain([&self.key]).any(|declared| declared.eq_ignore_ascii_case(column))
    }
}

/// What bounds the work of one call and the memory of one source.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    entries: usize,
    databases: usize,
    remembered: usize,
    looks: usize,
}

const BOUNDS: Bounds = Bounds {
    entries: 20_000,  // some 50 ms, so that a stop is never kept waiting
    databases: 256,   // an instrument has one; some begin a new one each month
    remembered: 1024, // tables, about 500 bytes each
    looks: 8,         // of some milliseconds, and 250 ms at most
};

/// Finds, follows and reads the databases of one source. One thread looks after it.
pub struct DatabaseSource {
    config: DatabaseConfig,
    key: hmac::Key,
    bounds: Bounds,
    walk: Option<Walk>,
    round: u32,
    /// No folder failed in this round.
    round_is_whole: bool,
    /// Those that are there.
    databases: BTreeMap<FileId, Database>,
    /// What was read of tables, by file and place in the configuration; also of files that are gone.
    followed: HashMap<(FileId, usize), Followed>,
    given_out: HashMap<InputIdentity, Given>,
    /// To be committed: tables that took over what was known of another file, and those that are declared no more.
    changed: HashSet<(FileId, usize)>,
    forgotten: Vec<InputIdentity>,
    gaps: Vec<(Reason, GapCounts)>,
    /// Collects what happens between two scans.
    report: ScanReport,
}

impl DatabaseSource {
    /// A source that goes on with the tables that were `saved`. The key is the device's.
    pub fn new(
        config: DatabaseConfig,
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
            databases: BTreeMap::new(),
            followed: HashMap::new(),
            given_out: HashMap::new(),
            changed: HashSet::new(),
            forgotten: Vec::new(),
            gaps: Vec::new(),
            report: ScanReport::default(),
        };
        for (identity, saved) in saved {
            source.remember(identity, &saved);
        }
        source
    }

    /// The source's name in the manifest.
    pub fn name(&self) -> &SourceName {
        &self.config.source
    }

    /// Looks through the folders, or through the next part of them; opens no database. One that has not moved costs a look at
    /// the attributes of its file and of the log beside it.
    pub fn scan(&mut self, now: SystemTime) -> ScanReport {
        let mut walk = self.walk.take().unwrap_or_else(|| self.begin_round());
        let mut report = std::mem::take(&mut self.report);
        let mut at_end = false;
        while !at_end && report.looked_at < self.bounds.entries {
            let wanted = Wanted { pattern: &self.config.pattern, recursive: self.config.recursive };
            match walk.next(wanted) {
                Some(step) => self.take_step(step, now, &mut report),
                None => at_end = true,
            }
        }
        match at_end {
            true => self.end_round(),
            false => self.walk = Some(walk),
        }
        let tables = || self.databases.values().flat_map(|database| &database.tables);
        report.complete = at_end && !tables().any(|table| table.more);
        report.ready = self.waiting();
        report.settling = tables().filter(|table| table.waits.is_some()).count();
        report
    }

    /// Number of databases that are to be looked at, or whose rows wait to be committed.
    pub fn waiting(&self) -> usize {
        self.databases.values().filter(|database| database.due).count()
    }

    fn remember(&mut self, identity: InputIdentity, saved: &[u8]) {
        let known = Followed::restore(saved).and_then(|followed| {
            let tables = &self.config.tables;
            let index = tables.iter().position(|table| table.name == followed.table)?;
            Some(((followed.file(), index), followed))
        });
        match known {
            Some((place, followed)) => drop(self.followed.insert(place, followed)),
            None => self.forgotten.push(identity),
        }
    }

    fn begin_round(&mut self) -> Walk {
        self.round = self.round.wrapping_add(1);
        self.round_is_whole = true;
        Walk::new(self.config.folders.clone())
    }

    /// Lets go of databases that are gone, unless a folder failed. What was read of them is kept: another file may go on.
    fn end_round(&mut self) {
        let round = self.round;
        if self.round_is_whole {
            let gone = self.databases.extract_if(.., |_, database| database.round != round);
            let waited =
                gone.flat_map(|(_, database)| database.tables).filter(|table| table.waits.is_some()).count();
            // A new one may have come in its place, with the same rows.
            if !self.databases.values().any(|database| database.new) {
                self.gaps.extend(std::iter::repeat_n((Reason::Vanished, ONE_GAP), waited));
            }
        }
        let too_many = self.followed.len().saturating_sub(self.bounds.remembered);
        let absent = self.followed.keys().filter(|(file, _)| !self.databases.contains_key(file));
        for place in absent.take(too_many).copied().collect::<Vec<_>>() {
            if let Some(followed) = self.followed.remove(&place) {
                self.forgotten.push(followed.identity(&self.key));
            }
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
        let stamps = Stamps::of(&path, &facts);
        if !self.databases.contains_key(&facts.id) && self.databases.len() >= self.bounds.databases {
            return report.trouble(TroubleKind::TooManyFiles, path);
        }
        let tables = self.config.tables.len();
        let database = self.databases.entry(facts.id).or_insert_with(|| Database::new(stamps, tables));
        (database.path, database.stamps, database.round) = (path, stamps, self.round);
        database.due = database.is_due(now, self.config.settle);
        if let Some(kind) = database.trouble {
            report.trouble(kind, database.path.clone());
        }
    }

    /// Leaves a database to a later scan.
    fn put_back(&mut self, file: FileId, why: NoLook, now: SystemTime) {
        let Some(database) = self.databases.get_mut(&file) else { return };
        database.due = false;
        database.busy_looks = if why == NoLook::Busy { database.busy_looks + 1 } else { 0 };
        database.trouble = match why {
            NoLook::Trouble(kind) => Some(kind),
            NoLook::Busy if database.busy_looks >= BUSY_LOOKS_TOLD => Some(TroubleKind::InUse),
            NoLook::Busy | NoLook::NotNow => None,
        };
        if let NoLook::Trouble(_) = why {
            database.exhausted = Some((database.stamps, now));
        }
    }
}
