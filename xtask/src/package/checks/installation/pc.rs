//! A PC of Wine's on which packages are installed: what is done there, and what can be seen of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use serde_json::Value;

use super::super::super::Made;
use super::super::super::checksums::files;
use crate::cargo::repository;
use crate::windows::session::Session;
use crate::windows::staged::MISSING_IN_WINE;
use crate::windows::wine::Prefix;

/// The two packages and `setup.exe`, on the PC's disk.
pub(super) const FIRST: &str = r"C:\first.msi";
pub(super) const NEXT: &str = r"C:\next.msi";
const SETUP: &str = r"C:\setup.exe";
/// A configuration that an administrator brings, and where it goes.
pub(super) const CONFIG: &str = r"CONFIG=C:\site.yaml";
pub(super) const INSTALLED_CONFIG: &str = r"C:\ProgramData\Labrelay\labrelay.yaml";
/// A folder of instruments.
pub(super) const READABLE: &str = r"READABLE_FOLDERS=C:\instrument";
/// Where programs go.
pub(super) const PROGRAMS: &str = r"C:\Program Files\Labrelay";

const UNINSTALL_KEY: &str = r"HKLM\Software\Microsoft\Windows\CurrentVersion\Uninstall";
const SERVICE_KEY: &str = r"HKLM\SYSTEM\CurrentControlSet\Services\Labrelay";
const EVENT_KEY: &str = r"HKLM\SYSTEM\CurrentControlSet\Services\EventLog\Application\Labrelay";
/// An instrument's file; with no serial number declared its unit is refused.
const INPUT: &str = "fixtures/navios/bead-qc/input";
/// Until the service has read a file: starts of several processes under Wine, on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(120);
const LOOK_AGAIN: Duration = Duration::from_millis(500);
/// For the quarantine, which nothing here opens: a recipient whose key nobody has.
const RECIPIENT: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

/// What is known of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Service {
    Unknown,
    Stopped,
    Running,
}

/// The PC.
pub(super) struct Pc<'a> {
    prefix: &'a Prefix<'a>,
    disk: PathBuf,
    _session: Session,
}

/// That of a site which has declared no serial number.
pub(super) fn configuration() -> String {
    format!(
        "labrelay: 1\nstate: state\nplugins: 'C:\\Program Files\\Labrelay\\plugins'\n\
         manifests: 'C:\\Program Files\\Labrelay\\manifests'\ndevice: wine\n\
         inventory: {{qc: [FLOW-CHECK], collect_since: 2000-01-01}}\nquarantine: {{recipient: {RECIPIENT}}}\n\
         receiver: {{url: 'https://localhost:9'}}\nsandbox: {{accept_missing: [{}]}}\n\
         families: {{navios: {{sources: {{listmode: {{folders: ['C:\\instrument'], settle: 100ms}}}}}}}}\n",
        MISSING_IN_WINE.join(", ")
    )
}

impl<'a> Pc<'a> {
    /// With the packages on its disk, and an instrument's file.
    pub(super) fn new(prefix: &'a Prefix<'a>, made: &Made, next: &Path) -> anyhow::Result<Self> {
        let session = Session::begin(prefix)?;
        let pc = Self { prefix, disk: prefix.folder().join("drive_c"), _session: session };
        for (from, to) in [(made.msi.as_path(), FIRST), (next, NEXT), (made.setup.as_path(), SETUP)] {
            fs::copy(from, pc.path(to))?;
        }
        // The same programs in a folder of their own, to look at what is left once the installed ones are gone.
        let tools = pc.disk.join("tools");
        fs::create_dir_all(&tools)?;
        for file in made.staged.iter().filter(|file| !file.name.contains('/')) {
            fs::copy(&file.path, tools.join(&file.name))?;
        }
        fs::create_dir_all(pc.disk.join("instrument"))?;
        pc.put_input("1.lmd")?;
        Ok(pc)
    }

    /// The configuration that the administrator brings.
    pub(super) fn write_configuration(&self, text: &str) -> anyhow::Result<()> {
        Ok(fs::write(self.disk.join("site.yaml"), text)?)
    }

    /// `msiexec JOB PACKAGE /qn PROPERTIES…`: its exit code.
    pub(super) fn msiexec(&self, job: &str, package: &str, properties: &[&str]) -> anyhow::Result<i32> {
        self.code(self.prefix.program("msiexec").args([job, package, "/qn"]).args(properties))
    }

    /// `setup.exe ARGUMENTS…`: its exit code.
    pub(super) fn setup(&self, arguments: &[&str]) -> anyhow::Result<i32> {
        self.code(self.prefix.program(SETUP).args(arguments))
    }

    fn code(&self, command: &mut Command) -> anyhow::Result<i32> {
        let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status()?;
        status.code().with_context(|| format!("{command:?} ended with {status}"))
    }

    /// What lies in the program folder: names with `/`, and contents.
    pub(super) fn programs(&self) -> anyhow::Result<BTreeMap<String, Vec<u8>>> {
        self.below(&self.path(PROGRAMS))
    }

