//! Labrelay as a service of this system: what its manager is told at installation, and what the running service tells it.
//!
//! One face for Windows' service manager and for systemd. Knows nothing of what the service does.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

#[cfg(unix)]
mod systemd;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use systemd as system;
#[cfg(windows)]
use windows as system;

pub use system::{Manager, start, state, stop, uninstall};
#[cfg(unix)]
pub use systemd::GROUP;
#[cfg(windows)]
pub use windows::ACCOUNT;

/// What a service manager is told at installation.
#[derive(Debug, Clone)]
pub struct Definition {
    /// The program that is to be started, by its full path.
    pub program: PathBuf,
    /// The configuration that it is to use, by its full path.
    pub configuration: PathBuf,
    /// The folder that it keeps its state in, by its full path.
    pub state: PathBuf,
}

/// What the service manager says of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It knows no such service.
    NotInstalled,
    /// It does not run, and was not asked to or ended as it was asked to.
    Stopped,
    /// It is on its way.
    Starting,
    /// It runs, and has said that it is ready.
    Running,
    /// It was asked to end, and is at it.
    Stopping,
    /// It ended by itself.
    Failed {
        /// The service's own code (`docs/exit-codes.md`), or the system's where the process left none.
        exit_code: u32,
    },
}

/// A setting that this system does not have, in words: the service does without it.
pub type Missing = &'static str;

/// Why the service manager did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// There is no such service.
    #[error("no service Labrelay is installed; run: labrelay service install --config FILE")]
    NotInstalled,
    /// Only administrators may.
    #[error(
        "the service manager lets only an administrator {what}; run this again with an administrator's rights"
    )]
    NoRights {
        /// What was asked, as in "install the service".
        what: &'static str,
    },
    /// This system has no service manager that Labrelay knows.
    #[error("there is no service manager here: {why}")]
    NoManager {
        /// What is missing.
        why: &'static str,
    },
    /// The process was not started by a service manager.
    #[error("this command is what the service manager starts; in a console use: labrelay run --config FILE")]
    NotAService,
    /// It ended while it was to start.
    #[error("the service ended with exit code {exit_code} instead of starting (docs/exit-codes.md); {look}", look = WHERE_TO_LOOK)]
    EndedAtStart {
        /// Its code.
        exit_code: u32,
    },
    /// It takes too long.
    #[error("the service was still {state:?} after {seconds} s; {look}", seconds = .after.as_secs(), look = WHERE_TO_LOOK)]
    TooSlow {
        /// What it was at.
        state: State,
        /// How long it was given.
        after: Duration,
    },
    /// A path that can't be told to the manager.
    #[error("{path} can't be named to the service manager: {why}")]
    Path {
        /// The path.
        path: PathBuf,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The system refused.
    #[error("can't {what}: {why}")]
    System {
        /// What was tried, as in "start the service".
        what: &'static str,
        /// What the system said.
        why: io::Error,
    },
}

/// Where the service itself says what happened.
const WHERE_TO_LOOK: &str = if cfg!(windows) {
    "the Event Viewer says why, under Windows Logs, Application, source Labrelay"
} else {
    "`journalctl -u labrelay` says why"
};

/// Registers the service, or updates what was registered; starts nothing. Gives the settings that this system lacks.
pub fn install(definition: &Definition) -> Result<Vec<Missing>, ServiceError> {
    for path in [&definition.program, &definition.configuration, &definition.state] {
        if !path.is_absolute() {
            return Err(ServiceError::Path { path: path.clone(), why: "it has to be a full path" });
        }
    }
    #[cfg(windows)]
    return windows::install(definition);
    #[cfg(unix)]
    systemd::install(definition).map(|()| Vec::new())
}

/// Does `work` as the service that the manager has started, and gives its exit code. `stop` is called when the manager
/// asks for an end; systemd asks by a signal instead, which is the program's to hear.
pub fn run(
    stop: impl Fn() + Send + 'static,
    work: impl FnOnce(&Manager) -> u8 + Send + 'static,
) -> Result<u8, ServiceError> {
    #[cfg(windows)]
    return windows::run(stop, work);
    #[cfg(unix)]
    {
        drop(stop);
        Ok(work(&Manager::of_this_process()))
    }
}

/// Ends this process at once, with no code run that could wait for a thread that is stuck; the manager is told `exit_code`.
pub fn end_now(exit_code: u8) -> ! {
    #[cfg(windows)]
    windows::report_end(exit_code);
    crate::end::now(exit_code)
}
