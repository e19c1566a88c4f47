//! A folder with logs, a source that follows them, and a reader that stands for the plugin.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use labrelay_model::{GapCounts, InputIdentity, Reason, SourceName};
use labrelay_os::file::read_at;
use labrelay_source::{CodeUnit, Pattern, TailConfig, TailSource};
use tempfile::TempDir;

pub(crate) const SETTLE: Duration = Duration::from_secs(60);
const KEY: [u8; 32] = [7; 32];

/// What becomes of a part that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    Commit,
    /// The reply is lost before the commit.
    Lose,
}

pub(crate) struct Lab {
    pub(crate) dir: TempDir,
    pub(crate) now: SystemTime,
    pub(crate) unit: CodeUnit,
    pub(crate) source: TailSource,
    /// What the spool remembers.
    saved: BTreeMap<InputIdentity, Vec<u8>>,
    /// What was committed, part by part.
    pub(crate) read: Vec<String>,
    pub(crate) gaps: BTreeMap<&'static str, GapCounts>,
}

impl Lab {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let source = TailSource::new(config(&dir, CodeUnit::Byte), KEY, []);
        let (saved, read, gaps) = (BTreeMap::new(), Vec::new(), BTreeMap::new());
        Self { dir, now: SystemTime::now(), unit: CodeUnit::Byte, source, saved, read, gaps }
    }

    pub(crate) fn restart(&mut self) {
        self.source = TailSource::new(config(&self.dir, self.unit), KEY, self.saved.clone());
    }

    /// As with a new spool: nothing is remembered.
    pub(crate) fn forget_all(&mut self) {
        self.saved.clear();
        self.restart();
    }

    pub(crate) fn remembered(&self) -> usize {
        self.saved.len()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn append(&self, name: &str, text: impl AsRef<[u8]>) {
        let mut file = OpenOptions::new().create(true).append(true).open(self.path(name)).unwrap();
        file.write_all(text.as_ref()).unwrap();
        file.set_modified(self.now).unwrap();
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
        self.touch(name);
    }

    /// Time runs faster here than for the file system.
    fn touch(&self, name: &str) {
        OpenOptions::new().write(true).open(self.path(name)).unwrap().set_modified(self.now).unwrap();
    }

    pub(crate) fn rename(&self, from: &str, to: &str) {
        fs::rename(self.path(from), self.path(to)).unwrap();
    }

    pub(crate) fn copy(&self, from: &str, to: &str) {
        fs::copy(self.path(from), self.path(to)).unwrap();
        self.touch(to);
    }

    pub(crate) fn truncate(&self, name: &str, size: u64) {
        OpenOptions::new().write(true).open(self.path(name)).unwrap().set_len(size).unwrap();
        self.touch(name);
    }

    pub(crate) fn remove(&self, name: &str) {
        fs::remove_file(self.path(name)).unwrap();
    }

    /// Looks through the folder, a second later.
    pub(crate) fn scan(&mut self) {
        self.now += Duration::from_secs(1);
        while !self.source.scan(self.now).complete {}
    }

    /// Reads what is ready, once.
    pub(crate) fn poll(&mut self, then: Then) {
        let inputs = self.source.open_ready(64, self.now);
        let mut parts = Vec::new();
        for input in &inputs {
            let mut bytes = vec![0; usize::try_from(input.size - input.begin).unwrap()];
            assert_eq!(read_at(&input.file, input.begin, &mut bytes).unwrap(), bytes.len());
            assert!(self.source.is_unchanged(input));
            parts.push(String::from_utf8_lossy(&bytes).into_owned());
        }
        if then == Then::Lose {
            return;
        }
        let finished: Vec<_> = inputs.iter().map(|input| input.identity).collect();
        self.commit(&finished);
        self.read.extend(parts);
    }

    pub(crate) fn commit(&mut self, finished: &[InputIdentity]) {
        let progress = self.source.progress(finished);
        for (identity, state) in progress.logs {
            match state {
                Some(state) => self.saved.insert(identity, state),
                None => self.saved.remove(&identity),
            };
        }
        for (reason, counts) in progress.gaps {
            let sum = self.gaps.entry(Reason::word(reason)).or_default();
            (sum.gaps, sum.bytes) = (sum.gaps + counts.gaps, sum.bytes + counts.bytes);
        }
        self.source.committed(finished);
    }

    /// Scans and reads until nothing is left; gives what came in since the last call.
    pub(crate) fn drain(&mut self) -> Vec<String> {
        self.scan();
        loop {
            let before = self.read.len();
            self.poll(Then::Commit);
            if self.read.len() == before && self.source.waiting() == 0 {
                break;
            }
        }
        std::mem::take(&mut self.read)
    }

    /// The same, with time for everything to come to rest.
    pub(crate) fn drain_at_rest(&mut self) -> Vec<String> {
        let mut all = Vec::new();
        for _ in 0..15 {
            self.now += Duration::from_secs(15);
            all.extend(self.drain());
        }
        all
    }
}

fn config(dir: &TempDir, unit: CodeUnit) -> TailConfig {
    TailConfig {
        source: SourceName::new("log").unwrap(),
        folders: vec![dir.path().to_owned()],
        recursive: false,
        pattern: Pattern::new("*.log|*.log.?").unwrap(),
        settle: SETTLE,
        unit,
    }
}
