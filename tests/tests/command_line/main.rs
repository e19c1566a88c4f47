//! Does the command line say what is right and wrong, in words and in exit codes, without a service?

// All of this is test code, but Clippy's leave for tests covers only `#[test]` functions and `cfg(test)` modules.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod canary;
mod check;
mod decommission;
mod exit_codes;
mod first_day;
mod gate;
mod manifest;
mod offline;
mod removal;
mod replay;
mod sandbox;
mod spool;
mod stop;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use labrelay_tests::site::{host_program, repository};

/// Runs `labrelay` with nothing on its standard input.
fn labrelay(arguments: &[&str]) -> Output {
    with_input(arguments, "")
}

/// Runs `labrelay` with a text on its standard input.
fn with_input(arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new(host_program());
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes()); // it may have ended without reading
    child.wait_with_output().unwrap()
}

fn manifest(family: &str) -> PathBuf {
    repository().join("manifests").join(format!("{family}.yaml"))
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
