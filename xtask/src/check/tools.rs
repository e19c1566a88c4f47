//! Checks that need a tool or data which a bare machine may not have.

use anyhow::ensure;

use super::report::Outcome;
use crate::cargo::{cargo, repository, run};

const NO_DENY: &str = "cargo-deny is not installed: `cargo install cargo-deny --locked`";

/// Licences, banned crates and where crates come from.
pub(crate) fn licences() -> anyhow::Result<Outcome> {
    if !has_deny() {
        return Ok(Outcome::Skipped(NO_DENY.to_owned()));
    }
    // Duplicate versions are warnings, several pages of them: all are of deltalake and abi_stable.
    run(&mut cargo(&["deny", "--log-level", "error", "check", "bans", "licenses", "sources"]))?;
    Ok(Outcome::Passed)
}

/// Known weaknesses in what we link.
pub(crate) fn advisories() -> anyhow::Result<Outcome> {
    if !has_deny() {
        return Ok(Outcome::Skipped(NO_DENY.to_owned()));
    }
    let fetched = cargo(&["deny", "--log-level", "off", "fetch", "db"]).output()?;
    if !fetched.status.success() {
        return Ok(Outcome::Skipped("the RustSec database on github.com can't be reached".to_owned()));
    }
    run(&mut cargo(&["deny", "--log-level", "error", "check", "--disable-fetch", "advisories"]))?;
    Ok(Outcome::Passed)
}

fn has_deny() -> bool {
    cargo(&["deny", "--version"]).output().is_ok_and(|output| output.status.success())
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
