//! `labrelay service …`: its flags and their help.

use clap::Subcommand;

use super::ConfigArgs;

/// `service`.
#[derive(Debug, Subcommand)]
pub(crate) enum ServiceCommand {
    /// Register the service with this system's service manager, or update what is registered; starts nothing
    Install(ConfigArgs),
    /// Stop the service and remove it from the service manager; its files stay
    Uninstall,
    /// Start the service, and wait until it runs or has failed
    Start,
    /// Stop the service, and wait until it has ended
    Stop,
    /// Show the service's state; exit code 0 if it runs, else 1
    Status {
        /// As JSON, for a script
        #[arg(long)]
        json: bool,
    },
    /// What the service manager starts
    #[command(hide = true)]
    Run(ConfigArgs),
}
