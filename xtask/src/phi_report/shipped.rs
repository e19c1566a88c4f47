//! What the shipped manifests' fields take of the identifying values: asks the gate's own test, which writes each value
//! into each field in every encoding, and fails if a textual field takes one.

use anyhow::{Context as _, ensure};

use crate::cargo::cargo;

/// The test, as cargo finds it.
const TEST: [&str; 9] =
    ["test", "--quiet", "-p", "labrelay-gate", "--test", "gate", "--", "--ignored", "--nocapture"];
const NAME: &str = "shipped_streams_take_no_identifying_value";

/// The table that the test prints: of numeric fields, by how many values they can take.
pub(super) fn table() -> anyhow::Result<String> {
    let output = cargo(&TEST).arg(NAME).output().context("cargo could not be started")?;
    ensure!(
        output.status.success(),
        "a textual field of a shipped manifest takes an identifying value: run {NAME}"
    );
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let table: String =
        printed.lines().filter(|line| line.starts_with('|')).flat_map(|line| [line, "\n"]).collect();
    ensure!(!table.is_empty(), "{NAME} printed no table: is the corpus there?");
    Ok(table)
}
