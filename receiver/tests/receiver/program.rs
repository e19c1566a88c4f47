//! The real program with its own throw-away CA, started, killed and stopped.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use reqwest::{Certificate, Client};
use tempfile::TempDir;

use crate::batches::{MANIFEST, SERIAL};
use crate::device::Device;

/// Folders, keys and one registered device.
pub(crate) struct Site {
    folder: TempDir,
    ca: Certificate,
    pub(crate) device: Device,
}

impl Site {
    /// With the tests' device and manifest registered.
    pub(crate) fn new() -> Self {
        let site = Self::without_manifest();
        site.add_manifest(MANIFEST);
        site
    }

    pub(crate) fn without_manifest() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ca = certificates(folder.path());
        let site = Self { folder, ca, device: Device::new("pc-1", 7) };
        site.add_device(&site.device, SERIAL);
        site
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) fn table(&self) -> PathBuf {
        self.data().join("lake/cyto/bead_qc")
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn add_device(&self, device: &Device, serial: &str) {
        let key = device.public_key();
        let done = self.run(&[
            "device",
            "add",
            "--name",
            device.name.as_str(),
            "--public-key",
            &key,
            "--serial",
            serial,
        ]);
        assert!(done.status.success(), "{done:?}");
    }

    pub(crate) fn add_manifest(&self, yaml: &str) {
        let file = self.path("manifest.yaml");
        std::fs::write(&file, yaml).unwrap();
        let done = self.run(&["manifest", "add", file.to_str().unwrap()]);
        assert!(done.status.success(), "{done:?}");
    }

    /// Runs a command of the program on this site's registry.
    pub(crate) fn run(&self, args: &[&str]) -> Output {
        program().args(args).arg("--data").arg(self.data()).output().unwrap()
    }

    /// Exit code and lines of `landing gaps`.
    pub(crate) fn gaps(&self) -> (Option<i32>, String) {
        let done = program()
            .args(["landing", "gaps", "--landing"])
            .arg(self.data().join("landing"))
            .output()
            .unwrap();
        (done.status.code(), String::from_utf8(done.stdout).unwrap())
    }

    /// Starts `serve`, with what it logs in a file.
    pub(crate) fn serve(&self) -> Program {
        let log = std::fs::File::options().create(true).append(true).open(self.path("log")).unwrap();
        let mut child = program()
            .args(["serve", "--listen", "127.0.0.1:0", "--cert"])
            .arg(self.path("cert.pem"))
            .arg("--key")
            .arg(self.path("key.pem"))
            .arg("--data")
            .arg(self.data())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let address = first.trim().parse().unwrap();
        let client = Client::builder().tls_certs_only([self.ca.clone()]).build().unwrap();
        Program { child, address, client }
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.path("log")).unwrap()
    }
}

/// A running `serve`; killed hard when dropped.
pub(crate) struct Program {
    child: Child,
    pub(crate) address: SocketAddr,
    pub(crate) client: Client,
}

impl Program {
    pub(crate) fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.address.port())
    }

    /// SIGKILL: nothing is flushed, nothing is ended.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM; the exit code.
    pub(crate) fn stop(mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_labrelay-receiver"))
}

fn certificates(folder: &Path) -> Certificate {
    let mut ca = CertificateParams::default();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = CertifiedIssuer::self_signed(ca, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let server = CertificateParams::new(vec!["localhost".into()]).unwrap().signed_by(&key, &ca).unwrap();
    std::fs::write(folder.join("cert.pem"), server.pem()).unwrap();
    std::fs::write(folder.join("key.pem"), key.serialize_pem()).unwrap();
    Certificate::from_pem(ca.pem().as_bytes()).unwrap()
}
