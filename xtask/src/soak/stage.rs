//! The place of a soak: one host with the plugin of `tests/bench/lines`, two receivers over one registry, landing and
//! lake, and the bad network between. All are the real programs; none outlives the soak.

use std::path::PathBuf;

use labrelay_tests::site::{Family, Host, Receiver, SERIAL, Site, SmallDisk, Status, library, repository};

use super::fault::{Fault, Struck};
use super::proxy::Proxy;
use super::random::Random;
use super::{processes, state_folder};

/// The family of the plugin that reads the soak's files.
pub(crate) const FAMILY: &str = "bench";
/// The disk under the state folder: spool and journal of a soak of ten minutes, and what the spool leaves free.
const DISK_MEGABYTES: u32 = 512;
/// The journal of what has left may take little of that disk.
const JOURNAL: &str = "journal: {max_bytes: 50000000}\n";

/// Everything that runs.
pub(super) struct Stage {
    /// First, so that it is unmounted before the folder that it lies in is removed.
    disk: Option<SmallDisk>,
    second: Receiver,
    proxy: Proxy,
    struck: Struck,
    site: Site,
}

impl Stage {
    /// All of it, running; the network is good.
    pub(super) fn start(random: Random, struck: Struck) -> anyhow::Result<Self> {
        let mut site = Site::without_manifests();
        let manifest = repository().join("tests/bench/lines/manifest.yaml");
        site.host.add_plugin(FAMILY, &library("labrelay_bench_lines"), &manifest);
        site.receiver.add_manifest_file(&manifest);
        let also = vec![("growing".into(), "1h".into())]; // so that a line without an end is never read
        site.host.config.families =
            vec![Family { settle: "300ms".into(), also, ..Family::new(FAMILY, "log") }];
        site.host.config.more = JOURNAL.into();
        let disk = SmallDisk::mount(&site.host.config.state, DISK_MEGABYTES);
        site.host.config.device = "flow-8".into(); // on another disk it has another key
        site.enrol(&[SERIAL]);

        let proxy = Proxy::start(site.receiver.certificates(), random, struck.clone())?;
        let mut second = site.receiver.second();
        site.receiver.start();
        second.start();
        proxy.lead_to([site.receiver.port(), second.port()]);
        site.host.config.url = proxy.url();
        site.host.start();
        Ok(Self { site, second, proxy, struck, disk })
    }

    /// The folder that the host reads.
    pub(super) fn input(&self) -> PathBuf {
        self.site.host.input(FAMILY)
    }

    /// The lake of both receivers.
    pub(super) fn lake(&self) -> PathBuf {
        self.site.receiver.lake()
    }

    /// The network.
    pub(super) fn network(&self) -> &Proxy {
        &self.proxy
    }

    /// Ends the host without a word, and starts it again.
    pub(super) fn kill_host(&mut self) {
        self.site.host.kill();
        self.struck.note(Fault::HostKilled);
        self.site.host.start();
    }

    /// Ends a worker without a word, if one runs.
    pub(super) fn kill_worker(&self) {
        if processes::kill_a_child(self.site.host.pid()) {
            self.struck.note(Fault::WorkerKilled);
        }
    }

    /// Ends one receiver without a word, and starts it again.
    pub(super) fn kill_receiver(&mut self, random: &mut Random) {
        let receiver = if random.percent(50) { &mut self.second } else { &mut self.site.receiver };
        receiver.kill();
        self.struck.note(Fault::ReceiverKilled);
        receiver.start();
    }

    /// Ends both receivers; `meanwhile` something may happen.
    pub(super) fn without_receivers(
        &mut self,
        meanwhile: impl FnOnce(&mut Self) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        self.site.receiver.kill();
        self.second.kill();
        [0; 2].iter().for_each(|_| self.struck.note(Fault::ReceiverKilled));
        let done = meanwhile(self);
        self.site.receiver.start();
        self.second.start();
        done
    }

    /// Fills the disk of the state folder; `meanwhile` something may happen. Does nothing where no disk could be mounted.
    pub(super) fn with_a_full_disk(
        &mut self,
        meanwhile: impl FnOnce(&mut Self) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let Some(disk) = self.disk.take() else { return Ok(()) };
        disk.fill();
        let done = meanwhile(self);
        let status = self.site.host.status();
        let said = status.trouble(FAMILY).to_lowercase() + &status.delivery_trouble().to_lowercase();
        if said.contains("no space") || said.contains("disk") {
            self.struck.note(Fault::DiskFull);
        }
        disk.make_room();
        self.disk = Some(disk);
        done
    }

    /// Whether disks can be filled here.
    pub(super) fn has_a_disk(&self) -> bool {
        self.disk.is_some()
    }

    /// Puts a copy of the state folder aside.
    pub(super) fn copy_state(&mut self) -> anyhow::Result<()> {
        self.site.host.stop();
        let done = state_folder::copy(&self.site.host.config.state, &self.copy());
        self.site.host.start();
        done
    }

    /// Ends the host without a word, and puts the copy back.
    pub(super) fn restore_state(&mut self) -> anyhow::Result<()> {
        self.site.host.kill();
        self.struck.note(Fault::HostKilled);
        let state = &self.site.host.config.state;
        state_folder::empty(state)?;
        state_folder::copy(&self.copy(), state)?;
        self.struck.note(Fault::StateRestored);
        self.site.host.start();
        Ok(())
    }

    /// Ends the host without a word, and deletes its spool.
    pub(super) fn delete_spool(&mut self) -> anyhow::Result<()> {
        self.site.host.kill();
        self.struck.note(Fault::HostKilled);
        std::fs::remove_dir_all(self.site.host.config.state.join("spool"))?;
        self.struck.note(Fault::SpoolDeleted);
        self.site.host.start();
        Ok(())
    }

    /// What the host says.
    pub(super) fn status(&self) -> Status {
        self.site.host.status()
    }

    /// The host.
    pub(super) fn host(&self) -> &Host {
        &self.site.host
    }

    /// Rows in the lake, by the table's own log.
    pub(super) fn rows(&self) -> u64 {
        self.site.receiver.rows()
    }

    /// Rows that the receivers' logs say were left out since the lake had them from another epoch.
    pub(super) fn repeated_rows(&self) -> u64 {
        let logs = [self.site.receiver.log(), self.second.log()];
        let words = logs.iter().flat_map(|log| log.split_whitespace());
        words.filter_map(|word| word.strip_prefix("repeated=")?.parse::<u64>().ok()).sum()
    }

    /// What the three programs have printed, with the names to keep it under.
    pub(super) fn logs(&self) -> [(&'static str, String); 3] {
        [
            ("host.log", self.site.host.log()),
            ("receiver.log", self.site.receiver.log()),
            ("second.log", self.second.log()),
        ]
    }

    fn copy(&self) -> PathBuf {
        self.site.folder().join("copy-of-state")
    }
}
