//! A copy of this system that is thrown away: its own root in memory over the real one, which stays as it is, in a mount
//! namespace that ends with the process. So a package meets the real `dpkg` with its real database.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};

use crate::cargo::{repository, run};
use crate::check::Outcome;

/// Where the copy is mounted, within the namespace alone.
const ROOT: &str = "/mnt";
/// Where the repository is seen in the copy.
pub(super) const REPOSITORY: &str = "/srv";

const NO_RIGHT: &str = "no right to mount here, so nothing was installed: run as root";

/// What is missing for a copy.
pub(super) fn missing() -> Option<String> {
    let mounted = Command::new("unshare").args(["--mount", "mount", "-t", "tmpfs", "probe", ROOT]).output();
    (!mounted.is_ok_and(|output| output.status.success())).then(|| NO_RIGHT.to_owned())
}

/// Runs the package's life in a copy, by this very program in a mount namespace of its own.
pub(super) fn live(first: &Path, next: &Path) -> anyhow::Result<Outcome> {
    let mut command = Command::new("unshare");
    command.args(["--mount", "--propagation", "private"]).arg(std::env::current_exe()?);
    run(command.arg("deb-life").arg(first).arg(next))?;
    Ok(Outcome::Passed)
}

/// The copy.
pub(super) struct Copy(());

impl Copy {
    /// Makes it, in a mount namespace of its own alone.
    pub(super) fn of_this_system() -> anyhow::Result<Self> {
        let namespace = |process: &str| std::fs::read_link(format!("/proc/{process}/ns/mnt"));
        ensure!(
            namespace("self")? != namespace("1")?,
            "this would mount into the real system: use `deb --check`"
        );
        // `target` may lie on a file system that can't be the upper one.
        mount(&["-t", "tmpfs", "labrelay-copy"], ROOT)?;
        for folder in ["upper", "work", "root"] {
            std::fs::create_dir(Path::new(ROOT).join(folder))?;
        }
        let options = format!("lowerdir=/,upperdir={ROOT}/upper,workdir={ROOT}/work");
        let copy = Self(());
        mount(&["-t", "overlay", "-o", &options, "labrelay-copy"], copy.path(""))?;
        for folder in ["/proc", "/dev"] {
            mount(&["--rbind", folder], copy.path(folder))?;
        }
        // Without what runs here: no systemd is asked for anything.
        mount(&["-t", "tmpfs", "labrelay-run"], copy.path("/run"))?;
        mount(&["--bind", "-o", "ro", &repository().display().to_string()], copy.path(REPOSITORY))?;
        Ok(copy)
    }

    /// Where `path` of the copy lies.
    pub(super) fn path(&self, path: &str) -> PathBuf {
        Path::new(ROOT).join("root").join(path.trim_start_matches('/'))
    }

    /// Runs a command in the copy.
    pub(super) fn run(&self, arguments: &[&str]) -> anyhow::Result<Done> {
        let mut command = Command::new("chroot");
        command
            .arg(self.path(""))
            .args(arguments)
            .env("LC_ALL", "C")
            .env("DEBIAN_FRONTEND", "noninteractive");
        let output = command.output().context("chroot could not be started")?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let said = text(&output.stdout) + &text(&output.stderr);
        Ok(Done { command: arguments.join(" "), code: output.status.code(), said })
    }

    /// Runs one that has to succeed.
    pub(super) fn succeed(&self, arguments: &[&str]) -> anyhow::Result<Done> {
        let done = self.run(arguments)?;
        ensure!(done.code == Some(0), "{} ended with {:?}:\n{}", done.command, done.code, done.said);
        Ok(done)
    }
}

/// A command that has ended.
pub(super) struct Done {
    command: String,
    /// Its exit code.
    pub(super) code: Option<i32>,
    said: String,
}

impl Done {
    /// An error unless it has said so.
    pub(super) fn says(&self, words: &str) -> anyhow::Result<()> {
        ensure!(self.said.contains(words), "{} did not say {words:?}:\n{}", self.command, self.said);
        Ok(())
    }
}

fn mount(arguments: &[&str], to: impl AsRef<Path>) -> anyhow::Result<()> {
    run(Command::new("mount").args(arguments).arg(to.as_ref()))
}
