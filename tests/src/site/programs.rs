//! The programs and plugins under test: of this system, as `cargo build --workspace` leaves them beside this test, or of
//! another, which an emulator runs.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs programs of another system.
#[derive(Debug, Clone)]
pub struct Emulator {
    /// The emulator, which takes a program and its arguments.
    pub program: PathBuf,
    /// What it is told by its environment.
    pub environment: Vec<(OsString, OsString)>,
}

/// A program, and how it is started.
#[derive(Debug, Clone)]
pub struct Program {
    path: PathBuf,
    emulator: Option<Emulator>,
}

impl Program {
    /// A program of this system.
    pub fn native(path: PathBuf) -> Self {
        Self { path, emulator: None }
    }

    /// A program of another system.
    pub fn emulated(path: PathBuf, emulator: Emulator) -> Self {
        Self { path, emulator: Some(emulator) }
    }

    /// Whether another program runs it, which takes signals in its place.
    pub fn is_emulated(&self) -> bool {
        self.emulator.is_some()
    }

    /// The command, to which arguments may be added.
    pub fn command(&self) -> Command {
        let Some(emulator) = &self.emulator else { return Command::new(&self.path) };
        let mut command = Command::new(&emulator.program);
        command.arg(&self.path).envs(emulator.environment.iter().map(|(name, value)| (name, value)));
        command
    }
}

/// What a site and its region run.
#[derive(Debug, Clone)]
pub struct Programs {
    /// `labrelay`; its workers' program lies beside it.
    pub host: Program,
    /// `labrelay-receiver`.
    pub receiver: Program,
    /// Each plugin that is installed, with its family.
    pub plugins: Vec<(String, PathBuf)>,
}

impl Programs {
    /// Those of this system, with the project's families.
    pub fn of_this_system() -> Self {
        let plugins = ["navios", "dxflex"].map(|family| (family.to_owned(), plugin(family)));
        let receiver = built(&format!("labrelay-receiver{}", std::env::consts::EXE_SUFFIX));
        Self {
            host: Program::native(host_program()),
            receiver: Program::native(receiver),
            plugins: plugins.into(),
        }
    }
}

/// The host, `labrelay`.
pub fn host_program() -> PathBuf {
    built(&format!("labrelay{}", std::env::consts::EXE_SUFFIX))
}

/// A family's plugin.
pub fn plugin(family: &str) -> PathBuf {
    library(&format!("labrelay_plugin_{family}"))
}

/// Any library of the workspace, such as `labrelay_hostile_moody`.
pub fn library(name: &str) -> PathBuf {
    built(&format!("{}{name}{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX))
}

/// A static library of the workspace, such as `labrelay_c`.
pub fn static_library(name: &str) -> PathBuf {
    built(&format!("lib{name}.a"))
}

fn built(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let found = test.ancestors().skip(1).map(|folder: &Path| folder.join(name)).find(|path| path.is_file());
    found.unwrap_or_else(|| panic!("no {name}: run `cargo build --workspace` first; `cargo xtask test` does"))
}
