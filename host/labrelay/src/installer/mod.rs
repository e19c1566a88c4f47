//! `labrelay installer …`: the steps that an installation package leaves to the program, run as the system or as root.
//!
//! Starts and registers nothing by itself: that is `service`. Each step may be done again.

#[cfg(windows)]
mod prepare;

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Context as _;

use crate::cli::{ConfigArgs, InstallerCommand, Purge};
use crate::config::Config;
use crate::exit::{FailAs as _, Failure};
use crate::{decommission, quarantine, spool_access};

/// A service cuts its own end short after 12 s (`docs/service.md`); the rest is for its process to go.
const GONE_WITHIN: Duration = Duration::from_secs(20);
const TRY_AGAIN: Duration = Duration::from_millis(500);

/// Runs `labrelay installer …`.
pub(crate) fn installer(command: &InstallerCommand) -> anyhow::Result<ExitCode> {
    match command {
        #[cfg(windows)]
        InstallerCommand::Prepare { config, take, readable } => prepare::prepare(config, take, readable),
        #[cfg(windows)]
        InstallerCommand::SetService(config) => prepare::set_service(config),
        InstallerCommand::Empty { config, purge } => empty(config, *purge),
    }
}

/// Before the program goes. With no configuration nothing has run here.
#[allow(clippy::print_stdout)]
fn empty(args: &ConfigArgs, purge: Purge) -> anyhow::Result<ExitCode> {
    if !args.config.exists() {
        println!("{} does not exist: there is nothing to delete", args.config.display());
        return Ok(ExitCode::SUCCESS);
    }
    let config = Config::read(&args.config).fail_as(Failure::Configuration)?;
    match purge {
        Purge::Quarantine if !spool_access::exists(&config) => println!("there is no quarantine"),
        Purge::Quarantine => {
            let units = once_the_service_is_gone(|| quarantine::purge_before(&config, None))?;
            println!("{units} units purged");
        }
        Purge::Everything => {
            let code = once_the_service_is_gone(|| decommission::without_receiver(&config))?;
            remove_configuration(&args.config)?;
            return Ok(code);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The service manager has said that the service is stopped; its process may still be in the way.
fn once_the_service_is_gone<T>(mut work: impl FnMut() -> anyhow::Result<T>) -> anyhow::Result<T> {
    let begun = Instant::now();
    loop {
        match work() {
            Err(error) if Failure::of(&error) == Failure::State && begun.elapsed() < GONE_WITHIN => {
                std::thread::sleep(TRY_AGAIN);
            }
            done => return done,
        }
    }
}

/// It names people by their accounts. What else lies in its folder is the administrator's.
fn remove_configuration(file: &Path) -> anyhow::Result<()> {
    for file in [file.to_owned(), replaced(file)] {
        if file.exists() {
            std::fs::remove_file(&file).with_context(|| format!("can't delete {}", file.display()))?;
        }
    }
    Ok(())
}

/// Where a configuration goes that another has replaced.
fn replaced(file: &Path) -> std::path::PathBuf {
    file.with_extension("yaml.old")
}
