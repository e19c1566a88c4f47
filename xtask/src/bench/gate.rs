//! The gate alone: its own benchmark in `host/gate/benches`, run and read.

use anyhow::{Context, ensure};
use serde::Deserialize;

use super::Bench;
use super::figure::{Figure, Goal};
use crate::cargo::cargo;

/// Records of 12 fields in a second on one core.
const GOAL: f64 = 3e6;

/// One line of the benchmark's JSON.
#[derive(Deserialize)]
struct Measured {
    what: String,
    records_per_second: f64,
}

/// `Gate::check`, and beside it the two others that a record passes on its way.
pub(super) fn measure(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    println!("gate …");
    let mut figures: Vec<(String, Vec<f64>)> = Vec::new();
    for _ in 0..bench.runs {
        for Measured { what, records_per_second } in run()? {
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
    Ok(figures.into_iter().map(figure).collect())
}

fn run() -> anyhow::Result<Vec<Measured>> {
    let arguments = ["bench", "--quiet", "-p", "labrelay-gate", "--bench", "throughput", "--", "--json"];
    let output = cargo(&arguments).output().context("cargo could not be started")?;
    ensure!(output.status.success(), "cargo bench: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout)?;
    text.lines().map(|line| serde_json::from_str(line).with_context(|| line.to_owned())).collect()
}
