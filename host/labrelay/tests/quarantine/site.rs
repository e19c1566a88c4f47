//! A site whose spool holds refused units, sealed to a key that lies beside it. No plugin, no receiver.

use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use age::secrecy::ExposeSecret as _;
use age::x25519::Identity;
use labrelay_model::{
    Digest, InputIdentity, LedgerCounts, LedgerKey, Outcome, Position, Reason, Redacted, Timestamp,
};
use labrelay_spool::{Commit, Form, QuarantineEntry, Spool, SpoolConfig, SpoolKeys};
use tempfile::TempDir;

/// A value of the refused records: only `show` and a decrypted export may ever print it.
pub(crate) const VALUE: &str = "471.1";
/// Longest wait for the service to answer or end.
const SOON: Duration = Duration::from_secs(20);

const MANIFEST: &str = "
manifest: 1
family: bench
title: Bench
version: 1.0.0
sources: {files: {kind: folder, pattern: '*.x'}}
streams:
  run:
    about: instrument
    description: A run.
    fields:
      power: {type: float, unit: mW, range: [0, 100], decimals: 1, description: P.}
";

pub(crate) struct Site {
    pub(crate) folder: TempDir,
    identity: Identity,
    service: Option<Child>,
}

impl Site {
    /// Installed; `quarantine` stands in the configuration, with `KEY` for the recipient.
    pub(crate) fn new(quarantine: &str) -> Self {
        let site = Self { folder: TempDir::new().unwrap(), identity: Identity::generate(), service: None };
        for folder in ["plugins", "manifests"] {
            std::fs::create_dir(site.path(folder)).unwrap();
        }
        site.install_manifest("[0, 100]");
        site.write_key("key.txt", &site.identity);
        site.write_key("other.txt", &Identity::generate());
        let quarantine = quarantine.replace("KEY", &site.identity.to_public().to_string());
        let config = format!(
            "labrelay: 1\nstate: state\nplugins: plugins\nmanifests: manifests\ndevice: flow-7\n\
             receiver: {{url: 'https://localhost:1'}}\nquarantine: {quarantine}\n\
             families: {{bench: {{sources: {{files: {{folders: [plugins]}}}}}}}}\n"
        );
        std::fs::write(site.path("labrelay.yaml"), config).unwrap();
        site
    }

    /// A site that keeps what it refuses, with three messages: one of two days ago, two of today.
    pub(crate) fn with_refused_units() -> Self {
        let site = Self::new("{recipient: KEY}");
        site.refuse(2, vec![record(1, VALUE), record(2, "999")]);
        site.refuse(0, vec![record(3, VALUE), unreadable(4)]);
        site.refuse(0, vec![record(5, "100.5")]);
        site
    }

    /// Commits refused units as the service does.
    pub(crate) fn refuse(&self, days_ago: i64, quarantined: Vec<QuarantineEntry>) {
        let key = |entry: &QuarantineEntry| LedgerKey {
            family: entry.family.clone(),
            source: entry.source.clone().unwrap(),
            stream: entry.stream.clone(),
            outcome: Outcome::Quarantined(entry.reason),
        };
        let commit = Commit {
            family: "bench".parse().unwrap(),
            plugin_version: "3.1.4".into(),
            host_version: "0.1.0".into(),
            manifest_sha256: Digest([0; 32]),
            lines: Vec::new(),
            cursor: None,
            gate_state: None,
            seen: Vec::new(),
            ledger: quarantined.iter().map(|it| (key(it), LedgerCounts { units: 1, records: 0 })).collect(),
            read: Vec::new(),
            gaps: Vec::new(),
            logs: Vec::new(),
            quarantined,
            now: days(days_ago),
        };
        let keys = SpoolKeys::load_or_create(&self.path("state/keys/storage.key")).unwrap();
        let recipient = Some(self.identity.to_public());
        let config = SpoolConfig { quarantine_recipient: recipient, ..SpoolConfig::default() };
        let (spool, _) = Spool::open(&self.path("state/spool"), config, keys, days(0)).unwrap();
        spool.commit(&commit).unwrap();
    }

    pub(crate) fn install_manifest(&self, range: &str) {
        std::fs::write(self.path("manifests/bench.yaml"), MANIFEST.replace("[0, 100]", range)).unwrap();
    }

    fn write_key(&self, name: &str, identity: &Identity) {
        std::fs::write(self.path(name), format!("{}\n", identity.to_string().expose_secret())).unwrap();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs `labrelay COMMAND… --config FILE` in the site's folder; gives what it printed and its exit code.
    pub(crate) fn run(&self, command: &str) -> (String, i32) {
        let output = self.command(command).output().unwrap();
        (text(&output), output.status.code().unwrap())
    }

    /// The same for a command that must succeed.
    #[track_caller]
    pub(crate) fn succeed(&self, command: &str) -> String {
        let (printed, code) = self.run(command);
        assert_eq!(code, 0, "{command}: {printed}");
        printed
    }

    /// Objects that a command prints, one a line.
    #[track_caller]
    pub(crate) fn json(&self, command: &str) -> Vec<serde_json::Value> {
        self.succeed(command).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn command(&self, command: &str) -> Command {
        let mut program = Command::new(env!("CARGO_BIN_EXE_labrelay"));
        program.args(command.split(' ')).args(["--config", "labrelay.yaml"]).current_dir(self.folder.path());
        program
    }

    /// Starts the service; its log goes to `log`.
    pub(crate) fn start(&mut self) {
        let log = std::fs::File::create(self.path("log")).unwrap();
        let mut service = self.command("run").stdout(Stdio::null()).stderr(log).spawn().unwrap();
        let start = Instant::now();
        while UnixStream::connect(self.path("state/control.sock")).is_err() {
            assert!(service.try_wait().unwrap().is_none(), "the service ended: {}", self.log());
            assert!(start.elapsed() < SOON, "the service does not answer: {}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
        self.service = Some(service);
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    /// The audit log's lines.
    pub(crate) fn audit(&self) -> Vec<serde_json::Value> {
        let text = std::fs::read_to_string(self.path("state/audit.log")).unwrap_or_default();
        assert!(!text.contains(VALUE), "the audit log holds a value");
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        if let Some(service) = &mut self.service {
            let _ = service.kill();
            let _ = service.wait();
        }
    }
}

fn text(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
}

fn days(ago: i64) -> Timestamp {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_micros();
    Timestamp::from_micros(now as i64 - ago * 86_400_000_000).unwrap()
}

/// A unit of one record whose power was out of range.
pub(crate) fn record(position: u64, power: &str) -> QuarantineEntry {
    let line = format!("{{\"stream\":\"run\",\"fields\":{{\"power\":{power}}}}}\n");
    QuarantineEntry {
        family: "bench".parse().unwrap(),
        source: Some("files".parse().unwrap()),
        stream: Some("run".parse().unwrap()),
        reason: Reason::OutOfRange,
        input: Some(InputIdentity([1; 32])),
        position: Position(position),
        received_at: days(0),
        form: Form::Records,
        raw: Redacted(line.into_bytes()),
    }
}

/// A unit that no plugin could read.
pub(crate) fn unreadable(position: u64) -> QuarantineEntry {
    let raw = Redacted(format!("\x1b]0;{VALUE}\x07").into_bytes());
    QuarantineEntry { stream: None, reason: Reason::BadText, form: Form::Raw, raw, ..record(position, "0") }
}
