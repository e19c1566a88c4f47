//! `labrelay spool peek`: what would leave next, in the clear, for whoever may read this PC's state folder.

use std::process::ExitCode;

use crate::cli::SpoolCommand;
use crate::config::Config;
use crate::exit::{FailAs as _, Failure};
use crate::query::{self, Query};

/// Runs `labrelay spool …`.
pub(crate) fn spool(command: &SpoolCommand) -> anyhow::Result<ExitCode> {
    let SpoolCommand::Peek(args) = command;
    let config = Config::read(&args.config.config).fail_as(Failure::Configuration)?;
    query::ask(&config, &Query::Peek { batches: args.batches }, &mut std::io::stdout().lock())
}
