//! `cargo xtask test`: everything the project checks, in order, with one table at the end.
//!
//! A check that fails does not stop the later ones; one whose tool or data is missing is skipped by name,
//! never silently.

mod compilers;
mod programs;
mod python;
mod report;
mod tools;

use std::time::Instant;

use anyhow::{bail, ensure};
pub(crate) use python::reader as python_reader;
pub(crate) use report::Outcome;
use report::{Row, Verdict};

use crate::cargo::{cargo, run as succeed};
use crate::{book, deb, fuzz, package, reproducible, soak, windows};

/// One check: its name in the table and what it does. An error is a failure.
type Check = (&'static str, fn() -> anyhow::Result<Outcome>);

const CHECKS: &[Check] = &[
    ("format", tools::format),
    ("lints", tools::lints),
    ("licences", tools::licences),
    ("advisories", tools::advisories),
    ("build", || passes(&["build", "--workspace"])),
    ("tests", tests),
    ("doc-tests", || passes(&["test", "--workspace", "--doc"])),
    ("shared-data", tools::tests_on_shared_data),
    ("fuzz", fuzz),
    ("docs", documentation),
    ("book", book::check),
    ("manifests", programs::manifests),
    ("fixtures", programs::fixtures),
    ("compilers", compilers::check),
    ("canary", programs::canary),
    ("demo", programs::demo),
    ("deb", deb::check),
    ("python-reader", python::lake),
    ("soak", soak),
    ("windows", windows),
    ("package", package::check),
    ("reproducible", reproducible),
];

/// Runs the checks named in `only`, or all; ends the process with 1 if one failed.
pub(crate) fn run(only: &[String]) -> anyhow::Result<()> {
    if let Some(unknown) = only.iter().find(|name| !CHECKS.iter().any(|(known, _)| known == name)) {
        let known: Vec<&str> = CHECKS.iter().map(|(name, _)| *name).collect();
        bail!("there is no check {unknown:?}; there are: {}", known.join(", "));
    }
    let wanted =
        CHECKS.iter().filter(|(name, _)| only.is_empty() || only.iter().any(|wanted| wanted == name));
    let rows: Vec<Row> = wanted.map(|(name, check)| run_one(name, *check)).collect();
    report::print(&rows);
    if rows.iter().any(|row| matches!(row.verdict, Verdict::Failed(_))) {
        std::process::exit(1); // the table has said why, and its last line is for scripts
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

/// Tests that compare with Python's `deltalake` find it by `LABRELAY_PYTHON`; where it is missing, the row
/// `python-reader` says so.
fn tests() -> anyhow::Result<Outcome> {
    let mut command = cargo(&["test", "--workspace", "--no-fail-fast", "--lib", "--bins", "--tests"]);
    if let Ok(python) = python::reader()? {
        command.env("LABRELAY_PYTHON", python);
    }
    succeed(&mut command)?;
    Ok(Outcome::Passed)
}

fn fuzz() -> anyhow::Result<Outcome> {
    fuzz::run(&fuzz::Options::for_ci())?;
    Ok(Outcome::Passed)
}

/// Skipped where the lake can't be read by a reader that is not ours.
fn soak() -> anyhow::Result<Outcome> {
    if let Err(missing) = python_reader()? {
        return Ok(Outcome::Skipped(missing));
    }
    soak::run(&soak::Options::for_ci())?;
    Ok(Outcome::Passed)
}

/// Skipped where a linker, a library or Wine is missing.
fn windows() -> anyhow::Result<Outcome> {
    Ok(windows::test()?.map_or_else(Outcome::Skipped, |()| Outcome::Passed))
}

/// After `windows`, whose dependencies it takes.
fn reproducible() -> anyhow::Result<Outcome> {
    Ok(reproducible::quick()?.map_or_else(Outcome::Skipped, |()| Outcome::Passed))
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
