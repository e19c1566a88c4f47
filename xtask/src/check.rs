//! `cargo xtask test`: everything the project checks, in order, with one table at the end.
//!
//! A check that fails does not stop the later ones; one whose tool or data is missing is skipped by name,
//! never silently.

mod programs;
mod python;
mod report;
mod tools;

use std::time::Instant;

use anyhow::ensure;
use report::{Outcome, Row, Verdict};

use crate::cargo::{cargo, run as succeed};

/// One check: its name in the table and what it does. An error is a failure.
type Check = (&'static str, fn() -> anyhow::Result<Outcome>);

const CHECKS: &[Check] = &[
    ("format", tools::format),
    ("lints", tools::lints),
    ("licences, bans, sources", tools::licences),
    ("advisories", tools::advisories),
    ("build", || passes(&["build", "--workspace"])),
    ("tests", || passes(&["test", "--workspace", "--no-fail-fast", "--lib", "--bins", "--tests"])),
    ("tests of documentation", || passes(&["test", "--workspace", "--doc"])),
    ("tests on ../shared/data", tools::tests_on_shared_data),
    ("documentation", documentation),
    ("manifests", programs::manifests),
    ("fixtures against their goldens", programs::fixtures),
    ("demo", programs::demo),
    ("lake read by Python", python::lake),
];

/// Runs all checks; an error if one failed.
pub(crate) fn run() -> anyhow::Result<()> {
    let rows: Vec<Row> = CHECKS.iter().map(|(name, check)| run_one(name, *check)).collect();
    report::print(&rows);
    let failed = rows.iter().any(|row| matches!(row.verdict, Verdict::Failed(_)));
    // The table has said it all; an error message after its last line would hide that line.
    if failed {
        std::process::exit(1);
    }
    Ok(())
}

fn run_one(name: &'static str, check: fn() -> anyhow::Result<Outcome>) -> Row {
    println!("\n── {name}");
    let start = Instant::now();
    let verdict = match check() {
        Ok(Outcome::Passed) => Verdict::Passed,
        Ok(Outcome::Skipped(why)) => Verdict::Skipped(why),
        Err(error) => Verdict::Failed(format!("{error:#}")),
    };
    Row { name, verdict, seconds: start.elapsed().as_secs_f64() }
}

fn passes(arguments: &[&str]) -> anyhow::Result<Outcome> {
    succeed(&mut cargo(arguments))?;
    Ok(Outcome::Passed)
}

fn documentation() -> anyhow::Result<Outcome> {
    let flags = std::env::var("RUSTDOCFLAGS").unwrap_or_default();
    ensure!(!flags.contains("--cap-lints"), "RUSTDOCFLAGS hides warnings: unset it");
    succeed(cargo(&["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", format!("{flags} -D warnings")))?;
    Ok(Outcome::Passed)
}
