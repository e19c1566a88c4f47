//! Checks that need a tool or data which a bare machine may not have.

use anyhow::ensure;

use super::report::Outcome;
use crate::cargo::{cargo, is_installed, repository, run};

const NO_DENY: &str = "cargo-deny is not installed: `cargo install cargo-deny --locked`";

/// Every file is formatted.
pub(crate) fn format() -> anyhow::Result<Outcome> {
    let arguments = ["fmt", "--all", "--check"];
    run_if_installed("rustfmt is not installed: `rustup component add rustfmt`", &arguments)
}

/// Clippy has nothing to say.
pub(crate) fn lints() -> anyhow::Result<Outcome> {
    let arguments = ["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"];
    run_if_installed("Clippy is not installed: `rustup component add clippy`", &arguments)
}

/// Licences, banned crates and where crates come from.
pub(crate) fn licences() -> anyhow::Result<Outcome> {
    // Duplicate versions are warnings, several pages of them: all are of deltalake and abi_stable.
    run_if_installed(NO_DENY, &["deny", "--log-level", "error", "check", "bans", "licenses", "sources"])
}

/// Known weaknesses in what we link.
pub(crate) fn advisories() -> anyhow::Result<Outcome> {
    let fetched = || cargo(&["deny", "--log-level", "off", "fetch", "db"]).output();
    if is_installed("deny") && !fetched()?.status.success() {
        return Ok(Outcome::Skipped("the RustSec database on github.com can't be reached".to_owned()));
    }
    run_if_installed(NO_DENY, &["deny", "--log-level", "error", "check", "--disable-fetch", "advisories"])
}

/// `cargo ARGUMENTS…`, or `missing` where cargo does not know that subcommand.
fn run_if_installed(missing: &str, arguments: &[&str]) -> anyhow::Result<Outcome> {
    if !arguments.first().is_some_and(|subcommand| is_installed(subcommand)) {
        return Ok(Outcome::Skipped(missing.to_owned()));
    }
    run(&mut cargo(arguments))?;
    Ok(Outcome::Passed)
}

/// The tests that read real instrument files. They are `#[ignore]`d for a plain `cargo test`.
pub(crate) fn tests_on_shared_data() -> anyhow::Result<Outcome> {
    let missing: Vec<&str> = ["../shared/data/instruments", "../shared/data/phi"]
        .into_iter()
        .filter(|folder| !repository().join(folder).is_dir())
        .collect();
    if !missing.is_empty() {
        return Ok(Outcome::Skipped(format!("missing: {}", missing.join(", "))));
    }
    let ignored = ["test", "--workspace", "--tests", "--", "--ignored"];
    let list = cargo(&[&ignored[..], &["--list"]].concat()).output()?;
    ensure!(list.status.success(), "the tests could not be listed");
    if !String::from_utf8_lossy(&list.stdout).lines().any(|line| line.ends_with(": test")) {
        return Ok(Outcome::Skipped("no test reads it".to_owned()));
    }
    run(&mut cargo(&ignored))?;
    Ok(Outcome::Passed)
}
