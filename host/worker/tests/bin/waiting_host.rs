//! A host that waits for a worker for a long time, to be killed meanwhile; for tests. Not installed.
//!
//! Arguments: the worker's program, the plugin, an input. Prints a byte before it waits.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Write as _};
use std::process::ExitCode;
use std::time::Duration;

use labrelay_abi::{Handle, OpenRequest, PollRequest, QcRule};
use labrelay_model::InputId;
use labrelay_os::sandbox::Part;
use labrelay_worker::{Worker, WorkerLimits, WorkerSpec};

/// Longer than any test.
const FOR_EVER: Duration = Duration::from_secs(600);

fn main() -> ExitCode {
    let mut args = std::env::args_os().skip(1);
    let (Some(program), Some(plugin), Some(input)) = (args.next(), args.next(), args.next()) else {
        return ExitCode::FAILURE;
    };
    match wait(program, plugin, input) {
        Some(()) => ExitCode::SUCCESS,
        None => ExitCode::FAILURE,
    }
}

fn wait(program: OsString, plugin: OsString, input: OsString) -> Option<()> {
    let limits = WorkerLimits { grace: FOR_EVER, ..WorkerLimits::default() };
    let accept_missing = Part::ALL.to_vec(); // whatever holds it, it has to end with this process
    let (program, plugin) = (program.into(), plugin.into());
    let spec = WorkerSpec { program, args: Vec::new(), plugin, limits, accept_missing, sha256: None };
    let mut worker = Worker::start(&spec).ok()?;
    let open = OpenRequest { settings_json: "{}".into(), qc: QcRule::All, zone: "UTC".into(), cursor: None };
    worker.open(&open).ok()?;
    let file = File::open(input).ok()?;
    let size = file.metadata().ok()?.len();
    let request = PollRequest {
        max_records: 1,
        max_bytes: 1024,
        deadline_ms: 1000,
        now_us: 0,
        committed_cursor: None,
        handles: vec![Handle { id: InputId([1; 16]), source: 0, raw: 0, size, begin: 0, name: None }],
    };
    io::stdout().write_all(b".").and_then(|()| io::stdout().flush()).ok()?;
    worker.poll(&request, &[&file], &[]).ok().map(drop)
}
