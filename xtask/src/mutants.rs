//! `cargo xtask mutants`: switches off the gate's rules one by one, and tells which of them no test misses.
//!
//! cargo-mutants does it, over the files that `.cargo/mutants.toml` names, in a copy of the repository. No part of
//! `cargo xtask test`: each takes seconds, and there are about two thousand.

use anyhow::{Context, bail, ensure};

use crate::cargo::{cargo, is_installed, repository};

/// Beneath it, cargo-mutants makes its own folder `mutants.out`.
const REPORT: &str = "target/mutants";

/// Which rules to switch off.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only the rules in these files, as paths from the repository's root [default: all of the gate]
    #[arg(value_name = "FILE")]
    files: Vec<String>,
}

/// Runs cargo-mutants; an error if some rule can go without a test failing.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    ensure!(
        is_installed("mutants"),
        "cargo-mutants is not installed: `cargo install cargo-mutants --locked`"
    );
    if let Some(unknown) = options.files.iter().find(|file| !repository().join(file).is_file()) {
        bail!("there is no file {unknown:?} in the repository");
    }
    let mut command = cargo(&["mutants", "--output", REPORT]);
    command.args(options.files.iter().flat_map(|file| ["--file", file]));
    let status = command.status().context("cargo could not be started")?;
    ensure!(
        status.success(),
        "not every rule has a test: see missed.txt and timeout.txt in {REPORT}/mutants.out"
    );
    Ok(())
}
