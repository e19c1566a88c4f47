//! The region's side of the demo: the receiver, its registry, and what lies in the lake.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Context;
use labrelay_manifest::Inventory;
use serde::Deserialize;

use super::certificates;
use super::family::manifest_files;
use super::place::Place;
use super::process::{Running, output_of};
use crate::cargo::repository;

/// Name under which the receiver knows this PC.
pub(super) const DEVICE: &str = "demo";

/// Opening a port and an empty registry takes a fraction of this.
const LISTENS_WITHIN: Duration = Duration::from_secs(30);

/// Rows by family and stream.
pub(super) type Rows = BTreeMap<(String, String), u64>;

/// A receiver that listens on loopback.
pub(super) struct Receiver {
    program: PathBuf,
    data: PathBuf,
    lake: PathBuf,
    url: String,
    running: Option<Running>,
}

#[derive(Deserialize)]
struct LakeCount {
    tables: Vec<TableCount>,
}

#[derive(Deserialize)]
struct TableCount {
    family: String,
    stream: String,
    rows: u64,
}

impl Receiver {
    /// Makes certificates and starts the receiver on a free port.
    pub(super) fn start(program: &Path, place: &Place) -> anyhow::Result<Self> {
        let (data, lake) = (place.receiver(), place.lake());
        let (certificate, key) = (data.join("server.pem"), data.join("server.key"));
        let made = certificates::make()?;
        std::fs::write(place.authority(), made.authority)?;
        std::fs::write(&certificate, made.server)?;
        std::fs::write(&key, made.server_key)?;

        let mut command = Command::new(program);
        command.arg("serve").arg("--data").arg(&data).arg("--lake").arg(&lake);
        command.arg("--cert").arg(&certificate).arg("--key").arg(&key).args(["--listen", "127.0.0.1:0"]);
        let log = data.join("receiver.log");
        let mut running = Running::start(&mut command, "labrelay-receiver", &log)?;
        let url = running.wait_for("port", LISTENS_WITHIN, || printed_port(&log))?;
        Ok(Self { program: program.to_owned(), data, lake, url, running: Some(running) })
    }

    /// Where it listens.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Registers the device with the serial numbers of its site, and the project's manifests.
    pub(super) fn enrol(&self, public_key: &str, inventory: &Inventory) -> anyhow::Result<()> {
        let mut device = self.command(&["device", "add"]);
        device.args(["--name", DEVICE, "--public-key", public_key]);
        for serial in &inventory.serials {
            device.args(["--serial", serial]);
        }
        output_of(&mut device)?;
        output_of(self.command(&["manifest", "add"]).args(manifest_files(&repository().join("manifests"))?))?;
        Ok(())
    }

    /// Rows of every table, counted by `deltalake` from the tables' own logs.
    pub(super) fn rows_in_lake(&self) -> anyhow::Result<Rows> {
        let mut command = Command::new(&self.program);
        let printed = output_of(command.args(["lake", "count", "--json", "--lake"]).arg(&self.lake))?;
        let count: LakeCount = serde_json::from_slice(&printed)
            .context("`labrelay-receiver lake count` printed something unknown")?;
        Ok(count.tables.into_iter().map(|table| ((table.family, table.stream), table.rows)).collect())
    }

    /// An error if it has ended.
    pub(super) fn ensure_running(&mut self) -> anyhow::Result<()> {
        self.running.as_mut().context("the receiver was stopped")?.ensure_running()
    }

    /// Stops it as an administrator would.
    pub(super) fn stop(&mut self) -> anyhow::Result<()> {
        self.running.take().context("the receiver was stopped before")?.stop()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments).arg("--data").arg(&self.data);
        command
    }
}

/// The URL for the host, from the line in which the receiver says where it listens. Its log is in the same file.
fn printed_port(log: &Path) -> Option<String> {
    let text = std::fs::read_to_string(log).ok()?;
    let address: SocketAddr = text.lines().find_map(|line| line.trim().parse().ok())?;
    Some(format!("https://localhost:{}", address.port()))
}
