//! What can go wrong with a worker, in words that a lab's IT person understands.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use labrelay_abi::PluginFault;
use labrelay_os::sandbox::{Part, words};

/// What has the parts of the sandbox that an old system lacks.
const NEWER: &str = if cfg!(windows) { "a newer Windows" } else { "a newer kernel" };

/// Why a plugin can't be used, or no longer.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// There is no such file.
    #[error("{plugin}: there is no such plugin file; install the plugin again, or correct the path", plugin = .0.display())]
    PluginMissing(PathBuf),
    /// The file can't be opened.
    #[error("{plugin}: the plugin file can't be opened: {why}", plugin = .plugin.display())]
    PluginUnreadable {
        /// The plugin.
        plugin: PathBuf,
        /// The system's answer.
        why: io::Error,
    },
    /// It is not the file that was signed.
    #[error("{plugin}: not loaded, since this is not the library that its maker signed: it was altered or damaged; see who can write there, and install the plugin again", plugin = .0.display())]
    NotTheSigned(PathBuf),
    /// The system can't load the file.
    #[error("{plugin}: the system can't load this file as a library ({why}); install the plugin again, and make sure that it was built for this system", plugin = .plugin.display())]
    NotALibrary {
        /// The file.
        plugin: PathBuf,
        /// The loader's words, cut.
        why: String,
    },
    /// A library, but none of ours.
    #[error("{plugin}: this library is not a Labrelay plugin", plugin = .0.display())]
    NotAPlugin(PathBuf),
    /// Built against another ABI.
    #[error("{plugin}: this plugin was built against another plugin interface than this version of Labrelay has; ask its maker for one built for interface 1", plugin = .0.display())]
    OtherAbi(PathBuf),
    /// Nobody can tell against what it was built.
    #[error("{plugin}: this plugin carries no description of its interface, so it can't be checked; ask its maker to build it with export_collector!", plugin = .0.display())]
    NoLayout(PathBuf),
    /// Its own start code failed.
    #[error("{plugin}: the plugin failed while it was started; report this to its maker", plugin = .0.display())]
    FailedToStart(PathBuf),
    /// The system can't hold the plugin as it must be held.
    #[error("{plugin}: not loaded, since this system can't confine it ({parts} missing); {NEWER} can, or the site accepts it by `sandbox: {{accept_missing: [{parts}]}}` in the configuration (docs/sandbox.md)", plugin = .plugin.display(), parts = words(.missing))]
    Unconfined {
        /// The plugin.
        plugin: PathBuf,
        /// What is missing.
        missing: Vec<Part>,
    },
    /// The worker ended while it loaded the file.
    #[error("{plugin}: the worker process {how} while it loaded the plugin; the file is damaged or cut short: install the plugin again", plugin = .plugin.display())]
    DiedLoading {
        /// The file.
        plugin: PathBuf,
        /// How it ended.
        how: Death,
    },
    /// The worker process can't be started at all.
    #[error("{program}: the worker process can't be started: {why}", program = .program.display())]
    NotStarted {
        /// The program that was to be the worker.
        program: PathBuf,
        /// The system's answer.
        why: io::Error,
    },
    /// The worker ended in the middle of its work.
    #[error("{plugin}: the plugin's worker process {how}; it is started again", plugin = .plugin.display())]
    Died {
        /// The plugin.
        plugin: PathBuf,
        /// How it ended.
        how: Death,
    },
    /// No reply in time.
    #[error("{plugin}: the plugin did not reply within {seconds} s; its worker process was ended and is started again", plugin = .plugin.display(), seconds = .after.as_secs_f32())]
    Hung {
        /// The plugin.
        plugin: PathBuf,
        /// How long it was given.
        after: Duration,
    },
    /// What it replied is no reply.
    #[error("{plugin}: the plugin replied with something that is no valid reply ({why}); its worker process was ended and is started again", plugin = .plugin.display())]
    Garbage {
        /// The plugin.
        plugin: PathBuf,
        /// What is wrong with it; holds none of it.
        why: String,
    },
    /// The plugin says that it failed.
    #[error("{plugin}: the plugin {what}; report this to its maker", plugin = .plugin.display(), what = what_failed(*.fault))]
    Fault {
        /// The plugin.
        plugin: PathBuf,
        /// Its own word.
        fault: PluginFault,
    },
    /// The plugin is not the one that was set up: it describes itself otherwise.
    #[error("the plugin file was exchanged while Labrelay was running: start Labrelay again")]
    Changed,
    /// A setting of the plugin is missing or wrong.
    #[error("the plugin's setting `{key}`: expected {expected}")]
    BadSettings {
        /// Key within the plugin's settings.
        key: String,
        /// What should stand there.
        expected: String,
    },
    /// The saved state is of a version that the plugin can't read.
    #[error(
        "the plugin can't read its saved state of version {found}; install the version of the plugin that wrote it, or a newer one that still reads it"
    )]
    StateTooOld {
        /// Version found.
        found: u32,
    },
}

impl WorkerError {
    /// Whether an input that was open at the time may be the cause, so that it should be tried alone.
    pub fn is_death(&self) -> bool {
        match self {
            WorkerError::Died { .. } | WorkerError::Hung { .. } | WorkerError::Garbage { .. } => true,
            WorkerError::Fault { fault, .. } => matches!(fault, PluginFault::Panicked | PluginFault::Failed),
            _ => false,
        }
    }

    pub(crate) fn cannot_open(plugin: &Path, why: io::Error) -> Self {
        match why.kind() {
            io::ErrorKind::NotFound => WorkerError::PluginMissing(plugin.into()),
            _ => WorkerError::PluginUnreadable { plugin: plugin.into(), why },
        }
    }
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Death {
    /// By this signal.
    Signal(i32),
    /// By itself, with this code.
    Exit(i32),
    /// It closed its channel and had to be ended.
    LeftChannel,
}

impl fmt::Display for Death {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Death::Signal(signal) => write!(f, "was ended by signal {signal}"),
            Death::Exit(code) => write!(f, "ended with code {code}"),
            Death::LeftChannel => f.write_str("closed its channel"),
        }
    }
}

fn what_failed(fault: PluginFault) -> &'static str {
    match fault {
        PluginFault::Panicked => "crashed on what it was reading (its worker process is started again)",
        PluginFault::Failed => "contradicts its own manifest",
        PluginFault::BadRequest => "does not understand what this version of Labrelay asks",
        PluginFault::NotOpen => "was asked in the wrong order",
    }
}