    /// What lies in the data folder.
    pub(super) fn data(&self) -> anyhow::Result<Vec<String>> {
        Ok(self.below(&self.data_folder())?.into_keys().collect())
    }

    /// What no upgrade and no removal may change: keys, the configuration and the spool's life.
    pub(super) fn belongings(&self) -> anyhow::Result<BTreeMap<String, Vec<u8>>> {
        let mut belongings = self.below(&self.data_folder())?;
        belongings
            .retain(|name, _| name.contains("keys/") || name == "labrelay.yaml" || name.contains("site/"));
        ensure!(belongings.len() >= 4, "too little is there to compare: {:?}", belongings.keys());
        belongings.insert(
            "epoch".into(),
            self.ask(&["status", "--json"])?
                .pointer("/spool/epoch")
                .map_or_else(Vec::new, |epoch| epoch.to_string().into()),
        );
        Ok(belongings)
    }

    /// Waits until the installed service has refused the unit in the instrument's file.
    pub(super) fn wait_for_refused_unit(&self) -> anyhow::Result<()> {
        let begun = Instant::now();
        while self.quarantined()? == 0 {
            if begun.elapsed() > PATIENCE {
                bail!(
                    "the service has read nothing within {PATIENCE:?}: {}",
                    self.ask(&["status", "--json"])?
                );
            }
            std::thread::sleep(LOOK_AGAIN);
        }
        Ok(())
    }

    /// The same for a further file.
    pub(super) fn refuse_another_unit(&self) -> anyhow::Result<()> {
        self.put_input("2.lmd")?;
        self.wait_for_refused_unit()
    }

    /// Units in the quarantine.
    pub(super) fn quarantined(&self) -> anyhow::Result<u64> {
        let status = self.ask(&["status", "--json"])?;
        let units = status.pointer("/quarantine/units").and_then(Value::as_u64);
        units.with_context(|| format!("the status has no quarantine: {status}"))
    }

    /// Asks the service, or with none the spool itself.
    fn ask(&self, question: &[&str]) -> anyhow::Result<Value> {
        let mut command = self.prefix.program(r"C:\tools\labrelay.exe");
        let output = command.args(question).args(["--config", INSTALLED_CONFIG]).output()?;
        let complaints = String::from_utf8_lossy(&output.stderr);
        serde_json::from_slice(&output.stdout).with_context(|| format!("{question:?}: {complaints}"))
    }

    /// What the service manager says.
    pub(super) fn service(&self) -> anyhow::Result<Service> {
        let output =
            self.prefix.program(r"C:\tools\labrelay.exe").args(["service", "status", "--json"]).output()?;
        let status: Value = serde_json::from_slice(&output.stdout).context("`labrelay service status`")?;
        match status.get("state").and_then(Value::as_str) {
            Some("not_installed") => Ok(Service::Unknown),
            Some("stopped") => Ok(Service::Stopped),
            Some("running") => Ok(Service::Running),
            _ => bail!("the service is in none of the states that were expected: {status}"),
        }
    }

    /// The command line that the service manager starts.
    pub(super) fn registered(&self) -> anyhow::Result<String> {
        self.registry(SERVICE_KEY, "ImagePath").map(Option::unwrap_or_default)
    }

    /// The file with the messages of events; empty if there is no such source.
    pub(super) fn event_source(&self) -> anyhow::Result<String> {
        self.registry(EVENT_KEY, "EventMessageFile").map(Option::unwrap_or_default)
    }

    /// The version that Windows lists.
    pub(super) fn installed_version(&self) -> anyhow::Result<Option<String>> {
        self.registry(UNINSTALL_KEY, "DisplayVersion")
    }

    /// The value with this name at or below `key`, of which there must not be two.
    fn registry(&self, key: &str, name: &str) -> anyhow::Result<Option<String>> {
        let output = self.prefix.program("reg").args(["query", key, "/s"]).output()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut found = text
            .lines()
            .filter_map(|line| line.trim().strip_prefix(name)?.split_once("_SZ"))
            .map(|(_, value)| value.trim());
        let value = found.next().map(str::to_owned);
        ensure!(found.next().is_none(), "{name} stands twice below {key}: {text}");
        Ok(value)
    }

    fn put_input(&self, name: &str) -> anyhow::Result<()> {
        let input =
            files(&repository().join(INPUT))?.into_iter().next().context("the fixture has no input")?;
        fs::copy(input, self.disk.join("instrument").join(name))?;
        Ok(())
    }

    fn below(&self, folder: &Path) -> anyhow::Result<BTreeMap<String, Vec<u8>>> {
        if !folder.exists() {
            return Ok(BTreeMap::new());
        }
        let named = |path: PathBuf| Ok((path.strip_prefix(folder)?.display().to_string(), fs::read(&path)?));
        files(folder)?.into_iter().map(named).collect()
    }

    fn data_folder(&self) -> PathBuf {
        self.disk.join("ProgramData/Labrelay")
    }

    fn path(&self, on_the_pc: &str) -> PathBuf {
        self.disk.join(on_the_pc.trim_start_matches(r"C:\").replace('\\', "/"))
    }
}
