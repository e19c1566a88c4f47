//! The host under measurement: started and stopped as a service, asked over its control socket.

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use serde_json::Value;

use super::Bench;
use super::processes::Tree;
use super::site::Site;
use crate::demo::process::{Running, output_of};

/// From start to the control socket.
const ANSWERS_WITHIN: Duration = Duration::from_secs(30);

/// A running host.
pub(super) struct Host {
    running: Running,
    socket: PathBuf,
}

impl Host {
    /// This PC's public key; made at the first call.
    pub(super) fn public_key(bench: &Bench, site: &Site) -> anyhow::Result<String> {
        let mut command = Command::new(&bench.built.labrelay);
        let printed = output_of(command.args(["device", "init", "--config"]).arg(site.config()))?;
        Ok(String::from_utf8(printed)?.trim().to_owned())
    }

    /// Starts the service.
    pub(super) fn start(bench: &Bench, site: &Site) -> anyhow::Result<Self> {
        let mut command = Command::new(&bench.built.labrelay);
        let socket = site.state().join("control.sock");
        let _ = fs::remove_file(&socket); // of the service before
        let mut running = Running::start(
            command.args(["run", "--config"]).arg(site.config()),
            "labrelay",
            &site.host_log(),
        )?;
        running.wait_for("control socket", ANSWERS_WITHIN, || socket.exists().then_some(()))?;
        Ok(Self { running, socket })
    }

    /// The host and its workers.
    pub(super) fn tree(&self) -> Tree {
        Tree(self.running.id())
    }

    /// Asks what `labrelay status --json` asks, without the cost of a process for every look.
    pub(super) fn status(&mut self) -> anyhow::Result<Status> {
        self.running.ensure_running()?;
        let mut connection = UnixStream::connect(&self.socket).context("the host's control socket")?;
        connection.write_all(b"\"status\"\n")?;
        let mut answer = String::new();
        connection.read_to_string(&mut answer)?;
        let json = answer.strip_prefix('+').with_context(|| format!("the host answers: {answer}"))?;
        Ok(Status(serde_json::from_str(json)?))
    }

    /// Looks every `pause` until `done` finds what it waits for; says when that was, and what it was.
    pub(super) fn wait_until<T>(
        &mut self,
        what: &str,
        pause: Duration,
        at_most: Duration,
        mut done: impl FnMut(&Status) -> Option<T>,
    ) -> anyhow::Result<(Instant, T)> {
        let start = Instant::now();
        loop {
            let status = self.status()?;
            if let Some(found) = done(&status) {
                return Ok((Instant::now(), found));
            }
            if start.elapsed() > at_most {
                bail!("{what}: not after {at_most:?}; the host says: {}", status.0);
            }
            sleep(pause);
        }
    }

    /// Ends it without a word.
    pub(super) fn kill(self) -> anyhow::Result<()> {
        self.running.kill()
    }

    /// Stops it as an administrator would.
    pub(super) fn stop(self) -> anyhow::Result<()> {
        self.running.stop()
    }
}

/// What a host says of itself.
pub(super) struct Status(Value);

impl Status {
    /// Records that the gate accepted and the spool has committed.
    pub(super) fn accepted(&self) -> u64 {
        self.ledger("accepted", "records")
    }

    /// Units whose records were accepted.
    pub(super) fn accepted_units(&self) -> u64 {
        self.ledger("accepted", "units")
    }

    /// Units that came to nothing.
    fn left_out(&self) -> u64 {
        self.ledger("quarantined", "units") + self.ledger("dropped", "units")
    }

    /// Records that wait for delivery.
    pub(super) fn waiting(&self) -> u64 {
        self.0.pointer("/spool/records").and_then(Value::as_u64).unwrap_or(0)
    }

    /// Bytes that wait for delivery.
    pub(super) fn waiting_bytes(&self) -> u64 {
        self.0.pointer("/spool/bytes").and_then(Value::as_u64).unwrap_or(0)
    }

    /// Collectors pause because the spool is full.
    pub(super) fn is_full(&self) -> bool {
        self.0.pointer("/spool/full").and_then(Value::as_bool).unwrap_or(false)
    }

    /// Every family has looked through its folders and read what is there.
    pub(super) fn is_idle(&self) -> bool {
        self.families().all(|family| family.get("idle").and_then(Value::as_bool) == Some(true))
    }

    /// An error if anything was refused or left out: then not the whole of it was measured.
    pub(super) fn ensure_all_accepted(&self) -> anyhow::Result<()> {
        ensure!(self.left_out() == 0, "the host left something out: {}", self.0);
        Ok(())
    }

    fn families(&self) -> impl Iterator<Item = &Value> {
        self.0.get("families").and_then(Value::as_object).into_iter().flat_map(serde_json::Map::values)
    }

    fn ledger(&self, outcome: &str, what: &str) -> u64 {
        let lines = self.families().filter_map(|family| family.get("ledger")?.as_array()).flatten();
        let lines = lines.filter(|line| line.get("outcome").and_then(Value::as_str) == Some(outcome));
        lines.filter_map(|line| line.get(what)?.as_u64()).sum()
    }
}
