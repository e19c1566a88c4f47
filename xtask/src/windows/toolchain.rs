//! What it takes to build for Windows elsewhere: a linker, and a Rust whose standard library for Windows is there or can be built.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};
use serde_json::Value;

use super::plugin_packages;
use crate::cargo::{cargo, repository};

/// The target whose linker Linux distributions have.
pub(crate) const TARGET: &str = "x86_64-pc-windows-gnu";
const LINKER: &str = "x86_64-w64-mingw32-gcc";
const OBJDUMP: &str = "x86_64-w64-mingw32-objdump";
/// Where a distribution puts a Rust of its own, beside that of rustup.
const DISTRIBUTION: &str = "/usr/bin";

const NO_LINKER: &str = "no MinGW linker: `apt-get install gcc-mingw-w64-x86-64`";
const NO_LIBRARY: &str = "no standard library for Windows: `rustup target add x86_64-pc-windows-gnu`, or a distribution's Rust \
                          with its sources (Debian: `apt-get install rustc-web cargo-web rust-web-src`)";

/// A Rust that builds for Windows.
pub(crate) enum Toolchain {
    /// The one that runs this: the library for Windows is installed.
    Installed,
    /// A distribution's, which builds the library from its sources.
    FromSource,
}

impl Toolchain {
    /// Looks for one; what is missing if there is none.
    pub(crate) fn find() -> Result<Self, String> {
        if !starts(Command::new(LINKER).arg("--version")) {
            return Err(NO_LINKER.into());
        }
        let libraries = |rustc: &Path| sysroot(rustc).map(|root| root.join("lib/rustlib"));
        if libraries(Path::new("rustc")).is_some_and(|folder| folder.join(TARGET).is_dir()) {
            return Ok(Self::Installed);
        }
        let theirs = Path::new(DISTRIBUTION).join("rustc");
        let has_sources = |folder: PathBuf| folder.join("src/rust/library").is_dir();
        let has_cargo = Path::new(DISTRIBUTION).join("cargo").is_file();
        if has_cargo && libraries(&theirs).is_some_and(has_sources) {
            return Ok(Self::FromSource);
        }
        Err(NO_LIBRARY.into())
    }

    /// `cargo JOB … --target TARGET`, with a folder of its own for what it builds.
    pub(super) fn cargo(&self, job: &str) -> Command {
        let mut command = match self {
            Self::Installed => cargo(&[job]),
            Self::FromSource => {
                let bin = Path::new(DISTRIBUTION);
                let mut command = Command::new(bin.join("cargo"));
                command.args([job, "-Zbuild-std"]).current_dir(repository());
                command.env("RUSTC", bin.join("rustc")).env("RUSTC_BOOTSTRAP", "1");
                // Of rustup, which would lead back to its own.
                for name in ["CARGO", "RUSTUP_TOOLCHAIN", "RUSTC_WORKSPACE_WRAPPER"] {
                    command.env_remove(name);
                }
                command.env("PATH", without_rustup());
                command
            }
        };
        command.args(["--target", TARGET]).env("CARGO_TARGET_DIR", repository().join("target/windows"));
        command
    }

    /// Builds the host, its workers' program and all plugins, and says where they are.
    pub(crate) fn build(&self, release: bool) -> anyhow::Result<Vec<PathBuf>> {
        let mut command = self.cargo("build");
        command.args(["--package", "labrelay", "--package", "labrelay-worker"]);
        command.arg("--message-format=json-render-diagnostics");
        let packages = plugin_packages()?;
        for package in &packages {
            command.args(["--package", package]);
        }
        if release {
            command.arg("--release");
        }
        let output = command.stderr(Stdio::inherit()).output().context("cargo could not be started")?;
        ensure!(output.status.success(), "cargo build for {TARGET} ended with {}", output.status);
        let built = products(&output.stdout)?;
        ensure!(
            built.len() == 2 + packages.len(),
            "two programs and {} plugins expected: {built:?}",
            packages.len()
        );
        Ok(built)
    }

    /// The tool that lists what a file imports.
    pub(super) fn objdump(&self) -> PathBuf {
        OBJDUMP.into()
    }

    /// The linker, which is a C compiler as well.
    pub(super) fn compiler(&self) -> PathBuf {
        LINKER.into()
    }
}

/// Programs and plugins among cargo's messages.
fn products(messages: &[u8]) -> anyhow::Result<Vec<PathBuf>> {
    let mut built = Vec::new();
    for line in messages.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let message: Value =
            serde_json::from_slice(line).context("cargo printed something else than JSON")?;
        let name = message.pointer("/target/name").and_then(Value::as_str).unwrap_or_default();
        let files = message.get("filenames").and_then(Value::as_array).into_iter().flatten();
        let wanted = files.filter_map(Value::as_str).find(|file| {
            matches!(name, "labrelay" | "labrelay-worker") && file.ends_with(".exe")
                || name.starts_with("labrelay_plugin_") && file.ends_with(".dll")
        });
        built.extend(wanted.map(PathBuf::from));
    }
    Ok(built)
}

fn sysroot(rustc: &Path) -> Option<PathBuf> {
    let output = Command::new(rustc).args(["--print", "sysroot"]).current_dir(repository()).output().ok()?;
    Some(PathBuf::from(String::from_utf8(output.stdout).ok()?.trim()))
}

fn without_rustup() -> std::ffi::OsString {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let kept = std::env::split_paths(&path).filter(|folder| !folder.join("rustup").exists());
    std::env::join_paths(kept).unwrap_or(path)
}

pub(crate) fn starts(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}
