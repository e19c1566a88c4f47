//! Lines of a text log that the stock plugin turns into events in a second on one core: 200 events with 9 or 10 slots each, one
//! line in twenty fits none. With what the SDK does around it: the reply is encoded, and read back as the host does.
//!
//! `cargo bench -p labrelay-plugin-stock`. A figure, not a test: nothing fails when the machine is busy.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::indexing_slicing)] // a figure for a person
#![allow(dead_code, unused_imports)] // a check of all targets compiles the plugin's tests here too, and runs them there

#[path = "../src/lib.rs"]
mod stock; // a plugin's library can't be linked

use std::fmt::Write as _;
use std::time::Instant;

use labrelay_collector::testing::{Harness, MemoryFile, Site, UnitOutcome};
use stock::Stock;

const LINES: usize = 200_000;
const ROUNDS: usize = 5;
const LINES_OF_A_PART: usize = 4000;
/// As the host asks.
const MAX_RECORDS: u32 = 4096;
const MAX_BYTES: u32 = 4 << 20;

const PARTS: [&str; 20] = [
    "Laser",
    "Detector",
    "Sheath pump",
    "Waste pump",
    "Vacuum regulator",
    "Sample probe",
    "Carousel",
    "Mixer",
    "Shutter",
    "Flow cell heater",
    "Pressure sensor",
    "Door switch",
    "Barcode reader",
    "Valve block",
    "Compressor",
    "Power supply",
    "Acquisition board",
    "Threshold channel",
    "Optical bench",
    "Cleaning station",
];
const FACTS: [&str; 10] = [
    "output {f1} mW is below its target {f2} mW after {d} s of warm-up, temperature {t} Cel, drive current {c} mA, check scheduled in {h} h",
    "reached its operating point {f1} V with noise {f2} mV in {d} s, temperature {t} Cel, supply {c} V, self test {state} on attempt {k}",
    "finished cycle {k} of {h} in {d} s, flow {f1} uL/min, back pressure {f2} kPa, temperature {t} Cel, residual volume {c} uL, result {state}",
    "exceeded limit: measured {f1} kPa, allowed {f2} kPa, duration {d} s, retries {k}, controller {state}, temperature {t} Cel, duty {c} %, hold {h} min",
    "calibration {state}: slope {f1}, offset {f2}, residual {c} %, points {k}, duration {d} s, temperature {t} Cel, valid for {h} h",
    "counted {k} events in {d} s, rate {f1} events/s, dead time {f2} us, threshold {c}, coincidence {t} %, buffer use {h} %, status {state}",
    "moved to position {k} in {d} ms, encoder {f1} mm, expected {f2} mm, motor current {c} mA, temperature {t} Cel, home sensor {state}, wear {h} %",
    "daily check level {k}: mean {f1}, target {f2}, CV {c} %, shift {t} %, lot age {d} d, events {h}, decision {state}",
    "service counter at {k} cycles, limit {h} thousand, last interval {d} d, torque {f1} mNm, baseline {f2} mNm, temperature {t} Cel, draw {c} mA, advice {state}",
    "set point changed from {f1} V to {f2} V by automatic adjustment step {k}, settle {d} ms, gain {c}, temperature {t} Cel, window {h} ns, state {state}",
];
const STATES: [&str; 8] =
    ["passed", "failed", "skipped", "stable", "retrying", "nominal", "degraded", "idle"];
/// Each slot with its declaration.
const SLOTS: [(&str, &str); 9] = [
    ("num", "{type: int, range: [1, 8]}"),
    ("f1", "{type: float, range: [0, 5000], decimals: 2}"),
    ("f2", "{type: float, range: [0, 5000], decimals: 2}"),
    ("d", "{type: int, range: [1, 900]}"),
    ("t", "{type: float, range: [15, 60], decimals: 1}"),
    ("c", "{type: float, range: [0, 900], decimals: 1}"),
    ("k", "{type: int, range: [1, 99999]}"),
    ("h", "{type: int, range: [1, 500]}"),
    ("state", "{type: enum, values: [passed, failed, skipped, stable, retrying, nominal, degraded, idle]}"),
];

