//! Nanoseconds that detectors and the refusal of disguise take for a text, on one core.
//!
//! `cargo bench -p labrelay-gate --bench detectors`. A figure, not a test: nothing fails when the machine is busy.
#![allow(clippy::print_stdout)] // a figure for a person

use std::hint::black_box;
use std::time::Instant;

use labrelay_gate::detect::{disguise, find, find_across};

const ROUNDS: u32 = 100;
/// Texts judged in a round.
const JUDGED: usize = 10_000;

/// What leaves of an instrument, 12 bytes at most.
const CODES: &[&str] = &[
    "FL1",
    "A12B",
    "A2301X",
    "7547053",
    "2.3.1",
    "E-1042",
    "FL10-A",
    "0x80070005",
    "FLOW-CHECK",
    "LOT-0042A",
    "1042",
    "CD45-FITC",
    "v2.3.1",
    "B1_T2",
    "405nm",
    "Q1-2026",
];
const LONGER: &[&str] =
    &["LaserPowerBelowTarget", "FLOW-SET PRO LOT 7547053", "525-40 BP Violet detector", "1b4e28ba-2fa1-11d2"];
const LINES: &[&str] = &[
    "2026-03 INFO Acquisition of a tube started, carousel 3, position 12, laser on, voltage 405 V, threshold 20",
    "Laser Blue power 19.8 mW below target 20.0 mW since 08:15, carousel 3, detector FL1 gain 1.0, pressure 37.1 kPa",
];

fn main() {
    let found = CODES.iter().chain(LONGER).filter(|text| find(text).is_some() || disguise(text)).count();
    println!("harmless texts flagged: {found}");
    for (what, texts) in [("codes", CODES), ("longer values", LONGER), ("lines", LINES)] {
        time("find", what, texts, |text| find(text).is_some());
        time("disguise", what, texts, disguise);
    }
    let lots: Vec<String> = (0..50_000_u32).map(lot).collect();
    let lots: Vec<&str> = lots.iter().map(String::as_str).collect();
    time("find", "50,000 lots", &lots, |text| find(text).is_some());
    time("find_across", "codes", CODES, |text| find_across("7547053", text).is_some());
}

/// Lot codes that all differ.
fn lot(number: u32) -> String {
    let mixed = number.wrapping_mul(2_654_435_761);
    let letter = char::from(b'A' + u8::try_from(mixed % 26).unwrap_or(0));
    match number % 3 {
        0 => format!("{letter}{:05}X", mixed % 100_000),
        1 => format!("{:07}", mixed % 10_000_000),
        _ => format!("LOT-{:04}{letter}", mixed % 10_000),
    }
}

/// The best of many rounds: others use this machine as well.
fn time(call: &str, what: &str, texts: &[&str], judge: impl Fn(&str) -> bool) {
    let round = |_| {
        let start = Instant::now();
        for text in texts.iter().cycle().take(JUDGED.max(texts.len())) {
            black_box(judge(black_box(text)));
        }
        start.elapsed().as_secs_f64()
    };
    let best = (0..ROUNDS).map(round).fold(f64::INFINITY, f64::min);
    let each = best / f64::from(u32::try_from(JUDGED.max(texts.len())).unwrap_or(u32::MAX));
    println!("{call:<12} {what:<14} {:>8.0} ns each {:>8.2} million/s", each * 1e9, 1e-6 / each);
}
