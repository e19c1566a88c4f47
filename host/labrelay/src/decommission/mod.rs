//! `labrelay decommission`: this PC's key is revoked at the receiver, then everything in the state folder goes.
//!
//! The receiver first, since only the key can revoke itself. Nothing is deleted before that has worked, or the
//! administrator has said by `--offline` that somebody revokes it there by hand. The configuration file stays.

mod belongings;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, anyhow, bail};
use labrelay_os::control::Connection;
use labrelay_spool::{OpenError, SpoolStatus};
use labrelay_upload::Trouble;

use self::belongings::Removed;
use crate::cli::DecommissionArgs;
use crate::config::Config;
use crate::device::DeviceKeys;
use crate::exit::{FailAs as _, Failure};
use crate::{receiver, spool_access};

/// Runs `labrelay decommission`.
#[allow(clippy::print_stdout)]
pub(crate) fn decommission(args: &DecommissionArgs) -> anyhow::Result<ExitCode> {
    let config = Config::read(&args.config.config).fail_as(Failure::Configuration)?;
    match args.offline {
        true => without_receiver(&config),
        false => clear(&config, || revoke(&config)),
    }
}

/// The same with no receiver asked: somebody revokes the key there by hand.
#[allow(clippy::print_stdout)]
pub(crate) fn without_receiver(config: &Config) -> anyhow::Result<ExitCode> {
    clear(config, || {
        println!("the receiver was not asked; revoke the key there: {}", by_hand(config));
        Ok(())
    })
}

/// Deletes, after the `farewell`, what is here.
#[allow(clippy::print_stdout)]
fn clear(config: &Config, farewell: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<ExitCode> {
    if !config.state.exists() {
        println!("{} does not exist: there is nothing to delete or revoke", config.state.display());
        return Ok(ExitCode::SUCCESS);
    }
    let held = held(config)?;
    farewell()?;
    println!("{}", words(&held));
    finish(&config.state, belongings::remove(&config.state))
}

/// What the spool holds, while nobody else has it. `None` if there is none; a text says why it can't be told.
fn held(config: &Config) -> anyhow::Result<Result<Option<SpoolStatus>, String>> {
    let in_use = || {
        anyhow!(
            "something works on {}: stop the service (`labrelay service stop`) and end other commands",
            config.state.display()
        )
    };
    if Connection::open(&config.state).is_ok() {
        return Err(in_use()).fail_as(Failure::State);
    }
    if !spool_access::exists(config) {
        return Ok(Ok(None));
    }
    let opened = spool_access::open_at_rest(config).and_then(|(spool, report)| {
        if report.set_aside.is_some() {
            bail!("it is damaged");
        }
        Ok(spool.status()?)
    });
    match opened {
        Err(error) if matches!(error.downcast_ref(), Some(OpenError::Locked { .. })) => {
            Err(in_use()).fail_as(Failure::State)
        }
        Err(error) => Ok(Err(format!("{:#}", error.root_cause()))),
        Ok(status) => Ok(Ok(Some(status))),
    }
}

#[allow(clippy::print_stdout)]
fn revoke(config: &Config) -> anyhow::Result<()> {
    let Some(keys) = DeviceKeys::load(&config.state)? else {
        println!("there is no device key here: nothing to revoke");
        return Ok(());
    };
    let uploader = receiver::uploader(config, &keys).fail_as(Failure::Configuration)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let revoked = runtime.block_on(uploader.revoke()).map_err(|trouble| match trouble {
        Trouble::Retry { cause, .. } => anyhow!("{cause}"),
        Trouble::NewEpochNeeded => anyhow!("the receiver spoke of batches instead"),
    });
    revoked.with_context(|| {
        format!(
            "nothing was deleted, since the receiver {} has not revoked the key of {}; try again, or revoke it there by \
             `{}` and give --offline here",
            config.receiver.url,
            config.device,
            by_hand(config),
        )
    })?;
    println!("the receiver has revoked the key of {}", config.device);
    Ok(())
}

fn by_hand(config: &Config) -> String {
    format!("labrelay-receiver device remove --data DIR --name {}", config.device)
}

fn words(held: &Result<Option<SpoolStatus>, String>) -> String {
    match held {
        Ok(None) => "there is no spool".into(),
        Ok(Some(status)) => format!(
            "in the spool: {} batches with {} records that were not delivered, {} units of the quarantine, {} batches of the \
             sent journal",
            status.batches, status.records, status.quarantine.entries, status.sent_batches
        ),
        Err(why) => format!("what is in the spool can't be told: {why}"),
    }
}

#[allow(clippy::print_stdout)]
fn finish(state: &Path, removed: std::io::Result<Removed>) -> anyhow::Result<ExitCode> {
    let again = || format!("not all of {} could be deleted; run the command again", state.display());
    let Removed { files, bytes, left } = removed.with_context(again).fail_as(Failure::State)?;
    println!("deleted: {files} files with {bytes} bytes");
    if left == 0 {
        return Ok(ExitCode::SUCCESS);
    }
    println!("LEFT: {left} files, folders or links in {} that Labrelay has not made", state.display());
    Ok(Failure::Found.code())
}
