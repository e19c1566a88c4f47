//! Asks systemd by its own program `systemctl`, bounded in time. Reads properties alone: sentences are in somebody's language.

use std::collections::HashMap;
use std::io::{self, Read as _};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use super::super::{ServiceError, State};

/// The unit's name.
pub(super) const UNIT: &str = "labrelay.service";
/// There while systemd is this system's manager, says `sd_booted(3)`.
const BOOTED: &str = "/run/systemd/system";
/// How often to look whether a command has ended.
const LOOK_AGAIN: Duration = Duration::from_millis(20);
/// A question, or an order that starts and stops nothing: it takes milliseconds, and seconds while systemd reads all units anew.
pub(super) const BRIEF: Duration = Duration::from_secs(30);
/// Most of what a command has printed that is kept: `systemctl` prints a line or two.
const MAX_PRINTED: u64 = 64 * 1024;
/// `CLD_EXITED` of `sigaction(2)`, as `ExecMainCode` has it: the process ended with a code of its own.
const EXITED: u32 = 1;
/// What shells add to the number of a signal that ended a process.
const BY_SIGNAL: u32 = 128;

/// What is asked about the unit.
const PROPERTIES: &str = "LoadState,ActiveState,SubState,ExecMainCode,ExecMainStatus,FragmentPath";

/// An error where systemd is not this system's manager.
pub(super) fn is_there() -> Result<(), ServiceError> {
    match Path::new(BOOTED).is_dir() {
        true => Ok(()),
        false => Err(ServiceError::NoManager {
            why: "systemd does not run this system; start `labrelay run --config FILE` by what does",
        }),
    }
}

/// Runs `systemctl ARGUMENTS… UNIT`; `None` if it has not ended after `patience`.
pub(super) fn order(arguments: &[&str], patience: Duration) -> io::Result<Option<Output>> {
    let mut command = Command::new("systemctl");
    command.arg("--no-ask-password").args(arguments);
    run(&mut command, patience)
}

/// Runs a command to its end; `None` if it has to be ended after `patience`.
pub(super) fn run(command: &mut Command, patience: Duration) -> io::Result<Option<Output>> {
    command.env("LC_ALL", "C").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let deadline = Instant::now() + patience;
    let status = loop {
        match child.try_wait()? {
            Some(status) => break status,
            None if Instant::now() > deadline => {
                child.kill()?;
                child.wait()?;
                return Ok(None);
            }
            None => std::thread::sleep(LOOK_AGAIN),
        }
    };
    let mut output = Output { status, stdout: Vec::new(), stderr: Vec::new() };
    if let Some(stdout) = child.stdout.take() {
        stdout.take(MAX_PRINTED).read_to_end(&mut output.stdout)?;
    }
    if let Some(stderr) = child.stderr.take() {
        stderr.take(MAX_PRINTED).read_to_end(&mut output.stderr)?;
    }
    Ok(Some(output))
}

/// What systemd says of the unit.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shown(HashMap<String, String>);

impl Shown {
    /// Asks.
    pub(super) fn ask() -> Result<Self, ServiceError> {
        is_there()?;
        let asked = order(&["show", "--property", PROPERTIES, UNIT], BRIEF);
        match asked.and_then(successful) {
            Ok(output) => Ok(Self::read(&String::from_utf8_lossy(&output.stdout))),
            Err(why) => Err(ServiceError::System { what: "ask systemd about the service", why }),
        }
    }