fn main() {
    let (manifest, log) = (manifest(), log());
    let site = Site { max_records: MAX_RECORDS, max_bytes: MAX_BYTES, ..Site::default() };
    let mut harness = Harness::<Stock>::open(manifest.as_bytes(), site).unwrap();
    let (begun, mut best) = (Instant::now(), f64::MAX);
    for round in 0..ROUNDS {
        let files = parts(&log);
        let start = seconds(&begun);
        let (events, unmatched) = read(&mut harness, files);
        let took = seconds(&begun) - start;
        assert_eq!((events, unmatched), (LINES - LINES / 20, LINES / 20));
        best = best.min(took);
        println!("round {round}: {LINES} lines, {} MB: {took:.3} s", log.len() / 1_000_000);
    }
    println!("best: {:.0} lines/s, {:.0} MB/s", LINES as f64 / best, log.len() as f64 / 1e6 / best);
}

/// Of the processor that this thread has had, so that other work counts less; by the clock where the system does not say.
fn seconds(begun: &Instant) -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = told.and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(|| begun.elapsed().as_secs_f64(), |nanoseconds| nanoseconds / 1e9)
}

/// The log in files of as many lines as the host hands out at once: the harness copies a file for each poll.
fn parts(log: &str) -> Vec<MemoryFile> {
    let lines: Vec<&str> = log.split_inclusive('\n').collect();
    let number = |at: usize| u8::try_from(at).unwrap();
    let parts = lines.chunks(LINES_OF_A_PART).enumerate();
    parts.map(|(at, lines)| MemoryFile::new("log", number(at), lines.concat())).collect()
}

/// Polls until all is read; gives how many lines became events and how many fitted none.
fn read(harness: &mut Harness<Stock>, files: Vec<MemoryFile>) -> (usize, usize) {
    let (mut events, mut unmatched) = (0, 0);
    for file in files {
        let before = events + unmatched;
        let file = [file];
        while events + unmatched < before + LINES_OF_A_PART {
            let reply = harness.poll(&file).unwrap();
            for unit in &reply.units {
                match &unit.outcome {
                    UnitOutcome::Records(records) => events += records.len(),
                    UnitOutcome::Refused(..) | UnitOutcome::Dropped(..) => unmatched += 1,
                }
            }
            harness.commit(&reply);
        }
    }
    (events, unmatched)
}

fn templates() -> impl Iterator<Item = String> {
    let all = PARTS.iter().flat_map(|part| FACTS.iter().map(move |fact| (part, fact)));
    all.enumerate().map(|(number, (part, fact))| format!("WARN [m] E{} {part} {{num}} {fact}", 1000 + number))
}

fn manifest() -> String {
    let mut text = String::from(
        "manifest: 1\nfamily: bench\ntitle: Bench\nversion: 1.0.0\nplugin: stock\n\
         settings: {log: {textlog: {stream: event, time: {field: at}}}}\n\
         sources: {log: {kind: folder, pattern: '*.log'}}\n\
         streams:\n  event:\n    about: instrument\n    description: Events.\n    event_time: at\n    fields: {at: {type: timestamp}}\n    catalogue:\n",
    );
    for (number, template) in templates().enumerate() {
        let slots = SLOTS.iter().filter(|(name, _)| template.contains(&format!("{{{name}}}")));
        let slots: Vec<String> = slots.map(|(name, slot)| format!("{name}: {slot}")).collect();
        let slots = slots.join(", ");
        writeln!(text, "      e{number}: {{severity: info, template: '{template}', slots: {{{slots}}}}}")
            .unwrap();
    }
    text
}

fn log() -> String {
    let templates: Vec<String> = templates().collect();
    let mut random = 42_u64;
    let mut below = |bound: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % bound
    };
    let mut log = String::new();
    for number in 0..LINES {
        let mut line = templates[below(200) as usize].clone();
        if number % 20 == 7 {
            line = format!("INFO [worklist] U0001 callback {} for a specimen", below(1000));
        }
        for (name, value) in [
            ("num", (1 + below(8)).to_string()),
            ("f1", format!("{}.{:02}", below(5000), below(100))),
            ("f2", format!("{}.{:02}", below(5000), below(100))),
            ("d", (1 + below(900)).to_string()),
            ("t", format!("{}.{}", 15 + below(45), below(10))),
            ("c", format!("{}.{}", below(900), below(10))),
            ("k", (1 + below(99_999)).to_string()),
            ("h", (1 + below(500)).to_string()),
            ("state", STATES[below(8) as usize].to_owned()),
        ] {
            line = line.replace(&format!("{{{name}}}"), &value);
        }
        writeln!(log, "2026-02-01T10:00:{:02}.{:06}Z {line}", below(60), below(1_000_000)).unwrap();
    }
    log
}
