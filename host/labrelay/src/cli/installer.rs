//! `labrelay installer …`: what installation packages ask for. Hidden, since no person needs it.

#[cfg(windows)]
use std::ffi::OsString;

use clap::{Subcommand, ValueEnum};

use super::ConfigArgs;

/// `installer`. Packages give every value, empty where the administrator has set none.
#[derive(Debug, Subcommand)]
pub(crate) enum InstallerCommand {
    /// Make the folder of the configuration for administrators and the service, and take a configuration over
    #[cfg(windows)]
    Prepare {
        #[command(flatten)]
        config: ConfigArgs,
        /// The configuration file to take over
        #[arg(long, value_name = "FILE")]
        take: OsString,
        /// Folders of instruments that the service is to read, with semicolons between them
        #[arg(long, value_name = "DIR;…")]
        readable: OsString,
    },
    /// Set what the package's own table of services has no words for
    #[cfg(windows)]
    SetService(ConfigArgs),
    /// Delete what must not stay on a PC without Labrelay
    Empty {
        #[command(flatten)]
        config: ConfigArgs,
        /// How much
        #[arg(long, value_enum)]
        purge: Purge,
    },
}

/// The property `PURGE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Purge {
    /// The quarantine; spool, keys and configuration wait for the next installation.
    #[value(name = "", alias = "0")]
    Quarantine,
    /// All of it.
    #[value(name = "1")]
    Everything,
}
