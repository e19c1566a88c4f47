//! The real receiver on loopback, with a certificate of its own.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::Context;
use serde_json::Value;

use super::Bench;
use super::processes::Tree;
use super::site::{DEVICE, Site};
use crate::demo::certificates;
use crate::demo::process::{Running, output_of};
use crate::fixtures::SERIAL;

/// Opening a port takes a fraction of this.
const LISTENS_WITHIN: Duration = Duration::from_secs(30);

/// A receiver that may run or not.
pub(super) struct Receiver {
    program: PathBuf,
    data: PathBuf,
    running: Option<Running>,
}

impl Receiver {
    /// Makes its certificate and tells the site of it; does not start it.
    pub(super) fn new(bench: &Bench, site: &Site) -> anyhow::Result<Self> {
        let made = certificates::make()?;
        let receiver = Self { program: bench.built.receiver.clone(), data: site.receiver(), running: None };
        fs::write(site.authority(), made.authority)?;
        fs::write(receiver.data.join("server.pem"), made.server)?;
        fs::write(receiver.data.join("server.key"), made.server_key)?;
        Ok(receiver)
    }

    /// Starts it on a free port; gives its URL.
    pub(super) fn start(&mut self) -> anyhow::Result<String> {
        let mut command = self.command(&["serve", "--listen", "127.0.0.1:0"]);
        command
            .arg("--cert")
            .arg(self.data.join("server.pem"))
            .arg("--key")
            .arg(self.data.join("server.key"));
        let log = self.data.join("receiver.log");
        let mut running = Running::start(&mut command, "labrelay-receiver", &log)?;
        let port = || {
            let text = fs::read_to_string(&log).ok()?;
            text.lines().find_map(|line| line.trim().parse::<SocketAddr>().ok())
        };
        let address = running.wait_for("port", LISTENS_WITHIN, port)?;
        self.running = Some(running);
        Ok(format!("https://localhost:{}", address.port()))
    }

    /// Registers the site and what it may send.
    pub(super) fn enrol(&self, site: &Site, public_key: &str) -> anyhow::Result<()> {
        let device = ["--name", DEVICE, "--serial", SERIAL, "--public-key", public_key];
        output_of(self.command(&["device", "add"]).args(device))?;
        let manifests = ["bench.yaml", "navios.yaml", "dxflex.yaml"].map(|name| site.manifests().join(name));
        output_of(self.command(&["manifest", "add"]).args(manifests))?;
        Ok(())
    }

    /// The receiver's process, while it runs.
    pub(super) fn tree(&self) -> anyhow::Result<Tree> {
        Ok(Tree(self.running.as_ref().context("the receiver does not run")?.id()))
    }

    /// Rows of all tables, by the tables' own logs.
    pub(super) fn rows_in_lake(&self) -> anyhow::Result<u64> {
        let mut command = Command::new(&self.program);
        let printed =
            output_of(command.args(["lake", "count", "--json", "--lake"]).arg(self.data.join("lake")))?;
        let count: Value = serde_json::from_slice(&printed)?;
        let tables = count.get("tables").and_then(Value::as_array).into_iter().flatten();
        Ok(tables.filter_map(|table| table.get("rows")?.as_u64()).sum())
    }

    /// Stops it.
    pub(super) fn stop(&mut self) -> anyhow::Result<()> {
        self.running.take().context("the receiver does not run")?.stop()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments).arg("--data").arg(&self.data);
        command
    }
}
