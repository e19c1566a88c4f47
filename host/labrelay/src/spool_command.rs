//! `labrelay spool …`: what would leave next, whether what lies here is whole, and the way without a network.

mod export;
mod verify;

use std::process::ExitCode;

use crate::cli::{PeekArgs, SpoolCommand};
use crate::config::Config;
use crate::exit::{FailAs as _, Failure};
use crate::query::{self, Query};

/// Runs `labrelay spool …`.
pub(crate) fn spool(command: &SpoolCommand) -> anyhow::Result<ExitCode> {
    match command {
        SpoolCommand::Peek(args) => peek(args),
        SpoolCommand::Verify(args) => verify::verify(args),
        SpoolCommand::Repair(args) => verify::repair(args),
        SpoolCommand::Export(args) => export::export(args),
        SpoolCommand::ImportReceipt(args) => export::import_receipt(args),
    }
}

/// In the clear, for whoever may read this PC's state folder.
fn peek(args: &PeekArgs) -> anyhow::Result<ExitCode> {
    let config = Config::read(&args.config.config).fail_as(Failure::Configuration)?;
    query::ask(&config, &Query::Peek { batches: args.batches }, &mut std::io::stdout().lock())
}
