//! A folder of real files, a source over it, and a clock that tests move.

use std::cell::RefCell;
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use labrelay_model::{InputIdentity, SourceName};
use labrelay_source::{
    FileFormat, FolderConfig, FolderSource, OpenedInput, Pattern, ScanReport, SeenInputs, TroubleKind,
};

pub(crate) const SETTLE: Duration = Duration::from_secs(5);

/// File times move in steps of the kernel's tick; what is written next must be later.
const TICK: Duration = Duration::from_millis(15);

/// Stands for the spool.
#[derive(Default)]
pub(crate) struct Seen(RefCell<HashSet<InputIdentity>>);

impl SeenInputs for Seen {
    fn is_seen(&self, _: &SourceName, identity: &InputIdentity) -> bool {
        self.0.borrow().contains(identity)
    }
}

pub(crate) struct Bench {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) source: FolderSource,
    pub(crate) seen: Seen,
    pub(crate) now: SystemTime,
}

impl Bench {
    pub(crate) fn new(pattern: &str, format: FileFormat) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let source = source(&[dir.path()], pattern, format);
        Self { dir, source, seen: Seen::default(), now: SystemTime::now() }
    }

    /// The same folder and spool after the host was started anew.
    pub(crate) fn restart(&mut self, pattern: &str, format: FileFormat) {
        self.source = source(&[self.dir.path()], pattern, format);
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    pub(crate) fn scan_after(&mut self, pause: Duration) -> ScanReport {
        self.now += pause;
        self.source.scan(self.now)
    }

    /// Two looks with more than the settle time between them.
    pub(crate) fn settle(&mut self) -> ScanReport {
        self.scan_after(Duration::ZERO);
        self.scan_after(SETTLE)
    }

    pub(crate) fn open(&mut self) -> Vec<OpenedInput> {
        self.source.open_ready(100, &self.seen)
    }

    /// What is new once all has settled, by name, in order; commits it.
    pub(crate) fn take(&mut self) -> Vec<String> {
        self.settle();
        let opened = self.open();
        opened.iter().for_each(|input| self.commit(&input.identity));
        opened.iter().map(name).collect()
    }

    pub(crate) fn commit(&mut self, identity: &InputIdentity) {
        std::thread::sleep(TICK);
        self.seen.0.borrow_mut().insert(*identity);
        self.source.committed(identity);
    }
}

pub(crate) fn source(folders: &[&Path], pattern: &str, format: FileFormat) -> FolderSource {
    let config = FolderConfig {
        source: SourceName::new("listmode").unwrap(),
        folders: folders.iter().map(|folder| folder.to_path_buf()).collect(),
        recursive: true,
        pattern: Pattern::new(pattern).unwrap(),
        settle: SETTLE,
        format,
    };
    FolderSource::new(config, [7; 32])
}

pub(crate) fn name(input: &OpenedInput) -> String {
    input.path.file_name().unwrap().to_string_lossy().into_owned()
}

/// Read as a plugin's input is: at an offset, since the position of a handle is nobody's.
pub(crate) fn content(input: &OpenedInput) -> String {
    let mut bytes = vec![0; input.size as usize];
    labrelay_os::file::read_at(&input.file, input.begin, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

pub(crate) fn kinds(report: &ScanReport) -> Vec<TroubleKind> {
    report.troubles.iter().map(|trouble| trouble.kind).collect()
}

/// An FCS file of one data set whose DATA is `data` zero bytes.
pub(crate) fn fcs(text: &str, data: usize) -> Vec<u8> {
    let text_end = 58 + text.len();
    let offsets = [58, text_end - 1, text_end, text_end + data - 1, 0, 0];
    let mut bytes = b"FCS3.1    ".to_vec();
    offsets.iter().for_each(|offset| bytes.extend(format!("{offset:>8}").bytes()));
    bytes.extend(text.bytes());
    bytes.resize(text_end + data, 0);
    bytes
}
