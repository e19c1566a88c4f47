//! The region's receiver: the real program, its registry, and what lies in its lake.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use serde_json::Value;

use super::certificates::Certificates;
use super::files::repository;
use super::process::{Running, succeed};
use super::programs::Program;
use super::wait::{SOON, wait_until};

/// A receiver on loopback. Stopped or killed and started again, it keeps its port.
pub struct Receiver {
    folder: PathBuf,
    program: Program,
    certificates: Arc<Certificates>,
    log: &'static str,
    port: u16,
    running: Option<Running>,
}

impl Receiver {
    /// Certificates and an empty folder; nothing runs yet.
    pub fn install(folder: &Path, program: Program) -> Self {
        std::fs::create_dir_all(folder).unwrap();
        let certificates = Arc::new(Certificates::make(folder));
        Self { folder: folder.to_owned(), program, certificates, log: "receiver.log", port: 0, running: None }
    }

    /// A second one over the same registry, landing and lake, on a port of its own; not running yet.
    pub fn second(&self) -> Self {
        let (program, certificates) = (self.program.clone(), Arc::clone(&self.certificates));
        Self { folder: self.folder.clone(), program, certificates, log: "second.log", port: 0, running: None }
    }

    /// Starts it; at the first start on a free port.
    pub fn start(&mut self) {
        let mut command = self.command(&["serve"]);
        command.arg("--cert").arg(&self.certificates.server).arg("--key").arg(&self.certificates.server_key);
        command.arg("--listen").arg(format!("127.0.0.1:{}", self.port));
        let before = self.log().len();
        let mut running = Running::start(&mut command, &self.log_file());
        self.port = wait_until("the receiver listens", SOON, || {
            assert!(running.is_alive(), "the receiver ended: {}", self.log());
            printed_port(&self.log()[before..])
        });
        self.running = Some(running);
    }

    /// Takes a free port for a receiver that is to start later.
    pub fn reserve_port(&mut self) {
        self.port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    }

    /// Where it listens on loopback, once it has been started.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What it shows to hosts, and what signs that.
    pub fn certificates(&self) -> &Certificates {
        &self.certificates
    }

    /// Where the host finds it.
    pub fn url(&self) -> String {
        format!("https://localhost:{}", self.port)
    }

    /// Stops it as an administrator would.
    pub fn stop(&mut self) {
        self.running.take().expect("the receiver does not run").stop();
    }

    /// Ends it without a word.
    pub fn kill(&mut self) {
        self.running.take().expect("the receiver does not run").kill();
    }

    /// Registers a device, or replaces its serial numbers.
    pub fn add_device(&self, name: &str, public_key: &str, serials: &[&str]) {
        let mut command = self.command(&["device", "add", "--name", name, "--public-key", public_key]);
        serials.iter().for_each(|serial| _ = command.args(["--serial", serial]));
        succeed(&mut command);
    }

    /// Registers the project's manifests.
    pub fn add_manifests(&self) {
        ["navios", "dxflex"].iter().for_each(|family| self.add_manifest(family));
    }

    /// Registers one of the project's manifests.
    pub fn add_manifest(&self, family: &str) {
        self.add_manifest_file(&repository().join("manifests").join(format!("{family}.yaml")));
    }

    /// Registers any manifest.
    pub fn add_manifest_file(&self, file: &Path) {
        succeed(self.command(&["manifest", "add"]).arg(file));
    }

    /// What a site without a network has to configure, as YAML.
    pub fn offline_keys(&self) -> String {
        let printed = succeed(&mut self.command(&["keys"]));
        let key =
            |name: &str| printed.lines().find_map(|line| line.trim().strip_prefix(name)).unwrap().to_owned();
        format!("{{recipient: {}, receipt_key: {}}}", key("recipient: "), key("receipt_key: "))
    }

    /// Imports an export, and writes the receipt.
    pub fn import(&self, export: &Path, receipt: &Path) -> Output {
        let mut command = self.command(&["import", "--json"]);
        command.arg(export).arg("--receipt-to").arg(receipt).output().unwrap()
    }

    /// Runs one of its commands, which has to succeed.
    pub fn run(&self, arguments: &[&str]) -> String {
        succeed(&mut self.command(arguments))
    }

    /// Rows in all tables, by the tables' own logs.
    pub fn rows(&self) -> u64 {
        if !self.lake().is_dir() {
            return 0;
        }
        let mut command = self.program.command();
        let printed = succeed(command.args(["lake", "count", "--json", "--lake"]).arg(self.lake()));
        let count: Value = serde_json::from_str(&printed).unwrap();
        count["tables"].as_array().unwrap().iter().map(|table| table["rows"].as_u64().unwrap()).sum()
    }

    /// The lake: `family/stream` below it.
    pub fn lake(&self) -> PathBuf {
        self.folder.join("lake")
    }

    /// Acknowledged batches.
    pub fn landing(&self) -> PathBuf {
        self.folder.join("landing")
    }

    /// The authority that the host is to trust.
    pub fn authority(&self) -> &Path {
        &self.certificates.authority
    }

    /// Everything it has printed, over all its starts.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    fn log_file(&self) -> PathBuf {
        self.folder.join(self.log)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.program.command();
        command.args(arguments).arg("--data").arg(&self.folder);
        command
    }
}

/// From the line in which the receiver says where it listens. Its log is in the same file.
fn printed_port(log: &str) -> Option<u16> {
    log.lines().find_map(|line| Some(line.trim().parse::<SocketAddr>().ok()?.port()))
}
