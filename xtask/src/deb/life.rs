//! The life of an installed package: installed, configured, upgraded, removed, installed again, purged; and after each step what
//! has to be there and what has to be gone. What systemd itself does with the unit is not seen here: docs/linux-checks.md.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use clap::Args;

use super::scratch::{Copy, REPOSITORY};
use crate::cargo::families;
use crate::windows::staged::cases;

/// Two packages, one the successor of the other, and the mount namespace of whoever starts this, which is `cargo xtask deb --check`,
/// in another one.
#[derive(Args)]
pub(crate) struct Life {
    first: PathBuf,
    next: PathBuf,
    outside: PathBuf,
}

const CONFIGURATION: &str = "/etc/labrelay/labrelay.yaml";
const EXAMPLE: &str = "/usr/share/doc/labrelay/examples/labrelay.yaml";
const PROGRAM: &str = "/usr/bin/labrelay";
/// Where systemd keeps the state of a service with an account of its own making, and how that is found.
const STATE: &str = "/var/lib/private/labrelay";
const STATE_LINK: &str = "/var/lib/labrelay";
/// There while the unit is started with the system.
const WANTED: &str = "/etc/systemd/system/multi-user.target.wants/labrelay.service";
/// An account that owns nothing.
const NOBODY: &str = "65534";
/// Something that an administrator has put beside the configuration.
const FOREIGN: &str = "/etc/labrelay/ca.pem";

/// Goes through it.
pub(crate) fn run(life: &Life) -> anyhow::Result<()> {
    let copy = Copy::of_this_system(&life.outside)?;
    let site = Site { copy };
    let [first, next] = [&life.first, &life.next].map(|package| -> anyhow::Result<String> {
        let name = package.file_name().context("a package is a file")?.to_string_lossy().into_owned();
        Ok(format!("{REPOSITORY}/target/debian/{name}"))
    });
    let (first, next) = (first?, next?);
    site.installed(&first)?;
    site.configured()?;
    site.works()?;
    site.says_what_opens_a_folder()?;
    site.upgraded(&next)?;
    site.removed_and_installed_again(&next)?;
    site.purged()?;
    println!("installed, upgraded, removed and purged as it should be");
    Ok(())
}

struct Site {
    copy: Copy,
}

impl Site {
    fn installed(&self, package: &str) -> anyhow::Result<()> {
        ensure!(!self.is_there(PROGRAM), "{PROGRAM} is on this system already");
        self.install(package)?.says("not configured yet")?;
        self.copy.succeed(&[PROGRAM, "--version"])?;
        self.copy.succeed(&["getent", "group", "labrelay-files"])?;
        self.there(&[WANTED, EXAMPLE, "/etc/labrelay"])?;
        self.gone(&[CONFIGURATION, STATE_LINK])
    }

    /// As the documents tell lab IT to, and with state as systemd would have made it.
    fn configured(&self) -> anyhow::Result<()> {
        let example = fs::read_to_string(self.copy.path(EXAMPLE))?;
        fs::write(self.copy.path(CONFIGURATION), &example)?;
        fs::write(self.copy.path(FOREIGN), "no certificate\n")?;
        fs::create_dir_all(self.copy.path("/data/navios"))?;
        fs::create_dir_all(self.copy.path(STATE))?;
        symlink("private/labrelay", self.copy.path(STATE_LINK))?;
        for folder in ["/var/lib/private", STATE] {
            self.copy.succeed(&["chmod", "0700", folder])?;
        }
        self.copy.succeed(&[PROGRAM, "device", "init", "--config", CONFIGURATION])?;
        Ok(())
    }

    /// Worker, plugins and manifests are found where the package has put them.
    fn works(&self) -> anyhow::Result<()> {
        let checked = self.copy.run(&[PROGRAM, "check", "--config", CONFIGURATION])?;
        ensure!(checked.code == Some(1), "the example's receiver can't have been reached");
        checked.says("ok    configuration /etc/labrelay/labrelay.yaml")?;
        checked.says("(/usr/lib/labrelay/plugins/liblabrelay_plugin_navios.so)")?;
        checked.says("ok    navios: sandbox: ")?;
        checked.says("ok    navios: listmode: folder /data/navios")?;
        checked.says("ok    state folder /var/lib/labrelay")?;
        for family in families()? {
            let first = cases(&family)?.into_iter().next().with_context(|| format!("no case of {family}"))?;
            let case = first.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let case = format!("{REPOSITORY}/fixtures/{family}/{case}");
            self.copy.succeed(&[PROGRAM, "replay", "--case", &case])?;
        }
        Ok(())
    }

