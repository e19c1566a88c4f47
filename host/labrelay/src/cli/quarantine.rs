//! `labrelay quarantine …`: its flags and their help.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use labrelay_model::{Reason, StreamName};

use super::ConfigArgs;

/// `quarantine`.
#[derive(Debug, Subcommand)]
pub(crate) enum QuarantineCommand {
    /// List what was refused, by message and reason: counts, never a value
    List {
        #[command(flatten)]
        config: ConfigArgs,
        /// As JSON, one object a line
        #[arg(long)]
        json: bool,
    },
    /// Decrypt one message and print its entries, values and all
    Show {
        #[command(flatten)]
        config: ConfigArgs,
        /// The site's age key, as `age-keygen` wrote it
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
        /// The message's number, as `quarantine list` prints it
        #[arg(value_name = "N")]
        number: u64,
    },
    /// Write all messages to a file, sealed as they are; with --key decrypted
    Export {
        #[command(flatten)]
        config: ConfigArgs,
        /// File to write; must not exist
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
        /// The site's age key: the file then holds values in the clear
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
    },
    /// Remove messages for good; their units are counted as purged
    Purge(PurgeArgs),
    /// Run refused units through the gate again; those that pass now are sent
    Requeue(RequeueArgs),
}

/// `quarantine purge`.
#[derive(Debug, Args)]
pub(crate) struct PurgeArgs {
    #[command(flatten)]
    pub config: ConfigArgs,
    #[command(flatten)]
    pub which: Which,
}

/// What to purge.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Which {
    /// Messages of all days before this one (2026-03-31)
    #[arg(long, value_name = "DATE")]
    pub before: Option<NaiveDate>,
    /// All messages
    #[arg(long)]
    pub all: bool,
}

/// `quarantine requeue`.
#[derive(Debug, Args)]
pub(crate) struct RequeueArgs {
    #[command(flatten)]
    pub config: ConfigArgs,
    /// The site's age key, as `age-keygen` wrote it
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// Units that were refused for this reason, such as out_of_range
    #[arg(long)]
    pub reason: Reason,
    /// Of this stream only
    #[arg(long)]
    pub stream: Option<StreamName>,
}
