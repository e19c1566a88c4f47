//! What a plugin tries in a worker comes to nothing, and the same does work without the sandbox: or it would show nothing.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic)] // what goes wrong here is a failed test

use std::fs::{self, File};
use std::net::{TcpListener, UdpSocket};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use labrelay_abi::{Handle, OpenRequest, PollRequest, QcRule};
use labrelay_hostile_escapes::{IT_WORKED, names};
use labrelay_manifest::Manifest;
use labrelay_model::InputId;
use labrelay_os::sandbox::{Hold, Part};
use labrelay_worker::{Death, Worker, WorkerError, WorkerLimits, WorkerSpec};

/// For the neighbour: one line.
const CONTENT: &str = "lines\none\n";

fn library(name: &str) -> PathBuf {
    let (prefix, suffix) = (std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    std::env::current_exe().unwrap().with_file_name(format!("{prefix}labrelay_hostile_{name}{suffix}"))
}

fn spec(plugin: &str) -> WorkerSpec {
    WorkerSpec {
        program: env!("CARGO_BIN_EXE_labrelay-escapes-confined").into(),
        args: Vec::new(),
        plugin: library(plugin),
        limits: WorkerLimits::default(),
        accept_missing: Vec::new(),
        sha256: None,
    }
}

fn start(plugin: &str, settings: &str) -> Worker {
    let mut worker = Worker::start(&spec(plugin)).unwrap();
    let open =
        OpenRequest { settings_json: settings.into(), qc: QcRule::All, zone: "UTC".into(), cursor: None };
    worker.open(&open).unwrap();
    worker
}

fn poll(worker: &mut Worker, input: &Path) -> Result<u64, WorkerError> {
    let handle =
        Handle { id: InputId([1; 16]), source: 0, raw: 0, size: CONTENT.len() as u64, begin: 0, name: None };
    let request = PollRequest {
        max_records: 1024,
        max_bytes: 1 << 20,
        deadline_ms: 2000,
        now_us: 0,
        committed_cursor: None,
        handles: vec![handle],
    };
    let manifest = Manifest::parse(include_bytes!("../../moody/manifest.yaml")).unwrap();
    let file = File::open(input).unwrap();
    worker.poll(&request, &[&file], &manifest.shapes()).map(|reply| reply.seen)
}

/// A site with everything that a plugin could be after.
struct Site {
    dir: tempfile::TempDir,
    tcp: TcpListener,
    udp: UdpSocket,
    unix: UnixListener,
}

impl Site {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let unix = UnixListener::bind(dir.path().join("socket")).unwrap();
        unix.set_nonblocking(true).unwrap();
        let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
        tcp.set_nonblocking(true).unwrap();
        let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
        udp.set_nonblocking(true).unwrap();
        let site = Self { dir, tcp, udp, unix };
        // Rights are no obstacle: what holds the plugin off must be the sandbox.
        for name in ["input", "other"] {
            fs::write(site.path(name), CONTENT).unwrap();
            open_to_all(&site.path(name));
        }
        open_to_all(site.dir.path());
        open_to_all(&site.path("socket"));
        site
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn argument(&self, misdeed: &str) -> String {
        let path = |name| self.path(name).display().to_string();
        match misdeed {
            "connect_tcp" => self.tcp.local_addr().unwrap().to_string(),
            "send_udp" => self.udp.local_addr().unwrap().to_string(),
            "connect_unix" => path("socket"),
            "open_sibling" => "other".to_owned(),
            "read_file" | "write_file" | "truncate_file" | "look_at_file" => path("other"),
            _ => std::process::id().to_string(),
        }
    }

    /// Nobody was told anything, and nothing was changed.
    fn is_untouched(&self) -> bool {
        let unchanged = |name| fs::read_to_string(self.path(name)).unwrap() == CONTENT;
        let silent = self.tcp.accept().is_err() && self.unix.accept().is_err();
        silent && self.udp.recv(&mut [0; 64]).is_err() && unchanged("other") && unchanged("input")
    }
}

fn open_to_all(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o777)).unwrap();
}

/// How a worker ends that tried it.
fn confined(site: &Site, misdeed: &str) -> Death {
    let mut worker = start("escapes", &format!("{misdeed} {}", site.argument(misdeed)));
    match poll(&mut worker, &site.path("input")) {
        Err(WorkerError::Died { how, .. }) => how,
        other => panic!("{misdeed}: {other:?}"),
    }
}

#[test]
fn no_misdeed_comes_to_anything_and_a_neighbour_works_on() {
    let mut neighbour = start("moody", "{}");
    let refused = [libc::EPERM, libc::EACCES];
    for misdeed in names() {
        let site = Site::new();
        let how = confined(&site, misdeed);
        match (misdeed, how) {
            ("foreign_call", Death::Signal(libc::SIGSYS)) | ("balloon", Death::Signal(libc::SIGABRT)) => {}
            (_, Death::Exit(code)) if refused.contains(&code) => {}
            _ => panic!("{misdeed}: {how:?}"),
        }
        assert!(site.is_untouched(), "{misdeed}");
        assert_eq!(poll(&mut neighbour, &site.path("input")).unwrap(), 1, "{misdeed}: the neighbour");
    }
}

/// The negative control.
#[test]
fn every_misdeed_works_without_the_sandbox() {
    for misdeed in names() {
        let site = Site::new();
        let status = Command::new(env!("CARGO_BIN_EXE_labrelay-escapes-unconfined"))
            .args([misdeed, site.argument(misdeed).as_str()])
            .arg(site.path("input"))
            .status()
            .unwrap();
        assert_eq!(status.code(), Some(IT_WORKED), "{misdeed}: {status}");
        let told = ["connect_tcp", "send_udp", "connect_unix", "write_file", "truncate_file", "write_input"];
        assert_eq!(site.is_untouched(), !told.contains(&misdeed), "{misdeed}");
    }
}

#[test]
fn what_a_library_does_while_it_is_loaded_comes_to_nothing() {
    let mut worker = Worker::start(&spec("early")).unwrap();
    let error = worker.describe().unwrap_err();
    let refused = [Death::Exit(libc::EPERM), Death::Exit(libc::EACCES)];
    assert!(matches!(&error, WorkerError::Died { how, .. } if refused.contains(how)), "{error}");

    let control = Command::new(env!("CARGO_BIN_EXE_labrelay-escapes-unconfined"))
        .arg("load")
        .arg(library("early"))
        .status();
    assert_eq!(control.unwrap().code(), Some(IT_WORKED));
}

#[test]
fn the_worker_says_what_holds_and_the_kernel_agrees() {
    let worker = start("moody", "{}");
    assert_eq!(worker.confinement().parts(Hold::Missing), []);
    let status = fs::read_to_string(format!("/proc/{}/status", worker.pid())).unwrap();
    let field = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!((field("NoNewPrivs:"), field("Seccomp:"), field("Threads:")), (one("1"), one("2"), one("1")));
    assert_eq!(field("CapEff:"), one("0000000000000000"));
    if worker.confinement().hold(Part::Account) == Hold::InForce {
        assert_eq!(field("Uid:"), vec!["65533"; 4]);
        assert_eq!(field("Groups:"), Vec::<String>::new());
    }
    if worker.confinement().hold(Part::Network) == Hold::InForce {
        let network = |pid: &str| fs::read_link(format!("/proc/{pid}/ns/net")).unwrap();
        assert_ne!(network(&worker.pid().to_string()), network("self"));
    }
}

fn one(word: &str) -> Vec<String> {
    vec![word.to_owned()]
}