    /// Of lines `Property=value`.
    fn read(lines: &str) -> Self {
        let pairs = lines.lines().filter_map(|line| line.split_once('='));
        Self(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    fn value(&self, property: &str) -> &str {
        self.0.get(property).map_or("", String::as_str)
    }

    fn number(&self, property: &str) -> u32 {
        self.value(property).parse().unwrap_or(0)
    }

    /// The unit's file; `None` if there is none.
    pub(super) fn file(&self) -> Option<&Path> {
        Some(Path::new(self.value("FragmentPath"))).filter(|path| path.is_absolute())
    }

    /// Whether an administrator has forbidden it to run.
    pub(super) fn is_masked(&self) -> bool {
        self.value("LoadState") == "masked"
    }

    /// In our words.
    pub(super) fn state(&self) -> State {
        if self.value("LoadState") == "not-found" {
            return State::NotInstalled;
        }
        let failed = State::Failed { exit_code: self.exit_code() };
        match (self.value("ActiveState"), self.value("SubState")) {
            ("active" | "reloading", _) => State::Running,
            // It has ended by itself, and systemd waits before it tries again.
            ("activating", "auto-restart") => failed,
            ("activating", _) => State::Starting,
            ("deactivating", _) => State::Stopping,
            ("failed", _) => failed,
            _ => State::Stopped,
        }
    }

    /// The code with which the service ended; that of a shell if a signal ended it.
    fn exit_code(&self) -> u32 {
        let status = self.number("ExecMainStatus");
        match self.number("ExecMainCode") {
            EXITED => status,
            _ => BY_SIGNAL.saturating_add(status),
        }
    }
}

/// The output of a command that did what it was told, or what it has said instead.
pub(super) fn successful(output: Option<Output>) -> io::Result<Output> {
    let output = output.ok_or_else(|| io::Error::from(io::ErrorKind::TimedOut))?;
    if output.status.success() {
        return Ok(output);
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().replace('\n', "; ");
    Err(io::Error::other(if said.is_empty() { format!("it ended with {}", output.status) } else { said }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(lines: &str) -> State {
        Shown::read(lines).state()
    }

    #[test]
    fn every_state_of_a_unit_has_its_word() {
        let loaded =
            |active, sub| state(&format!("LoadState=loaded\nActiveState={active}\nSubState={sub}\n"));
        assert_eq!(state("LoadState=not-found\nActiveState=inactive\nSubState=dead\n"), State::NotInstalled);
        assert_eq!(loaded("inactive", "dead"), State::Stopped);
        assert_eq!(loaded("activating", "start"), State::Starting);
        assert_eq!(loaded("active", "running"), State::Running);
        assert_eq!(loaded("reloading", "reload"), State::Running);
        assert_eq!(loaded("deactivating", "stop-sigterm"), State::Stopping);
    }

    #[test]
    fn a_service_that_ended_by_itself_has_a_code_also_while_systemd_waits_to_try_again() {
        let ended = |active, sub, code, status| {
            let lines = format!("LoadState=loaded\nActiveState={active}\nSubState={sub}\n");
            state(&format!("{lines}ExecMainCode={code}\nExecMainStatus={status}\n"))
        };
        assert_eq!(ended("failed", "failed", 1, 3), State::Failed { exit_code: 3 });
        assert_eq!(ended("activating", "auto-restart", 1, 4), State::Failed { exit_code: 4 });
        assert_eq!(ended("failed", "failed", 2, 9), State::Failed { exit_code: 137 });
    }

    #[test]
    fn a_masked_unit_is_stopped_and_told_from_others() {
        let shown = |load| Shown::read(&format!("LoadState={load}\nActiveState=inactive\nSubState=dead\n"));
        assert_eq!((shown("masked").state(), shown("masked").is_masked()), (State::Stopped, true));
        assert_eq!((shown("loaded").state(), shown("loaded").is_masked()), (State::Stopped, false));
    }

    #[test]
    fn a_unit_without_a_file_has_none() {
        assert_eq!(Shown::read("FragmentPath=\n").file(), None);
        let file = "/etc/systemd/system/labrelay.service";
        assert_eq!(Shown::read(&format!("FragmentPath={file}\n")).file(), Some(Path::new(file)));
    }

    #[test]
    fn a_command_that_does_not_end_is_ended() {
        let mut command = Command::new("sleep");
        let begun = Instant::now();
        assert!(run(command.arg("60"), Duration::from_millis(50)).unwrap().is_none());
        assert!(begun.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn what_a_command_says_against_it_is_passed_on() {
        let said = |script: &str| {
            let output = run(Command::new("sh").args(["-c", script]), BRIEF).unwrap();
            successful(output).map(|output| output.stdout)
        };
        assert_eq!(said("echo yes").unwrap(), b"yes\n");
        assert_eq!(said("echo no >&2; echo never >&2; exit 1").unwrap_err().to_string(), "no; never");
        assert!(said("exit 7").unwrap_err().to_string().contains('7'));
    }
}
