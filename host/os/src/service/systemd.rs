//! The service under systemd: a unit of our own in `/etc/systemd/system`, and `systemctl` for the rest.
//!
//! Leaves the unit of a Debian package to `apt`, and the state folder where it is.

mod notify;
mod systemctl;
mod unit;

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

pub use notify::Manager;
use systemctl::{BRIEF, Shown, UNIT, order, successful};

use super::{Definition, ServiceError, State};
use crate::private::sync_dir;

/// Where an administrator's units lie.
const UNITS: &str = "/etc/systemd/system";
/// Who may read the instruments' files, as the unit says.
pub const GROUP: &str = "labrelay-files";
/// Everybody may read a unit.
const UNIT_MODE: u32 = 0o644;
/// Where systemd has started nothing and sees no failure in that.
const NOT_BEGUN: &str = "systemd has left it, most likely since the configuration that it was installed with is missing; \
     `systemctl status labrelay` says more";
/// Longest wait for a start, which takes a second or two; a spool that has to be salvaged takes minutes, and goes on without us.
const START_PATIENCE: Duration = Duration::from_secs(400);
/// Longest wait for an end: `TimeoutStopSec`, after which systemd ends it, and a bit.
const STOP_PATIENCE: Duration = Duration::from_secs(40);

/// Writes the unit, makes the group of those who may read instruments' files, and has the unit started with the system.
pub(super) fn install(definition: &Definition) -> Result<(), ServiceError> {
    let what = "install the service";
    let text = unit::text(definition)?;
    administrator(what)?;
    refuse_foreign(&Shown::ask()?, what)?;
    let system = |why| ServiceError::System { what, why };
    make_group().map_err(system)?;
    write(Path::new(UNITS), &text).map_err(system)?;
    brief(&["daemon-reload"]).map_err(system)?;
    brief(&["enable", UNIT]).map_err(system)
}

/// Stops it and removes the unit. State and group stay.
pub fn uninstall() -> Result<(), ServiceError> {
    let what = "uninstall the service";
    administrator(what)?;
    let shown = installed()?;
    refuse_foreign(&shown, what)?;
    stop()?;
    let system = |why| ServiceError::System { what, why };
    brief(&["disable", UNIT]).map_err(system)?;
    fs::remove_file(Path::new(UNITS).join(UNIT)).map_err(system)?;
    brief(&["daemon-reload"]).map_err(system)?;
    let _ = brief(&["reset-failed", UNIT]); // refused where nothing has failed
    Ok(())
}

/// Starts it, and waits until it runs or has ended.
pub fn start() -> Result<(), ServiceError> {
    let what = "start the service";
    administrator(what)?;
    installed()?;
    let system = |why| ServiceError::System { what, why };
    let Some(ended) = order(&["start", UNIT], START_PATIENCE).map_err(system)? else {
        return Err(ServiceError::TooSlow { state: state()?, after: START_PATIENCE });
    };
    match state()? {
        State::Running => Ok(()),
        State::Failed { exit_code } => Err(ServiceError::EndedAtStart { exit_code }),
        _ => {
            successful(Some(ended)).map_err(system)?;
            Err(system(io::Error::other(NOT_BEGUN)))
        }
    }
}

/// Stops it, and waits until it has ended.
pub fn stop() -> Result<(), ServiceError> {
    let what = "stop the service";
    administrator(what)?;
    installed()?;
    let system = |why| ServiceError::System { what, why };
    match order(&["stop", UNIT], STOP_PATIENCE).map_err(system)? {
        Some(ended) => successful(Some(ended)).map(drop).map_err(system),
        None => Err(ServiceError::TooSlow { state: state()?, after: STOP_PATIENCE }),
    }
}

/// What systemd says of it.
pub fn state() -> Result<State, ServiceError> {
    Ok(Shown::ask()?.state())
}

fn administrator(what: &'static str) -> Result<(), ServiceError> {
    match rustix::process::geteuid().is_root() {
        true => Ok(()),
        false => Err(ServiceError::NoRights { what }),
    }
}

fn installed() -> Result<Shown, ServiceError> {
    let shown = Shown::ask()?;
    match shown.state() {
        State::NotInstalled => Err(ServiceError::NotInstalled),
        _ => Ok(shown),
    }
}

/// A unit that lies elsewhere than ours came with a package, which also updates and removes it; a masked one is one that an
/// administrator does not want to run.
fn refuse_foreign(shown: &Shown, what: &'static str) -> Result<(), ServiceError> {
    let refused = |why: String| Err(ServiceError::System { what, why: io::Error::other(why) });
    match shown.file() {
        _ if shown.is_masked() => {
            refused(format!("the unit is masked; to allow it: systemctl unmask {UNIT}"))
        }
        Some(file) if !file.starts_with(UNITS) => {
            refused(format!("{} belongs to a package of this system; use apt", file.display()))
        }
        _ => Ok(()),
    }
}

/// Nothing happens if there is one.
fn make_group() -> io::Result<()> {
    let mut command = Command::new("groupadd");
    successful(systemctl::run(command.args(["--system", "--force", GROUP]), BRIEF)?).map(drop)
}

/// Replaces the unit whole: systemd may read it at any time.
fn write(folder: &Path, text: &str) -> io::Result<()> {
    let (draft, unit) = (folder.join(format!(".{UNIT}.new")), folder.join(UNIT));
    let mut file = File::create(&draft)?;
    file.write_all(text.as_bytes())?;
    file.set_permissions(fs::Permissions::from_mode(UNIT_MODE))?; // whatever the administrator's umask
    file.sync_all()?;
    fs::rename(&draft, &unit)?;
    sync_dir(folder)
}

fn brief(arguments: &[&str]) -> io::Result<()> {
    successful(order(arguments, BRIEF)?).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_written_whole_and_replaced() {
        let folder = tempfile::tempdir().unwrap();
        for text in ["first\n", "second\n"] {
            write(folder.path(), text).unwrap();
            let unit = folder.path().join(UNIT);
            assert_eq!(fs::read_to_string(&unit).unwrap(), text);
            assert_eq!(fs::metadata(&unit).unwrap().permissions().mode() & 0o777, UNIT_MODE);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no draft is left behind");
    }
}
