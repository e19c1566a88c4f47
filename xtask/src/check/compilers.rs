//! Plugins that other compilers than the host's have built: each reads every fixture to its golden.
//!
//! An instrument team has the compiler that it has. The ABI is made for that, and only other compilers can show that it holds.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::programs::{cases, replay_all};
use super::report::Outcome;
use crate::cargo::{build, repository, run};
use crate::shipped::{TEST_PROFILE, built::plugin_packages};
use crate::windows::{older, toolchain};

/// A compiler, and how it is started.
struct Compiler {
    name: &'static str,
    rustc: PathBuf,
    /// Where its own shared libraries lie, if the system does not know.
    libraries: Option<std::ffi::OsString>,
}

/// Builds the families' plugins with a distribution's compiler and with one that is older still.
pub(super) fn check() -> anyhow::Result<Outcome> {
    let cargo = toolchain::distribution("cargo");
    if !cargo.is_file() {
        return Ok(Outcome::Skipped("no second Rust (Debian: apt-get install rustc-web cargo-web)".into()));
    }
    let labrelay = build()?.labrelay;
    let newer = Compiler { name: "distribution", rustc: toolchain::distribution("rustc"), libraries: None };
    let older = match older::toolchain()? {
        Ok(older) => older,
        Err(missing) => return Ok(Outcome::Skipped(missing)),
    };
    let older = Compiler { name: "older", rustc: older.rustc, libraries: older.libraries };
    for compiler in [newer, older] {
        println!("plugins of {}", compiler.version()?);
        let plugins = compiler.build_plugins(&cargo)?;
        replay_all(&cases()?, || {
            let mut replay = Command::new(&labrelay);
            replay.arg("replay").arg("--plugins").arg(&plugins);
            replay
        })?;
    }
    Ok(Outcome::Passed)
}

impl Compiler {
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        if let Some(libraries) = &self.libraries {
            command.env("LD_LIBRARY_PATH", libraries);
        }
        command
    }

    fn version(&self) -> anyhow::Result<String> {
        let output = self.command(&self.rustc).arg("--version").output()?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// The folder in which nothing but the plugins lies.
    fn build_plugins(&self, cargo: &Path) -> anyhow::Result<PathBuf> {
        let target = repository().join("target/plugins-by").join(self.name);
        let mut command = self.command(cargo);
        command.args(["build", "--ignore-rust-version", "--profile", TEST_PROFILE]).current_dir(repository());
        command.env("RUSTC", &self.rustc).env("CARGO_TARGET_DIR", &target).env("CARGO_INCREMENTAL", "0");
        toolchain::without_rustup(&mut command);
        for package in plugin_packages()? {
            command.args(["--package", &package]);
        }
        run(&mut command)?;
        Ok(target.join(TEST_PROFILE))
    }
}
