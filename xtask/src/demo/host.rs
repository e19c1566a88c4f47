//! The host's side of the demo: its key, its service, its counts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, ensure};
use serde::Deserialize;

use super::place::Place;
use super::process::{Running, output_of};

/// From start to its control socket: only keys and spool are opened before.
const ANSWERS_WITHIN: Duration = Duration::from_secs(30);

/// What `labrelay status --json` says, as far as the demo reads it.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Status {
    /// What waits for delivery.
    pub(super) spool: Spool,
    /// What delivery last met with.
    #[serde(default)]
    pub(super) delivery_trouble: Option<String>,
    /// Each family.
    pub(super) families: BTreeMap<String, FamilyStatus>,
}

/// What waits for delivery.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Spool {
    /// Batches.
    pub(super) batches: u64,
}

/// One family.
#[derive(Debug, Default, Deserialize)]
pub(super) struct FamilyStatus {
    /// What is wrong.
    #[serde(default)]
    pub(super) trouble: Option<String>,
    /// The last scan found nothing more to read.
    pub(super) idle: bool,
    /// Files that could not be read.
    #[serde(default)]
    pub(super) unreadable: Vec<String>,
    /// Counts.
    pub(super) ledger: Vec<LedgerLine>,
}

/// One line of the ledger.
#[derive(Debug, Deserialize)]
pub(super) struct LedgerLine {
    /// Stream, where known.
    pub(super) stream: Option<String>,
    /// What became of the units.
    pub(super) outcome: Outcome,
    /// Why, unless accepted.
    pub(super) reason: Option<String>,
    /// Units.
    pub(super) units: u64,
    /// Records.
    pub(super) records: u64,
}

/// What became of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Outcome {
    /// Its records passed the gate.
    Accepted,
    /// Refused.
    Quarantined,
    /// Left out on purpose.
    Dropped,
}

/// The host.
pub(super) struct Host {
    program: PathBuf,
    config: PathBuf,
    socket: PathBuf,
    log: PathBuf,
    running: Option<Running>,
}

impl Host {
    /// A host that does not run yet.
    pub(super) fn new(program: &Path, place: &Place) -> Self {
        let (config, socket, log) = (place.host_config(), place.host_socket(), place.host_log());
        Self { program: program.to_owned(), config, socket, log, running: None }
    }

    /// Makes this PC's key; gives the public half.
    pub(super) fn make_device_key(&self) -> anyhow::Result<String> {
        let printed = String::from_utf8(output_of(self.command(&["device", "init"]).arg(&self.config))?)?;
        let key = printed.trim();
        ensure!(
            !key.is_empty() && !key.contains(char::is_whitespace),
            "`labrelay device init` printed no key"
        );
        Ok(key.to_owned())
    }

    /// Starts the service.
    pub(super) fn start(&mut self) -> anyhow::Result<()> {
        let mut running = Running::start(self.command(&["run"]).arg(&self.config), "labrelay", &self.log)?;
        // `status` opens the spool itself while no service answers: asked too early it would stand in the service's way.
        running.wait_for("control socket", ANSWERS_WITHIN, || self.socket.exists().then_some(()))?;
        self.running = Some(running);
        Ok(())
    }

    /// An error if the service has ended.
    pub(super) fn ensure_running(&mut self) -> anyhow::Result<()> {
        self.running.as_mut().context("the host was not started")?.ensure_running()
    }

    /// Stops the service as an administrator would.
    pub(super) fn stop(&mut self) -> anyhow::Result<()> {
        self.running.take().context("the host was not started")?.stop()
    }

    /// What the host says about itself, running or not.
    pub(super) fn status(&self) -> anyhow::Result<Status> {
        let printed = output_of(self.command(&["status", "--json"]).arg(&self.config))?;
        serde_json::from_slice(&printed).context("`labrelay status --json` printed something unknown")
    }

    /// The host's accounts beside the receiver's, for a person. The error is the text as well: it names what differs.
    pub(super) fn ledger(&self) -> anyhow::Result<Result<String, String>> {
        let output = self.command(&["ledger", "--receiver"]).arg(&self.config).output()?;
        let text = String::from_utf8(output.stdout)? + &String::from_utf8(output.stderr)?;
        Ok(if output.status.success() { Ok(text) } else { Err(text) })
    }

    /// `labrelay COMMAND… --config`, to be followed by the file.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments).arg("--config");
        command
    }
}
