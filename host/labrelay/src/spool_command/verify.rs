//! `labrelay spool verify`: asks the running service, or opens the spool itself and then has every page read too.
//! `labrelay spool repair` opens it the same way, and does at once what the service would do bit by bit.

use std::path::PathBuf;
use std::process::ExitCode;

use labrelay_spool::{Checked, Part, Salvaged, Spool};
use serde::Serialize;

use crate::cli::VerifyArgs;
use crate::config::Config;
use crate::exit::{FailAs as _, Failure};
use crate::query::Query;
use crate::{control, spool_access};

/// What was looked at, and what is not as it was written.
#[derive(Debug, Serialize)]
struct Report {
    /// How far the file itself was looked at.
    file: FileCheck,
    /// Every part with its entries.
    parts: Vec<Checked>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum FileCheck {
    /// Every page is whole.
    Whole,
    /// A service has it open: only what it holds was read.
    InUse,
    /// It was not whole, and was set aside; the parts are those of the spool in its place.
    SetAside {
        /// Where it lies.
        path: PathBuf,
        /// What was taken over from it; null if nothing could be told apart from damage.
        salvaged: Option<Salvaged>,
    },
}

/// Runs `labrelay spool verify`.
pub(super) fn verify(args: &VerifyArgs) -> anyhow::Result<ExitCode> {
    let config = Config::read(&args.config.config).fail_as(Failure::Configuration)?;
    let report = check(&config)?;
    print(&report, args)?;
    let is_whole = !matches!(report.file, FileCheck::SetAside { .. });
    let is_intact = report.parts.iter().all(|checked| checked.damaged == 0);
    Ok(if is_whole && is_intact { ExitCode::SUCCESS } else { Failure::Found.code() })
}

fn check(config: &Config) -> anyhow::Result<Report> {
    let mut answer = Vec::new();
    if control::ask(&config.state, &Query::Verify, &[], &mut answer)? {
        return Ok(Report { file: FileCheck::InUse, parts: serde_json::from_slice(&answer)? });
    }
    let (spool, file) = open_checked(config)?;
    Ok(Report { file, parts: spool.verify().fail_as(Failure::State)? })
}

/// Replaces what is damaged; ends with 0 once everything that is left is intact.
pub(super) fn repair(args: &VerifyArgs) -> anyhow::Result<ExitCode> {
    let config = Config::read(&args.config.config).fail_as(Failure::Configuration)?;
    let (spool, file) = open_checked(&config)?;
    spool.replace_damaged().fail_as(Failure::State)?;
    let report = Report { file, parts: spool.verify().fail_as(Failure::State)? };
    print(&report, args)?;
    let is_intact = report.parts.iter().all(|checked| checked.damaged == 0);
    Ok(if is_intact { ExitCode::SUCCESS } else { Failure::Found.code() })
}

/// Opens the spool with every page read; a file that is not whole is set aside, and what can be read of it taken over.
fn open_checked(config: &Config) -> anyhow::Result<(Spool, FileCheck)> {
    spool_access::check_at_next_open(config);
    let (spool, opened) = spool_access::open_at_rest(config)?;
    let file = opened.set_aside.map_or(FileCheck::Whole, |aside| FileCheck::SetAside {
        path: aside.path,
        salvaged: opened.salvaged,
    });
    Ok((spool, file))
}

#[allow(clippy::print_stdout)]
fn print(report: &Report, args: &VerifyArgs) -> anyhow::Result<()> {
    if args.json {
        println!("{}", serde_json::to_string(report)?);
        return Ok(());
    }
    match &report.file {
        FileCheck::Whole => println!("the file is whole: every page was read"),
        FileCheck::InUse => println!("a service has the file open; stop it to have every page read as well"),
        FileCheck::SetAside { path, salvaged } => {
            println!("THE FILE WAS NOT WHOLE and was set aside: {}", path.display());
            println!("{}", taken_over(*salvaged));
        }
    }
    println!("\n{:<28} {:>10} {:>10}", "", "intact", "damaged");
    for Checked { part, intact, damaged } in &report.parts {
        println!("{:<28} {intact:>10} {damaged:>10}", words(*part));
    }
    Ok(())
}

fn taken_over(salvaged: Option<Salvaged>) -> String {
    match salvaged {
        Some(Salvaged { batches, records, lost_records, messages }) => format!(
            "taken over from it: {batches} batches with {records} records, {messages} messages of the quarantine, the accounts; \
             {lost_records} records could not be read"
        ),
        None => {
            "nothing could be taken over from it: files that are still there will be read again".to_owned()
        }
    }
}

fn words(part: Part) -> &'static str {
    match part {
        Part::Pending => "batches that wait",
        Part::Sent => "batches of the sent journal",
        Part::Cursors => "cursors",
        Part::GateStates => "states of the gate",
        Part::Logs => "logs and tables that are followed",
        Part::Quarantine => "messages of the quarantine",
        Part::Streams => "streams' numbers and sums",
    }
}
