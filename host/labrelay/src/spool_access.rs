//! Opens this PC's spool with the keys and bounds that the configuration names.

use std::time::Duration;

use anyhow::anyhow;
use labrelay_spool::{OpenReport, Spool, SpoolConfig, SpoolKeys};

use crate::clock;
use crate::config::Config;
use crate::exit::{FailAs as _, Failure};

/// Folder of the spool within the state folder.
const SPOOL_FOLDER: &str = "spool";
/// Key that wraps the data keys of spool and journal, within the state folder.
const STORAGE_KEY_FILE: &str = "keys/storage.key";
const SECONDS_A_DAY: u64 = 24 * 3600;

/// Opens the spool for the service, and makes it at the first start.
pub(crate) fn open(config: &Config) -> anyhow::Result<(Spool, OpenReport)> {
    let keys = SpoolKeys::load_or_create(&config.state.join(STORAGE_KEY_FILE)).fail_as(Failure::State)?;
    let bounds = SpoolConfig {
        max_bytes: config.spool.max_bytes,
        quarantine_recipient: config.quarantine.recipient.clone(),
        quarantine_max_bytes: config.quarantine.keep.max_bytes(),
        quarantine_max_days: config.quarantine.keep.max_days.get(),
        journal_max_bytes: config.journal.max_bytes,
        journal_max_age: Duration::from_secs(SECONDS_A_DAY * u64::from(config.journal.max_days)),
    };
    Spool::open(&config.state.join(SPOOL_FOLDER), bounds, keys, clock::now()).fail_as(Failure::State)
}

/// Has every page of the spool's file read when it is opened next.
pub(crate) fn check_at_next_open(config: &Config) {
    let folder = config.state.join(SPOOL_FOLDER);
    if folder.exists() {
        Spool::check_at_next_open(&folder);
    }
}

/// Whether there is one.
pub(crate) fn exists(config: &Config) -> bool {
    config.state.join(SPOOL_FOLDER).exists()
}

/// Opens the spool for a look while no service runs; makes none where there is none.
pub(crate) fn open_at_rest(config: &Config) -> anyhow::Result<(Spool, OpenReport)> {
    if !exists(config) {
        return Err(anyhow!("no service has run here yet: {} holds no spool", config.state.display()))
            .fail_as(Failure::State);
    }
    open(config)
}
