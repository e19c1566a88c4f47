//! The host on a controller PC: its configuration, its service, its commands.

use std::net::SocketAddr;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

use super::files::repository;
use super::process::{Running, succeed};
use super::programs::{Program, Programs};
use super::rows::{Row, rows_of};
use super::status::Status;
use super::wait::{LOOK_EVERY, SOON, wait_until};
use super::{QC_PANEL, SERIAL};

/// What stands in the configuration file. Written anew at each start.
#[derive(Debug, Clone)]
pub struct Config {
    /// The state folder.
    pub state: PathBuf,
    /// `plugins`, as YAML: those of a build, which nobody has signed.
    pub plugins: String,
    /// Name of this PC.
    pub device: String,
    /// `inventory`, as YAML; without it none is declared.
    pub inventory: Option<String>,
    /// The families.
    pub families: Vec<Family>,
    /// The receiver.
    pub url: String,
    /// The authority that it is trusted by.
    pub authority: PathBuf,
    /// `receiver.offline`, as YAML.
    pub offline: Option<String>,
    /// Further lines, as YAML.
    pub more: String,
    /// The control group that the service is started in.
    pub group: Option<PathBuf>,
}

/// One family in the configuration.
#[derive(Debug, Clone)]
pub struct Family {
    /// Its name.
    pub name: String,
    /// Its folder source.
    pub source: String,
    /// `list` or `all`.
    pub qc: String,
    /// The plugin's own settings, as YAML.
    pub settings: String,
    /// How long files rest. Short, so that tests need not wait; cut-off files still rest 60 times as long.
    pub settle: String,
    /// Further sources over the same folder, each with its time of rest.
    pub also: Vec<(String, String)>,
    /// A source that is a line, and the port where the instrument sends.
    pub line: Option<(String, SocketAddr)>,
}

impl Family {
    /// A family with QC by list that reads files as soon as it may.
    pub fn new(name: &str, source: &str) -> Self {
        let [qc, settings, settle] = ["list", "{}", "100ms"].map(str::to_owned);
        Self { name: name.into(), source: source.into(), qc, settings, settle, also: Vec::new(), line: None }
    }
}

/// The host. Installed in a folder of its own: `plugins`, `manifests`, `input/FAMILY`, `state`, `labrelay.yaml`.
pub struct Host {
    /// What the next start writes into the configuration file.
    pub config: Config,
    program: Program,
    folder: PathBuf,
    running: Option<Running>,
}

impl Host {
    /// The plugins with their manifests, each family with the source `listmode`; nothing runs yet.
    pub fn install(folder: &Path, authority: &Path, programs: &Programs) -> Self {
        let families = programs.plugins.iter().map(|(family, _)| Family::new(family, "listmode")).collect();
        let config = Config {
            state: folder.join("state"),
            plugins: "{folder: ./plugins, unsigned: accept}".into(),
            device: "flow-7".into(),
            inventory: Some(format!(
                "{{serials: [{SERIAL}], qc: [{QC_PANEL}], zone: Europe/Berlin, collect_since: 2000-01-01}}"
            )),
            families,
            url: "https://localhost:1".into(),
            authority: authority.into(),
            offline: None,
            group: None,
            more: String::new(),
        };
        let host = Self { config, program: programs.host.clone(), folder: folder.to_owned(), running: None };
        for (family, library) in &programs.plugins {
            let manifest = repository().join("manifests").join(format!("{family}.yaml"));
            host.add_plugin(family, library, &manifest);
        }
        host
    }

    /// Installs a family: its plugin and its manifest.
    pub fn add_plugin(&self, family: &str, library: &Path, manifest: &Path) {
        for folder in [self.plugins(), self.manifests()] {
            std::fs::create_dir_all(&folder).unwrap();
        }
        std::fs::copy(library, self.plugins().join(library.file_name().unwrap())).unwrap();
        std::fs::copy(manifest, self.manifests().join(format!("{family}.yaml"))).unwrap();
    }

    /// Where plugins are installed.
    pub fn plugins(&self) -> PathBuf {
        self.folder.join("plugins")
    }

    /// Where manifests are installed.
    pub fn manifests(&self) -> PathBuf {
        self.folder.join("manifests")
    }

