//! Does a process of ours that aborts leave its memory on the disk? The program itself, with dumps allowed around it.

#![allow(clippy::unwrap_used)] // all of this is test code

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

#[test]
fn an_aborted_host_leaves_no_core_dump() {
    let folder = TempDir::new().unwrap();
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../manifests/navios.yaml");
    let gate = format!("'{}' gate --manifest '{}'", env!("CARGO_BIN_EXE_labrelay"), manifest.display());
    let mut host = with_dumps_allowed(&gate, folder.path());
    answer_of(&mut host, "{}\n"); // from here on it certainly runs

    let limits = std::fs::read_to_string(format!("/proc/{}/limits", host.id())).unwrap();
    let cores = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(cores.split_whitespace().skip(4).take(2).collect::<Vec<_>>(), ["0", "0"], "{cores}");

    let status = abort(host);
    assert_eq!(status.signal(), Some(Signal::ABORT.as_raw()));
    assert!(!status.core_dumped());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

/// Without this the test above could not fail.
#[test]
fn another_program_would_leave_one() {
    let folder = TempDir::new().unwrap();
    let mut other = with_dumps_allowed("cat", folder.path());
    answer_of(&mut other, "here\n");
    if !abort(other).core_dumped() {
        let said = "SKIPPED: this system writes no core dumps, so that ours writes none shows little\n";
        std::io::stderr().write_all(said.as_bytes()).unwrap();
    }
}

fn with_dumps_allowed(command: &str, folder: &Path) -> Child {
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("ulimit -c \"$(ulimit -H -c)\"; exec {command}")]).current_dir(folder);
    shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

fn answer_of(process: &mut Child, line: &str) {
    process.stdin.as_mut().unwrap().write_all(line.as_bytes()).unwrap();
    let mut answer = String::new();
    BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut answer).unwrap();
    assert!(!answer.is_empty(), "it ended too early");
}

fn abort(mut process: Child) -> ExitStatus {
    kill_process(Pid::from_child(&process), Signal::ABORT).unwrap();
    process.wait().unwrap()
}
