//! Measures the spool: `spool_bench [FOLDER] [BYTES]`; records a second, time to open, and memory with BYTES pending.
#![allow(clippy::print_stdout, clippy::unwrap_used)] // a measuring tool speaks, and may stop at any error

use std::path::PathBuf;
use std::time::Instant;

use labrelay_model::{AcceptedLines, Digest, StreamId, Timestamp};
use labrelay_spool::{Commit, CommitError, Spool, SpoolConfig, SpoolError, SpoolKeys};

const RECORDS: u32 = 4096;

fn main() {
    let mut args = std::env::args().skip(1);
    let dir = PathBuf::from(args.next().unwrap_or_else(|| "spool-bench".into()));
    let max_bytes = args.next().map_or(1_000_000_000, |bytes| bytes.parse().unwrap());
    let config = SpoolConfig { max_bytes, ..SpoolConfig::default() };
    let spool = open(&dir, &config);
    fill(&spool);
    drop(spool);
    let spool = open(&dir, &config);
    drain(&spool);
}

fn open(dir: &std::path::Path, config: &SpoolConfig) -> Spool {
    let start = Instant::now();
    let (spool, _) = Spool::open(dir, config.clone(), SpoolKeys::new(&[7; 32]).unwrap(), now()).unwrap();
    let status = spool.status().unwrap();
    println!(
        "opened with {} batches, {} bytes in {:?}; {}",
        status.batches,
        status.bytes,
        start.elapsed(),
        memory()
    );
    spool
}

fn fill(spool: &Spool) {
    let (start, mut seed, mut committing) = (Instant::now(), 1, std::time::Duration::ZERO);
    let before = spool.status().unwrap();
    loop {
        let commit = commit(&mut seed);
        let began = Instant::now();
        match spool.commit(&commit) {
            Ok(_) => committing += began.elapsed(),
            Err(CommitError::Full { .. } | CommitError::Spool(SpoolError::DiskFull)) => break,
            Err(error) => panic_with(&error),
        }
    }
    let after = spool.status().unwrap();
    let (records, bytes) = (after.records - before.records, after.bytes - before.bytes);
    let rate = records as f64 / committing.as_secs_f64();
    println!(
        "committed {records} records, {bytes} sealed bytes ({:.1} a record) in {:?} of {:?}: {rate:.0} records/s; {}",
        bytes as f64 / records as f64,
        committing,
        start.elapsed(),
        memory()
    );
}

fn drain(spool: &Spool) {
    let (start, stream, mut records) = (Instant::now(), stream(), 0u64);
    for _ in 0..2000 {
        let Some(batch) = spool.next_batch(&stream, None).unwrap() else { break };
        records += u64::from(batch.records);
        spool.landed(&batch.id, now()).unwrap();
    }
    let rate = records as f64 / start.elapsed().as_secs_f64();
    println!("landed {records} records in {:?}: {rate:.0} records/s; {}", start.elapsed(), memory());
}

fn commit(seed: &mut u64) -> Commit {
    let mut ndjson = Vec::new();
    for _ in 0..RECORDS {
        let mut next = || {
            *seed ^= *seed << 13;
            *seed ^= *seed >> 7;
            *seed ^= *seed << 17;
            *seed
        };
        let (a, b, c) = (next(), next(), next());
        let line = format!(
            "{{\"row_id\":\"{a:016x}{b:016x}\",\"fields\":{{\"instrument\":\"AB12345\",\"started_at\":\
             \"2026-03-01T08:{:02}:{:02}Z\",\"software_build\":\"20{}\",\"red_laser_start\":{}.{:02},\
             \"blue_laser_start\":{}.{:02},\"events\":{},\"stop_reason\":\"time\",\"aborted\":false}}}}\n",
            c % 60,
            c / 60 % 60,
            c % 3,
            20 + c % 7,
            c / 7 % 100,
            18 + c % 5,
            c / 5 % 100,
            c % 100_000
        );
        ndjson.extend_from_slice(line.as_bytes());
    }
    Commit {
        family: "navios".parse().unwrap(),
        plugin_version: "1.0.0".into(),
        host_version: "0.1.0".into(),
        manifest_sha256: Digest([1; 32]),
        lines: vec![AcceptedLines::vouched_by_gate(stream(), ndjson, RECORDS)],
        cursor: Some(vec![0; 64]),
        gate_state: None,
        seen: Vec::new(),
        ledger: Vec::new(),
        read: Vec::new(),
        gaps: Vec::new(),
        logs: Vec::new(),
        quarantined: Vec::new(),
        now: now(),
    }
}

fn stream() -> StreamId {
    "navios.bead_qc".parse().unwrap()
}

fn now() -> Timestamp {
    Timestamp::parse("2026-03-01T08:00:00Z").unwrap()
}

/// Resident memory of this process, now and at its highest.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let lines = status.lines().filter(|line| line.starts_with("VmRSS") || line.starts_with("VmHWM"));
    lines.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>().join(", ")
}

fn panic_with(error: &CommitError) -> ! {
    println!("{error}");
    std::process::exit(1)
}