    /// The folder that a family reads, with its subfolders.
    pub fn input(&self, family: &str) -> PathBuf {
        let folder = self.folder.join("input").join(family);
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    /// The configuration file as it is on disk.
    pub fn config_file(&self) -> PathBuf {
        self.folder.join("labrelay.yaml")
    }

    /// Writes the configuration file.
    pub fn write_config(&self) {
        std::fs::write(self.config_file(), self.config_text()).unwrap();
    }

    /// Makes this PC's key; gives the public half.
    pub fn device_key(&self) -> String {
        self.write_config();
        succeed(&mut self.command(&["device", "init"])).trim().to_owned()
    }

    /// Starts the service, and waits until it answers.
    pub fn start(&mut self) {
        self.write_config();
        let mut command = self.command(&["run"]);
        if let Some(group) = &self.config.group {
            command = in_group(group, &command);
        }
        let before = self.log().len();
        let mut running = Running::start(&mut command, &self.log_file());
        // `status` opens the spool itself while no service answers: asked too early it would stand in the way.
        wait_until("the host answers", SOON, || {
            assert!(running.is_alive(), "the host ended: {}", self.log());
            self.answers(before)
        });
        self.running = Some(running);
    }

    /// Whether it answers; of an emulated one, whether its log says since `before` that it is about to.
    fn answers(&self, before: usize) -> Option<()> {
        if self.program.is_emulated() {
            return self.log().get(before..)?.contains("started").then_some(());
        }
        UnixStream::connect(self.config.state.join("control.sock")).ok().map(drop)
    }

    /// Stops the service by SIGTERM; says how long it took.
    pub fn stop(&mut self) -> Duration {
        self.running.take().expect("the host does not run").stop()
    }

    /// Ends the service without a word.
    pub fn kill(&mut self) {
        self.running.take().expect("the host does not run").kill();
    }

    /// The service's process.
    pub fn pid(&self) -> u32 {
        self.running.as_ref().expect("the host does not run").pid()
    }

    /// What the host says about itself, running or not.
    pub fn status(&self) -> Status {
        let printed = succeed(&mut self.command(&["status", "--json"]));
        Status(serde_json::from_str(&printed).unwrap())
    }

    /// Waits until the host says of itself what `is` looks for.
    #[track_caller]
    pub fn wait_for(&self, what: &str, is: impl Fn(&Status) -> bool) -> Status {
        let start = Instant::now();
        loop {
            let status = self.status();
            if is(&status) {
                return status;
            }
            assert!(start.elapsed() < SOON, "not within {SOON:?}: {what}; the host says {:#}", status.0);
            std::thread::sleep(LOOK_EVERY);
        }
    }

    /// Runs `labrelay ARGUMENTS… --config FILE`.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).stdin(Stdio::null()).output().unwrap()
    }

    /// Everything in the journal of what has left.
    pub fn sent(&self) -> Vec<Row> {
        rows_of(&self.sent_text())
    }

    /// The same as `sent export` writes it.
    pub fn sent_text(&self) -> String {
        let out = self.folder.join("export.ndjson");
        let _ = std::fs::remove_file(&out); // of an earlier look
        succeed(self.command(&["sent", "export"]).arg("--out").arg(&out));
        std::fs::read_to_string(out).unwrap()
    }

    /// Everything the service has printed, over all its starts.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    fn log_file(&self) -> PathBuf {
        self.folder.join("labrelay.log")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.program.command();
        command.args(arguments).arg("--config").arg(self.config_file());
        command
    }

    /// As YAML, which reads JSON's texts.
    fn config_text(&self) -> String {
        let Config { state, plugins, device, inventory, families, url, authority, offline, more, .. } =
            &self.config;
        let offline = offline.as_ref().map(|keys| format!(", offline: {keys}")).unwrap_or_default();
        let inventory = inventory.as_ref().map(|text| format!("inventory: {text}\n")).unwrap_or_default();
        let mut text = format!(
            "labrelay: 1\nstate: {}\nplugins: {plugins}\nmanifests: ./manifests\ndevice: {device}\n{inventory}\
             receiver: {{url: {}, ca: {}{offline}}}\nfamilies:\n",
            json!(state),
            json!(url),
            json!(authority),
        );
        for Family { name, source, qc, settings, settle, also, line } in families {
            let folder = json!(self.input(name));
            let place = |settle: &str| format!("{{folders: [{folder}], recursive: true, settle: {settle}}}");
            let mut sources = format!("{source}: {}", place(settle));
            also.iter().for_each(|(source, settle)| sources += &format!(", {source}: {}", place(settle)));
            line.iter().for_each(|(source, port)| sources += &format!(", {source}: {{listen: '{port}'}}"));
            text += &format!("  {name}: {{qc: {qc}, settings: {settings}, sources: {{{sources}}}}}\n");
        }
        text + more
    }
}

/// The same command, which enters a control group first.
fn in_group(group: &Path, command: &Command) -> Command {
    let mut entering = Command::new("sh");
    entering.args(["-c", "echo $$ > \"$0/cgroup.procs\" && exec \"$@\""]).arg(group);
    entering.arg(command.get_program()).args(command.get_args());
    entering
}
