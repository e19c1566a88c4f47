//! A folder with an instrument's database, the instrument's program that writes it, and a reader that stands for the plugin.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use labrelay_model::InputIdentity;
use labrelay_os::file::read_at;
use labrelay_source::{
    DatabaseConfig, DatabaseProgress, DatabaseSource, OpenedInput, Pattern, ScanReport, TableConfig,
    TroubleKind,
};
use rusqlite::Connection;
use serde_json::Value;
use tempfile::TempDir;

const KEY: [u8; 32] = [7; 32];
pub(crate) const SETTLE: Duration = Duration::from_secs(5);

/// How the instrument's program keeps its database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Journal {
    Rollback,
    Wal,
}

pub(crate) const JOURNALS: [Journal; 2] = [Journal::Rollback, Journal::Wal];

/// What becomes of rows that were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    Commit,
    /// The reply is lost before the commit.
    Lose,
}

pub(crate) struct Lab {
    pub(crate) dir: TempDir,
    pub(crate) now: SystemTime,
    pub(crate) source: DatabaseSource,
    pub(crate) config: DatabaseConfig,
    /// What the spool remembers.
    saved: BTreeMap<InputIdentity, Vec<u8>>,
    /// Every row that was committed: the name of its table's rows, and its line.
    pub(crate) read: Vec<(InputIdentity, Value)>,
    /// Gaps that were committed.
    pub(crate) gaps: Vec<&'static str>,
}

/// The instrument's table, of which `patient` is not declared.
pub(crate) const CREATE: &str =
    "CREATE TABLE qc (id INTEGER PRIMARY KEY, level TEXT, value REAL, patient TEXT);
     CREATE TABLE patients (id INTEGER PRIMARY KEY, name TEXT);
     INSERT INTO patients VALUES (1, 'Jane Doe')";

pub(crate) fn table(name: &str, key: &str, columns: &[&str]) -> TableConfig {
    TableConfig {
        name: name.into(),
        key: key.into(),
        columns: columns.iter().map(|column| (*column).into()).collect(),
    }
}

impl Lab {
    /// Rows need no rest.
    pub(crate) fn new() -> Self {
        Self::with(Duration::ZERO, vec![table("qc", "id", &["level", "value"])])
    }

    pub(crate) fn with(settle: Duration, tables: Vec<TableConfig>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let config = DatabaseConfig {
            source: "results".parse().unwrap(),
            folders: vec![dir.path().to_owned()],
            recursive: false,
            pattern: Pattern::new("*.db").unwrap(),
            settle,
            tables,
        };
        let source = DatabaseSource::new(config.clone(), KEY, []);
        Self {
            dir,
            now: SystemTime::now(),
            source,
            config,
            saved: BTreeMap::new(),
            read: Vec::new(),
            gaps: Vec::new(),
        }
    }

    pub(crate) fn restart(&mut self) {
        self.source = DatabaseSource::new(self.config.clone(), KEY, self.saved.clone());
    }

    /// As with a new spool: nothing is remembered.
    pub(crate) fn forget_all(&mut self) {
        self.saved.clear();
        self.restart();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The instrument's program, with `lab.db` open.
    pub(crate) fn instrument(&self, journal: Journal) -> Connection {
        let writer = open(&self.path("lab.db"), journal);
        writer.execute_batch(CREATE).unwrap();
        writer
    }

    /// A second later: looks through the folder.
    pub(crate) fn scan(&mut self) -> ScanReport {
        self.now += Duration::from_secs(1);
        self.source.scan(self.now)
    }

    pub(crate) fn troubles(&mut self) -> Vec<TroubleKind> {
        self.collect();
        self.scan().troubles.iter().map(|trouble| trouble.kind).collect()
    }

    /// Reads what is ready, once.
    pub(crate) fn poll(&mut self, then: Then) -> usize {
        let inputs = self.source.open_ready(64, self.now);
        let rows: Vec<_> = inputs.iter().flat_map(rows).collect();
        if then == Then::Commit {
            let finished: Vec<_> = inputs.iter().map(|input| input.identity).collect();
            let DatabaseProgress { tables, gaps } = self.source.progress(&finished);
            self.gaps.extend(gaps.iter().map(|(reason, _)| reason.word()));
            for (identity, state) in tables {
                match state {
                    Some(state) => drop(self.saved.insert(identity, state)),
                    None => drop(self.saved.remove(&identity)),
                }
            }
            self.source.committed(&finished);
            self.read.extend(rows.iter().cloned());
        }
        rows.len()
    }

    /// Looks and reads until there is nothing more; gives the keys that were read.
    pub(crate) fn collect(&mut self) -> Vec<i64> {
        let before = self.read.len();
        loop {
            let report = self.scan();
            if self.poll(Then::Commit) == 0 && report.complete {
                break;
            }
        }
        self.read[before..].iter().map(|(_, row)| row["key"].as_i64().unwrap()).collect()
    }

    /// Names of rows, as the host makes them: by table, key and what the row says.
    pub(crate) fn row_names(&self) -> BTreeSet<String> {
        self.read.iter().map(|(rows, line)| format!("{:02x?} {line}", rows.0)).collect()
    }

    /// Every file beside the database with what is in it.
    pub(crate) fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let entries = fs::read_dir(self.dir.path()).unwrap().map(|entry| entry.unwrap().path());
        entries.map(|path| (path.clone(), fs::read(path).unwrap())).collect()
    }
}

pub(crate) fn open(path: &Path, journal: Journal) -> Connection {
    let writer = Connection::open(path).unwrap();
    let mode = match journal {
        Journal::Rollback => "delete",
        Journal::Wal => "wal",
    };
    writer.pragma_update(None, "journal_mode", mode).unwrap();
    writer.pragma_update(None, "synchronous", "off").unwrap(); // no power is cut here
    writer
}

/// Rows like no others.
pub(crate) fn insert(writer: &Connection, count: usize) {
    static VALUE: AtomicU32 = AtomicU32::new(0);
    let sql = "INSERT INTO qc (level, value, patient) VALUES ('L2', ?1, 'Jane Doe')";
    let transaction = writer.unchecked_transaction().unwrap();
    for _ in 0..count {
        writer.execute(sql, [0.5 + f64::from(VALUE.fetch_add(1, Ordering::Relaxed))]).unwrap();
    }
    transaction.commit().unwrap();
}

/// The rows of an input, each with the name of its table's rows.
fn rows(input: &OpenedInput) -> Vec<(InputIdentity, Value)> {
    let mut bytes = vec![0; usize::try_from(input.size).unwrap()];
    assert_eq!(read_at(&input.file, 0, &mut bytes).unwrap(), bytes.len());
    let lines = String::from_utf8(bytes).unwrap();
    assert!(!lines.contains("Jane Doe"), "a column that is not declared");
    lines.lines().map(|line| (input.rows, serde_json::from_str(line).unwrap())).collect()
}
