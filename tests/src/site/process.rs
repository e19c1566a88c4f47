//! A program that runs until it is told to stop; never left behind.

use std::fs::OpenOptions;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::wait::wait_until;

/// Both programs promise 5 s on a machine that is not overloaded.
const STOPS_WITHIN: Duration = Duration::from_secs(20);

/// A running program.
pub struct Running(Child);

impl Running {
    /// Starts `command`; what it prints is added to `log`.
    pub fn start(command: &mut Command, log: &Path) -> Self {
        let log = OpenOptions::new().create(true).append(true).open(log).unwrap();
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        Self(command.spawn().unwrap_or_else(|why| panic!("{command:?}: {why}")))
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.0.id()
    }

    /// Whether it still runs.
    pub fn is_alive(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }

    /// Asks it to stop by SIGTERM, and says how long that took. It must end with exit code 0.
    pub fn stop(mut self) -> Duration {
        let asked = Instant::now();
        kill_process(Pid::from_child(&self.0), Signal::TERM).unwrap();
        let status = wait_until("stopped after SIGTERM", STOPS_WITHIN, || self.0.try_wait().unwrap());
        assert!(status.success(), "not a clean stop: {status}");
        asked.elapsed()
    }

    /// Ends it without a word, as a power cut would.
    pub fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What a command printed, both ways.
pub fn text_of(output: &Output) -> String {
    [&output.stdout[..], &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
}

/// Runs a command that must succeed; gives its standard output.
pub(super) fn succeed(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{command:?}: {}: {}", output.status, text_of(&output));
    String::from_utf8(output.stdout).unwrap()
}
