//! Lines matched in a second on one core, against catalogues of 100 to 10,000 events, beside a `RegexSet` of the
//! same templates; and what memory does over ten million lines.
//!
//! `cargo bench -p labrelay-manifest`; `-- --json` prints a JSON object a line. A figure, not a test: nothing
//! fails when the machine is busy.
#![allow(clippy::print_stdout)] // a figure for a person

mod measure;
mod regex_set;
mod synthetic;

use std::hint::black_box;
use std::time::Instant;

use labrelay_manifest::{Manifest, Matched, Matcher, SiteWords, Stream, Zone};

use measure::{EVENTS, LINES, Stopwatch, report, resident_kib, rounds_for, slowest_percent, time_some};
use regex_set::regex_set;
use synthetic::{Lines, Random, catalogue_yaml};

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    for events in EVENTS {
        let manifest = Manifest::parse(catalogue_yaml(events, &mut Random::new(1)).as_bytes())?;
        let (_, stream) = manifest.stream("event").ok_or("no stream")?;
        let lines = Lines::of(stream, LINES, &mut Random::new(2))?;
        measure(events, stream, &lines)?;
    }
    Ok(())
}

fn measure(events: usize, stream: &Stream, lines: &Lines) -> Result<(), Failure> {
    let before = resident_kib();
    let start = Instant::now();
    let matcher = Matcher::of(stream).ok_or("no catalogue")?;
    let (building, memory) = (start.elapsed(), resident_kib().saturating_sub(before));

    let mut out = Matched::default();
    let site = SiteWords::new([], Zone::UTC);
    let mut pass = || lines.iter().filter(|line| matcher.match_line(line, &site, &mut out).is_ok()).count();
    let matched = pass();
    let (rounds, warm) = (rounds_for(events), resident_kib());
    let start = Stopwatch::start();
    for _ in 0..rounds {
        black_box(pass());
    }
    let per_line = start.elapsed() / u32::try_from(rounds * LINES)?;
    let growth = resident_kib().saturating_sub(warm);

    let p99 = slowest_percent(lines, |line| black_box(matcher.match_line(line, &site, &mut out).is_ok()));
    let bytes_per_line = lines.bytes() as f64 / LINES as f64;
    let set = regex_set(stream)?;
    let per_line_of_set = time_some(lines, |line| {
        black_box(set.matches(line).iter().next());
    });
    let figures = serde_json::json!({
        "events": events,
        "build_ms": building.as_millis() as u64,
        "bytes_per_template": memory * 1024 / events,
        "lines_per_second": (1.0 / per_line.as_secs_f64()).round(),
        "mb_per_second": (bytes_per_line / per_line.as_secs_f64() / 1e6).round(),
        "p99_us": p99.as_nanos() as f64 / 1e3,
        "matched_percent": matched * 100 / LINES,
        "lines": rounds * LINES,
        "memory_growth_kib": growth,
        "regex_set_lines_per_second": (1.0 / per_line_of_set.as_secs_f64()).round(),
    });
    report(&figures);
    Ok(())
}
