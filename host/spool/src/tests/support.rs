//! A spool in a temporary folder, and commits to put into it.

use std::path::PathBuf;

use labrelay_model::{AcceptedLines, BatchHeader, BatchId, Digest, InputIdentity, StreamId, Timestamp};

use redb::ReadableTable;

use crate::layout::{BODIES, BatchKey};
use crate::{Commit, OpenError, OpenReport, Spool, SpoolConfig, SpoolKeys, StoredBatch};

/// A text that stands in every record: it must never be found in a file.
pub(super) const MARKER: &str = "marker-serial-4711";

pub(super) struct Site {
    dir: tempfile::TempDir,
    pub(super) config: SpoolConfig,
    pub(super) key: [u8; 32],
}

impl Site {
    pub(super) fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap(), config: SpoolConfig::default(), key: [7; 32] }
    }

    pub(super) fn try_open(&self) -> Result<(Spool, OpenReport), OpenError> {
        Spool::open(&self.folder(), self.config.clone(), SpoolKeys::new(&self.key).unwrap(), at(0))
    }

    pub(super) fn open(&self) -> Spool {
        self.try_open().unwrap().0
    }

    pub(super) fn open_with(&self, change: impl FnOnce(&mut SpoolConfig)) -> Spool {
        let mut config = self.config.clone();
        change(&mut config);
        Spool::open(&self.folder(), config, SpoolKeys::new(&self.key).unwrap(), at(0)).unwrap().0
    }

    pub(super) fn folder(&self) -> PathBuf {
        self.dir.path().join("spool")
    }

    /// The database itself, to alter it behind the spool's back. No spool may be open.
    pub(super) fn database(&self) -> redb::Database {
        redb::Database::open(self.file()).unwrap()
    }

    pub(super) fn file(&self) -> PathBuf {
        self.folder().join("spool.redb")
    }
}

/// `seconds` after 2026-03-01T08:00:00Z.
pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::parse("2026-03-01T08:00:00Z").unwrap().saturating_add_micros(seconds * 1_000_000)
}

pub(super) fn stream(name: &str) -> StreamId {
    format!("navios.{name}").parse().unwrap()
}

/// `count` different lines.
pub(super) fn lines(name: &str, count: u32) -> AcceptedLines {
    let line = |n| format!("{{\"row_id\":\"{n:032x}\",\"fields\":{{\"instrument\":\"{MARKER}\"}}}}\n");
    let ndjson: String = (0..count).map(line).collect();
    AcceptedLines::vouched_by_gate(stream(name), ndjson.into_bytes(), count)
}

/// A commit that holds nothing.
pub(super) fn empty() -> Commit {
    Commit {
        family: "navios".parse().unwrap(),
        plugin_version: "1.2.3".into(),
        host_version: "0.1.0".into(),
        manifest_sha256: Digest([3; 32]),
        lines: Vec::new(),
        cursor: None,
        gate_state: None,
        seen: Vec::new(),
        ledger: Vec::new(),
        read: Vec::new(),
        gaps: Vec::new(),
        logs: Vec::new(),
        quarantined: Vec::new(),
        now: at(0),
    }
}

/// A commit of `count` records of one stream.
pub(super) fn records(name: &str, count: u32) -> Commit {
    Commit { lines: vec![lines(name, count)], ..empty() }
}

pub(super) fn input(n: u8) -> InputIdentity {
    InputIdentity([n; 32])
}

/// Header and record lines of a batch.
pub(super) fn read(batch: &StoredBatch) -> (BatchHeader, String) {
    let plain = String::from_utf8(crate::body::unpack(&batch.body).unwrap()).unwrap();
    let (header, lines) = plain.split_once('\n').unwrap();
    (serde_json::from_str(header).unwrap(), lines.to_owned())
}

/// Changes the sealed body of a pending batch.
pub(super) fn alter_body(site: &Site, batch: &BatchId, change: impl FnOnce(&mut Vec<u8>)) {
    let database = site.database();
    let txn = database.begin_write().unwrap();
    {
        let mut bodies = txn.open_table(BODIES).unwrap();
        let key = BatchKey::from(batch);
        let mut body = bodies.get(key.key()).unwrap().unwrap().value().to_vec();
        change(&mut body);
        bodies.insert(key.key(), body.as_slice()).unwrap();
    }
    txn.commit().unwrap();
}

/// All pending batches of a stream.
pub(super) fn batches(spool: &Spool, name: &str) -> Vec<StoredBatch> {
    let (mut after, mut batches) = (None, Vec::new());
    while let Some(batch) = spool.next_batch(&stream(name), after).unwrap() {
        after = Some(batch.id.seq);
        batches.push(batch);
    }
    batches
}
