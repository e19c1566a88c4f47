//! Wine, with a Windows of its own in a temporary folder.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::ensure;
use labrelay_tests::site::Emulator;

use super::toolchain::{Toolchain, starts};
use crate::cargo::run;

/// Where distributions put it if not in the PATH.
const PLACES: [&str; 3] = ["wine64", "/usr/lib/wine/wine64", "wine"];
/// Its server, likewise.
const SERVERS: [&str; 3] = ["wineserver", "/usr/lib/wine/wineserver64", "/usr/lib/wine/wineserver"];
const MISSING: &str = "no Wine: `apt-get install wine64`";
/// What Rust's library imports and Wine 8 lacks.
const PRNG: &str = "bcryptprimitives.dll";
/// The library's function, for tests alone.
const PRNG_SOURCE: &str = "xtask/src/windows/process_prng.c";

/// Wine as it is installed.
pub(crate) struct Wine(PathBuf);

impl Wine {
    /// Looks for it; what is missing if there is none.
    pub(crate) fn find() -> Result<Self, String> {
        let found = PLACES.into_iter().find(|wine| starts(Command::new(wine).arg("--version")));
        found.map(|wine| Self(wine.into())).ok_or_else(|| MISSING.into())
    }

    /// Makes a Windows.
    pub(crate) fn begin(&self, toolchain: &Toolchain) -> anyhow::Result<Prefix<'_>> {
        let folder = std::env::temp_dir().join(format!("labrelay-wine-{}", std::process::id()));
        std::fs::create_dir(&folder)?;
        let prefix = Prefix { wine: self, folder };
        run(prefix.program("wineboot").arg("--init"))?;
        let system = prefix.folder.join("drive_c/windows/system32");
        ensure!(system.is_dir(), "Wine made no Windows in {}", prefix.folder.display());
        // What administrators see of this PC's disk from another: Wine looks for shares below this folder.
        let share = prefix.folder.join("dosdevices/unc/localhost");
        std::fs::create_dir_all(&share)?;
        std::os::unix::fs::symlink("../../../drive_c", share.join("c$"))?;
        if !system.join(PRNG).exists() {
            let source = crate::cargo::repository().join(PRNG_SOURCE);
            let mut compiler = Command::new(toolchain.compiler());
            run(compiler.arg("-shared").arg("-o").arg(system.join(PRNG)).arg(source).arg("-ladvapi32"))?;
        }
        Ok(prefix)
    }
}

/// A Windows of Wine's, which goes with its folder.
pub(crate) struct Prefix<'a> {
    wine: &'a Wine,
    folder: PathBuf,
}

impl Prefix<'_> {
    /// The folder that is gone afterwards.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Wine, as cargo may use it to run tests.
    pub(super) fn runner(&self) -> &Path {
        &self.wine.0
    }

    /// A program in this Windows.
    pub(crate) fn program(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(&self.wine.0);
        command.arg(program);
        self.put_into(&mut command);
        command
    }

    /// Has `command`, and what it starts, find this Windows.
    pub(super) fn put_into(&self, command: &mut Command) {
        command.envs(self.environment()).env_remove("DISPLAY");
    }

    /// Wine, as a site and its region may be run by it.
    pub(super) fn emulator(&self) -> Emulator {
        Emulator { program: self.wine.0.clone(), environment: self.environment().into() }
    }

    /// Waits until nothing runs in this Windows any more, not even its services.
    pub(crate) fn wait_until_quiet(&self) {
        self.server("-w");
    }

    fn server(&self, order: &str) {
        for server in SERVERS {
            let mut command = Command::new(server);
            self.put_into(&mut command);
            if starts(command.arg(order)) {
                break;
            }
        }
    }

    fn environment(&self) -> [(OsString, OsString); 3] {
        [
            ("WINEPREFIX".into(), self.folder.clone().into()),
            ("WINEDEBUG".into(), "-all".into()),
            ("WINEDLLOVERRIDES".into(), "mscoree,mshtml=".into()),
        ]
    }
}

impl Drop for Prefix<'_> {
    fn drop(&mut self) {
        // What still runs in it ends, and its server, which would write to the folder; `-k` waits for that.
        self.server("-k");
        let _ = std::fs::remove_dir_all(&self.folder); // what can't be removed lies in a temporary folder
    }
}
