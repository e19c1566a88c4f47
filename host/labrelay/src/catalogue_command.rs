//! `labrelay catalogue …`: for instrument teams, from a folder of logs to a reviewed event catalogue.

mod coverage;
mod learn;
mod matching;
mod stream;

use std::process::ExitCode;

use crate::cli::CatalogueCommand;

/// Runs `labrelay catalogue …`.
pub(crate) fn catalogue(command: &CatalogueCommand) -> anyhow::Result<ExitCode> {
    match command {
        CatalogueCommand::Learn(args) => learn::learn(args),
        CatalogueCommand::Match(args) => matching::match_lines(args),
        CatalogueCommand::Coverage(args) => coverage::coverage(args),
    }
}