    /// An account that can't read the folder is told how it can be opened to the service.
    fn says_what_opens_a_folder(&self) -> anyhow::Result<()> {
        self.copy.succeed(&["chmod", "0700", "/data/navios"])?;
        let nobody = ["setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"];
        let checked =
            self.copy.run(&[&nobody[..], &[PROGRAM, "check", "--config", CONFIGURATION]].concat())?;
        checked.says("FAIL  navios: listmode: can't list /data/navios")?;
        checked.says("sudo setfacl -R -m g:labrelay-files:rX -m d:g:labrelay-files:rX /data/navios")
    }

    /// Configuration, keys and an administrator's decision not to start it stay.
    fn upgraded(&self, package: &str) -> anyhow::Result<()> {
        let before = (self.read(CONFIGURATION)?, self.read(&key())?);
        fs::remove_file(self.copy.path(WANTED))?; // as `systemctl disable` does
        self.install(package)?;
        ensure!(
            (self.read(CONFIGURATION)?, self.read(&key())?) == before,
            "the upgrade has changed the site's"
        );
        self.gone(&[WANTED])?;
        let shown = self.copy.succeed(&["dpkg-query", "--show", "labrelay"])?;
        shown.says(&format!("-{}", super::package::NEXT_REVISION))?;
        self.copy.succeed(&[PROGRAM, "--version"])?;
        fs::create_dir_all(self.copy.path(WANTED).with_file_name(""))?;
        symlink("/lib/systemd/system/labrelay.service", self.copy.path(WANTED))?;
        Ok(())
    }

    fn removed_and_installed_again(&self, package: &str) -> anyhow::Result<()> {
        let before = (self.read(CONFIGURATION)?, self.read(&key())?);
        self.copy.succeed(&["dpkg", "--remove", "labrelay"])?.says("stay in /var/lib/labrelay")?;
        self.gone(&[PROGRAM, "/usr/lib/labrelay", "/usr/lib/systemd/system/labrelay.service"])?;
        ensure!(
            (self.read(CONFIGURATION)?, self.read(&key())?) == before,
            "the removal has taken the site's"
        );
        self.install(package)?;
        self.there(&[WANTED])?;
        self.works()
    }

    fn purged(&self) -> anyhow::Result<()> {
        self.copy.succeed(&["dpkg", "--purge", "labrelay"])?.says("revoke the device")?;
        self.gone(&[PROGRAM, STATE, STATE_LINK, CONFIGURATION, WANTED, "/usr/lib/labrelay"])?;
        self.gone(&[
            "/etc/systemd/system/labrelay.service",
            "/var/lib/systemd/deb-systemd-helper-enabled/labrelay.service.dsh-also",
        ])?;
        self.there(&[FOREIGN])?; // not ours
        self.copy.succeed(&["getent", "group", "labrelay-files"])?;
        Ok(())
    }

    /// systemd may be missing where CI runs, and what it would do is not seen here.
    fn install(&self, package: &str) -> anyhow::Result<super::scratch::Done> {
        self.copy.succeed(&["dpkg", "--ignore-depends=systemd", "--install", package])
    }

    fn there(&self, paths: &[&str]) -> anyhow::Result<()> {
        let missing: Vec<&&str> = paths.iter().filter(|path| !self.is_there(path)).collect();
        ensure!(missing.is_empty(), "missing: {missing:?}");
        Ok(())
    }

    fn gone(&self, paths: &[&str]) -> anyhow::Result<()> {
        let left: Vec<&&str> = paths.iter().filter(|path| self.is_there(path)).collect();
        ensure!(left.is_empty(), "still there: {left:?}");
        Ok(())
    }

    /// A link is there, wherever it leads: its target is a path in the copy.
    fn is_there(&self, path: &str) -> bool {
        fs::symlink_metadata(self.copy.path(path)).is_ok()
    }

    fn read(&self, path: &str) -> anyhow::Result<Vec<u8>> {
        fs::read(self.copy.path(path)).with_context(|| format!("{path} can't be read"))
    }
}

/// The device's key.
fn key() -> String {
    format!("{STATE}/keys/device.ed25519")
}
