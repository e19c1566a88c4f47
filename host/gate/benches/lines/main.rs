//! Log lines matched, judged and written in a second on one core, against catalogues of 100 to 10,000 events, beside
//! a `RegexSet` of the same templates; and what memory does over ten million lines.
//!
//! `cargo bench -p labrelay-gate --bench lines`; `-- --json` prints a JSON object a line for `cargo xtask bench`. The
//! rates are of the processor's time that the thread had, so that other programs count less. A figure, not a test:
//! nothing fails when the machine is busy.
#![allow(clippy::print_stdout)] // a figure for a person

#[path = "../../../../sdk/manifest/benches/matcher/measure.rs"]
mod measure;
#[path = "../../../../sdk/manifest/benches/matcher/regex_set.rs"]
mod regex_set;
#[path = "../../../../sdk/manifest/benches/matcher/synthetic.rs"]
mod synthetic;
mod way;

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use labrelay_manifest::Manifest;

use measure::{EVENTS, LINES, Stopwatch, report, resident_kib, rounds_for, slowest_percent, time_some};
use regex_set::regex_set;
use synthetic::{Lines, Random, catalogue_yaml};
use way::Way;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    for events in EVENTS {
        let manifest = Manifest::parse(catalogue_yaml(events, &mut Random::new(1)).as_bytes())?;
        measure(events, Arc::new(manifest))?;
    }
    Ok(())
}

fn measure(events: usize, manifest: Arc<Manifest>) -> Result<(), Failure> {
    let (_, stream) = manifest.stream("event").ok_or("no stream")?;
    let lines = Lines::of(stream, LINES, &mut Random::new(2))?;
    let mut way = Way::new(&manifest).ok_or("no catalogue")?;
    let accepted = lines.iter().filter(|line| way.judge(line).is_some()).count();

    let rounds = rounds_for(events);
    way.write_all(lines.iter()); // warms up what is measured below
    let warm = resident_kib();
    let per_line = time_rounds(rounds, || {
        black_box(lines.iter().filter(|line| way.judge(line).is_some()).count());
    });
    let per_written_line = time_rounds(rounds, || way.write_all(lines.iter()));
    let growth = resident_kib().saturating_sub(warm);

    let p99 = slowest_percent(&lines, |line| black_box(way.judge(line)).is_some());
    let set = regex_set(stream)?;
    let per_line_of_set = time_some(&lines, |line| {
        black_box(set.matches(line).iter().next());
    });
    let bytes_per_line = lines.bytes() as f64 / LINES as f64;
    report(&serde_json::json!({
        "events": events,
        "lines_per_second": per_second(per_line),
        "mb_per_second": (bytes_per_line / per_line.as_secs_f64() / 1e6).round(),
        "written_lines_per_second": per_second(per_written_line),
        "p99_us": p99.as_nanos() as f64 / 1e3,
        "accepted_percent": accepted * 100 / LINES,
        "lines": 2 * rounds * LINES,
        "memory_growth_kib": growth,
        "regex_set_lines_per_second": per_second(per_line_of_set),
    }));
    Ok(())
}

/// The time a line takes in `pass`, which goes through all of them.
fn time_rounds(rounds: usize, mut pass: impl FnMut()) -> Duration {
    let start = Stopwatch::start();
    for _ in 0..rounds {
        pass();
    }
    start.elapsed().div_f64((rounds * LINES) as f64)
}

fn per_second(each: Duration) -> f64 {
    (1.0 / each.as_secs_f64()).round()
}
