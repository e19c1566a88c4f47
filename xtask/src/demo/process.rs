//! Child processes of the demo: started with a log file, stopped by a signal, never left behind.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};

/// Both programs promise to stop within 5 s of a signal; the rest is for a busy machine.
const STOPS_WITHIN: Duration = Duration::from_secs(15);

/// How often a process is looked at while waiting for it.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A program that runs until it is told to stop.
pub(crate) struct Running {
    child: Child,
    log: PathBuf,
    name: &'static str,
}

impl Running {
    /// Starts `command`; what it prints goes to `log`.
    pub(crate) fn start(command: &mut Command, name: &'static str, log: &Path) -> anyhow::Result<Self> {
        let file = File::create(log).with_context(|| log.display().to_string())?;
        command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
        let child = command.spawn().with_context(|| format!("{name} could not be started"))?;
        Ok(Self { child, log: log.to_owned(), name })
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// An error if it has ended although nobody stopped it.
    pub(crate) fn ensure_running(&mut self) -> anyhow::Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => bail!("{} ended by itself with {status}; {}", self.name, self.last_words()),
        }
    }

    /// Waits until `ready` finds what it looks for.
    pub(crate) fn wait_for<T>(
        &mut self,
        what: &str,
        at_most: Duration,
        mut ready: impl FnMut() -> Option<T>,
    ) -> anyhow::Result<T> {
        let start = Instant::now();
        loop {
            if let Some(found) = ready() {
                return Ok(found);
            }
            self.ensure_running()?;
            ensure!(
                start.elapsed() < at_most,
                "{}: no {what} after {at_most:?}; {}",
                self.name,
                self.last_words()
            );
            sleep(LOOK_EVERY);
        }
    }

    /// Asks it to stop and waits; an error if it doesn't, or not cleanly.
    pub(crate) fn stop(mut self) -> anyhow::Result<()> {
        kill_process(Pid::from_child(&self.child), Signal::TERM)?;
        let status = self.wait_until_ended()?;
        ensure!(status.success(), "{} did not stop cleanly: {status}; {}", self.name, self.last_words());
        Ok(())
    }

    /// Ends it without a word, as a power cut or an administrator may.
    pub(crate) fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    fn wait_until_ended(&mut self) -> anyhow::Result<ExitStatus> {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            ensure!(start.elapsed() < STOPS_WITHIN, "{} did not stop within {STOPS_WITHIN:?}", self.name);
            sleep(LOOK_EVERY);
        }
    }

    fn last_words(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let last = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it printed nothing");
        format!("its last words: {last} (all of them: {})", self.log.display())
    }
}

impl Drop for Running {
    /// For the ways out of the demo that are errors: nothing of it stays behind.
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// What a command prints; an error with its own message if it fails.
pub(crate) fn output_of(command: &mut Command) -> anyhow::Result<Vec<u8>> {
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("{command:?}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{command:?} ended with {}: {}", output.status, said.trim());
    Ok(output.stdout)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, log: &str) -> Running {
        let log = std::env::temp_dir().join(format!("labrelay-demo-{}-{log}", std::process::id()));
        Running::start(Command::new("sh").args(["-c", script]), "the shell", &log).unwrap()
    }

    #[test]
    fn a_program_that_ends_by_itself_is_quoted() {
        let mut running = shell("echo the disk is full; exit 3", "a");
        let error =
            running.wait_for("answer", Duration::from_secs(10), || None::<()>).unwrap_err().to_string();
        assert!(error.contains("exit status: 3") && error.contains("the disk is full"), "{error}");
    }

    #[test]
    fn a_clean_stop_is_no_error_and_a_dirty_one_is() {
        let mut clean = shell("trap 'exit 0' TERM; echo ready; while :; do sleep 0.01; done", "b");
        let log = clean.log.clone();
        let ready = || std::fs::read_to_string(&log).ok().filter(|text| text.contains("ready"));
        clean.wait_for("start", Duration::from_secs(10), ready).unwrap();
        clean.stop().unwrap();
        assert!(shell("sleep 100", "c").stop().is_err());
    }
}
