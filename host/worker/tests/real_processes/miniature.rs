//! What these tests share: where things were built, and a host in miniature.

use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use labrelay_abi::{Handle, OpenReply, OpenRequest, PollReply, PollRequest, QcRule};
use labrelay_manifest::Manifest;
use labrelay_model::{InputId, StreamShape};
use labrelay_os::sandbox::Part;
use labrelay_worker::{Worker, WorkerError, WorkerLimits, WorkerSpec};

/// A test plugin's library. Cargo puts it beside this test, since the test depends on it.
pub(crate) fn plugin(name: &str) -> PathBuf {
    let this = std::env::current_exe().unwrap();
    this.with_file_name(format!(
        "{}labrelay_hostile_{name}{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    ))
}

/// The bare worker program over `plugin`, with short waits.
pub(crate) fn spec(plugin: PathBuf) -> WorkerSpec {
    let limits = WorkerLimits { grace: Duration::from_millis(500), ..WorkerLimits::default() };
    WorkerSpec {
        program: env!("CARGO_BIN_EXE_labrelay-worker").into(),
        args: Vec::new(),
        plugin,
        limits,
        accept_missing: accepted_missing(),
        sha256: None,
    }
}

/// Parts that the system of this test run lacks, as whoever runs it says: Wine has few of Windows' own.
fn accepted_missing() -> Vec<Part> {
    let words = std::env::var("LABRELAY_TEST_ACCEPT_MISSING").unwrap_or_default();
    words.split_whitespace().map(|word| word.parse().unwrap()).collect()
}

pub(crate) fn open_request(settings: &str) -> OpenRequest {
    OpenRequest { settings_json: settings.into(), qc: QcRule::All, zone: "UTC".into(), cursor: None }
}

/// A started and opened worker over the plugin that does what its input says.
pub(crate) fn moody() -> Worker {
    let mut worker = Worker::start(&spec(plugin("moody"))).unwrap();
    assert_eq!(worker.open(&open_request("{}")).unwrap(), OpenReply::Ready);
    worker
}

pub(crate) fn moody_shapes() -> Vec<StreamShape> {
    Manifest::parse(include_bytes!("../../../../tests/hostile/moody/manifest.yaml")).unwrap().shapes()
}

/// An input file that holds `text` and has no name.
pub(crate) fn file(text: &str) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

/// Polls with `files`, numbered from 1.
pub(crate) fn poll(
    worker: &mut Worker,
    files: &[File],
    committed: Option<Vec<u8>>,
) -> Result<PollReply, WorkerError> {
    let handle = |(number, file): (usize, &File)| Handle {
        id: InputId([number as u8 + 1; 16]),
        source: 0,
        raw: 0,
        size: file.metadata().unwrap().len(),
        begin: 0,
        name: None,
    };
    let request = PollRequest {
        max_records: 1024,
        max_bytes: 1024 * 1024,
        deadline_ms: 500,
        now_us: 0,
        committed_cursor: committed,
        handles: files.iter().enumerate().map(handle).collect(),
    };
    let files: Vec<_> = files.iter().collect();
    worker.poll(&request, &files, &moody_shapes())
}
