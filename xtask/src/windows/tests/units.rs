//! Tests of single crates under Wine, and why those of the others are not run there.

use super::super::staged::MISSING_IN_WINE;
use super::super::toolchain::Toolchain;
use super::super::wine::Prefix;
use crate::cargo::run as succeed;
use crate::shipped::{System, TEST_PROFILE};

/// Crates whose tests run there: those that touch files and processes, and those whose types are laid out for the ABI.
const CRATES: [&str; 9] = [
    "labrelay-model",
    "labrelay-manifest",
    "labrelay-abi",
    "labrelay-collector",
    "labrelay-gate",
    "labrelay-os",
    "labrelay-source",
    "labrelay-spool",
    "labrelay-worker",
];

/// The others, each with the reason.
const NOT_RUN: [(&str, &str); 6] = [
    (
        "labrelay-upload",
        "rustls and tokio are built for its tests with other features: two minutes more; `run` uploads",
    ),
    ("labrelay-explain", "text from text, with nothing of a system in it"),
    ("labrelay-mining", "likewise"),
    ("labrelay", "its parts are tested above, and the program itself is run"),
    ("labrelay-receiver", "its tests read the lake with this system's Python; the program itself is run"),
    ("labrelay-tests, xtask", "they start processes and send signals as Unix does"),
];

/// Runs them, all to their ends; an error if one fails.
pub(super) fn run(toolchain: &Toolchain, prefix: &Prefix<'_>) -> anyhow::Result<()> {
    let mut command = toolchain.cargo("test");
    for name in CRATES {
        command.args(["--package", name]);
    }
    command.args(["--profile", TEST_PROFILE, "--lib", "--tests", "--no-fail-fast"]);
    prefix.put_into(&mut command);
    let runner =
        format!("CARGO_TARGET_{}_RUNNER", System::Windows.triple().to_ascii_uppercase().replace('-', "_"));
    command.env(runner, prefix.runner()).env("LABRELAY_TEST_ACCEPT_MISSING", MISSING_IN_WINE.join(" "));
    succeed(&mut command)?;
    for (name, why) in NOT_RUN {
        println!("tests of {name} are not run under Wine: {why}");
    }
    Ok(())
}
