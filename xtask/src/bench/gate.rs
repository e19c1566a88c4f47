//! The gate alone and behind the matcher: its own benchmarks in `host/gate/benches`, run and read.

use anyhow::{Context, ensure};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::Bench;
use super::figure::{Figure, Goal};
use crate::cargo::cargo;

/// Records of 12 fields in a second on one core.
const GOAL: f64 = 3e6;
/// Log lines in a second on one core, matched and judged.
const LINES_GOAL: f64 = 1e6;
/// The same in megabytes.
const MB_GOAL: f64 = 80.0;
/// Microseconds that 99 lines of 100 stay under.
const SLOWEST_GOAL: f64 = 20.0;

/// One line of `throughput`'s JSON.
#[derive(Deserialize)]
struct Measured {
    what: String,
    records_per_second: f64,
}

/// One line of the JSON of `lines`: the figures of a catalogue of so many events.
#[derive(Deserialize)]
struct Lines {
    events: u32,
    lines_per_second: f64,
    mb_per_second: f64,
    written_lines_per_second: f64,
    p99_us: f64,
    memory_growth_kib: f64,
    regex_set_lines_per_second: f64,
}

/// `Gate::check`, and beside it the two others that a record passes on its way.
pub(super) fn measure(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    println!("gate …");
    let mut figures: Vec<(String, Vec<f64>)> = Vec::new();
    for _ in 0..bench.runs {
        for Measured { what, records_per_second } in run("throughput")? {
            match figures.iter_mut().find(|(known, _)| *known == what) {
                Some((_, runs)) => runs.push(records_per_second),
                None => figures.push((what, vec![records_per_second])),
            }
        }
    }
    let figure = |(what, runs): (String, Vec<f64>)| {
        let goal = if what == "Gate::check" { Goal::AtLeast(GOAL) } else { Goal::None };
        Figure::new(format!("gate alone, one core: `{what}`"), "records/s", runs, goal)
    };
    let mut figures: Vec<_> = figures.into_iter().map(figure).collect();
    figures.extend(run::<Lines>("lines")?.iter().flat_map(of_lines));
    Ok(figures)
}

/// Matcher and gate together, which is measured once: it goes through ten million lines.
fn of_lines(lines: &Lines) -> [Figure; 6] {
    let figure = |what: &str, unit, value, goal| {
        Figure::new(format!("{} events, one core: {what}", lines.events), unit, vec![value], goal)
    };
    let yardstick = lines.regex_set_lines_per_second;
    [
        figure("matcher and gate", "lines/s", lines.lines_per_second, Goal::AtLeast(LINES_GOAL)),
        figure("matcher and gate", "MB/s", lines.mb_per_second, Goal::AtLeast(MB_GOAL)),
        figure("and written", "lines/s", lines.written_lines_per_second, Goal::None),
        figure("99th percentile", "µs a line", lines.p99_us, Goal::Under(SLOWEST_GOAL)),
        figure("memory grew by", "KiB", lines.memory_growth_kib, Goal::None),
        figure("`RegexSet` of the same templates", "lines/s", yardstick, Goal::None),
    ]
}

fn run<T: DeserializeOwned>(bench: &str) -> anyhow::Result<Vec<T>> {
    let arguments = ["bench", "--quiet", "-p", "labrelay-gate", "--bench", bench, "--", "--json"];
    let output = cargo(&arguments).output().context("cargo could not be started")?;
    ensure!(output.status.success(), "cargo bench: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout)?;
    text.lines().map(|line| serde_json::from_str(line).with_context(|| line.to_owned())).collect()
}
