//! A laboratory's site and its region in one temporary folder: the host, the receiver, and instrument files.
//!
//! Both are the real programs, used as a site would: configuration, commands, signals, a real connection.

mod certificates;
mod files;
mod host;
mod process;
mod programs;
mod receiver;
mod rows;
mod small_disk;
mod status;
mod wait;

use std::path::{Path, PathBuf};

pub use certificates::Certificates;
pub use files::{fixture, fixture_inputs, repository, shared};
pub use host::{Config, Family, Host};
pub use process::{Running, text_of};
pub use programs::{Emulator, Program, Programs, host_program, library, plugin, static_library};
pub use receiver::Receiver;
pub use rows::{Row, rows_of};
pub use small_disk::SmallDisk;
pub use status::Status;
use tempfile::TempDir;
pub use wait::{SOON, wait_until};

/// Serial number in the project's fixtures.
pub const SERIAL: &str = "ZZ00001";
/// Name of the QC panel in the project's fixtures.
pub const QC_PANEL: &str = "FLOW-CHECK";

/// A site, its region, and the folder they live in.
pub struct Site {
    /// The host on the controller PC.
    pub host: Host,
    /// The region's receiver.
    pub receiver: Receiver,
    folder: TempDir,
}

impl Site {
    /// Both installed, the device and the manifests registered, both families configured; nothing runs yet.
    pub fn new() -> Self {
        let site = Self::without_manifests();
        site.receiver.add_manifests();
        site
    }

    /// The same, with no manifest registered.
    pub fn without_manifests() -> Self {
        let site = Self::of(&Programs::of_this_system());
        site.enrol(&[SERIAL]);
        site
    }

    /// Both installed of these programs; nothing is registered and nothing runs yet.
    pub fn of(programs: &Programs) -> Self {
        let folder = TempDir::new().unwrap();
        let receiver = Receiver::install(&folder.path().join("region"), programs.receiver.clone());
        let host = Host::install(&folder.path().join("site"), receiver.authority(), programs);
        Self { host, receiver, folder }
    }

    /// The same with both programs running.
    pub fn running() -> Self {
        let mut site = Self::new();
        site.start();
        site
    }

    /// Starts the receiver, then the host.
    pub fn start(&mut self) {
        self.receiver.start();
        self.host.config.url = self.receiver.url();
        self.host.start();
    }

    /// Registers this device's key with these serial numbers.
    pub fn enrol(&self, serials: &[&str]) {
        self.receiver.add_device(&self.host.config.device, &self.host.device_key(), serials);
    }

    /// Copies a file into the folder that `family` reads, under a new name.
    pub fn put(&self, family: &str, from: &Path, name: &str) -> PathBuf {
        let to = self.host.input(family).join(name);
        std::fs::copy(from, &to).unwrap();
        to
    }

    /// Writes a file into the folder that `family` reads.
    pub fn write(&self, family: &str, name: &str, content: &[u8]) -> PathBuf {
        let to = self.host.input(family).join(name);
        std::fs::write(&to, content).unwrap();
        to
    }

    /// Where everything of this site and its region lies.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Waits until `units` units have come to their end and everything accepted is in the lake.
    pub fn wait_for_units(&self, units: u64) -> Status {
        wait_until(&format!("{units} units at their end, and all accepted records in the lake"), SOON, || {
            let status = self.host.status();
            let done = status.units() >= units && status.waiting_batches() == 0;
            (done && self.receiver.rows() == status.accepted_records()).then_some(status)
        })
    }
}

impl Default for Site {
    fn default() -> Self {
        Self::new()
    }
}
