//! `cargo xtask mutants`: switches off the gate's rules one by one, and tells which of them no test misses.
//!
//! cargo-mutants does it, in a copy of the repository; `.cargo/mutants.toml` has its settings and exceptions. No part of
//! `cargo xtask test`: each takes seconds, and there are about two thousand.

use anyhow::{Context, bail, ensure};

use crate::cargo::{cargo, is_installed, repository};

/// Where the gate's rules stand: those that judge records, and those that judge manifests. Patterns of cargo-mutants.
const RULES: &[&str] =
    &["host/gate/src/**/*.rs", "sdk/manifest/src/check/**/*.rs", "sdk/manifest/src/pattern/**/*.rs"];
/// Beneath it, cargo-mutants makes its own folder `mutants.out`.
const REPORT: &str = "target/mutants";
/// What cargo-mutants ends with where no test failed, and where tests ran too long.
const MISSED: i32 = 2;
const TIMED_OUT: i32 = 3;

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
    std::fs::create_dir_all(repository().join(REPORT)).context(REPORT)?;
    let mut command = cargo(&["mutants", "--output", REPORT]);
    let all = RULES.iter().copied().filter(|_| options.files.is_empty());
    let wanted = all.chain(options.files.iter().map(String::as_str));
    command.args(wanted.flat_map(|files| ["--file", files]));
    let status = command.status().context("cargo could not be started")?;
    match status.code() {
        Some(0) => Ok(()),
        Some(MISSED | TIMED_OUT) => {
            bail!("not every rule has a test: see missed.txt and timeout.txt in {REPORT}/mutants.out")
        }
        _ => bail!("cargo mutants ended with {status}"),
    }
}
