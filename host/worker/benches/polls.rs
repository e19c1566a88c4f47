//! Round trips to a real worker: `cargo bench -p labrelay-worker`. Prints; checks nothing.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::indexing_slicing)]

use std::io::Write as _;
use std::time::{Duration, Instant};

use labrelay_abi::{Handle, OpenRequest, PollRequest, QcRule};
use labrelay_manifest::Manifest;
use labrelay_model::InputId;
use labrelay_worker::{Worker, WorkerLimits, WorkerSpec};

/// A collector stops when less room is left than its next unit might need: `ROOM_FOR_A_UNIT` of the SDK.
const RESERVE: u32 = 99;
const MEASURED: Duration = Duration::from_secs(2);

/// Starts that are measured.
const STARTS: usize = 30;

fn main() {
    starts();
    let mut worker = worker();
    let shapes =
        Manifest::parse(include_bytes!("../../../tests/hostile/moody/manifest.yaml")).unwrap().shapes();
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(b"wide\n").unwrap();
    for records in [1, 64, 1024] {
        let (mut polls, mut units, begun) = (0_u64, 0_u64, Instant::now());
        while begun.elapsed() < MEASURED {
            let reply = worker.poll(&request(records), &[&file], &shapes).unwrap();
            polls += 1;
            units += reply.seen;
        }
        let seconds = begun.elapsed().as_secs_f64();
        let (rate, each) = (polls as f64 / seconds, seconds / units as f64 * 1e9);
        println!(
            "asked for {records:>4}: {rate:>8.0} polls/s, {:>9.0} records/s, {each:>6.0} ns/record",
            units as f64 / seconds
        );
    }
}

/// From nothing to an opened collector.
fn starts() {
    let mut taken: Vec<Duration> = (0..STARTS)
        .map(|_| {
            let begun = Instant::now();
            let worker = worker();
            let taken = begun.elapsed();
            worker.stop();
            taken
        })
        .collect();
    taken.sort();
    println!(
        "a start: {:?} at least, {:?} in the middle, {:?} at most",
        taken[0],
        taken[STARTS / 2],
        taken[STARTS - 1]
    );
}

fn worker() -> Worker {
    let library =
        format!("{}labrelay_hostile_moody{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let spec = WorkerSpec {
        program: env!("CARGO_BIN_EXE_labrelay-worker").into(),
        args: Vec::new(),
        plugin: std::env::current_exe().unwrap().with_file_name(library),
        limits: WorkerLimits::default(),
        accept_missing: Vec::new(),
        sha256: None,
    };
    let mut worker = Worker::start(&spec).unwrap();
    let open = OpenRequest { settings_json: "{}".into(), qc: QcRule::All, zone: "UTC".into(), cursor: None };
    worker.open(&open).unwrap();
    worker
}

fn request(records: u32) -> PollRequest {
    let handle = Handle { id: InputId([1; 16]), source: 0, raw: 0, size: 5, begin: 0, name: None };
    PollRequest {
        max_records: if records == 1 { 1 } else { records + RESERVE },
        max_bytes: 1024 * 1024,
        deadline_ms: 1000,
        now_us: 0,
        committed_cursor: None,
        handles: vec![handle],
    }
}
