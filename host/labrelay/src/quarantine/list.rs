//! `labrelay quarantine list`: counts by message, stream and reason, and what to do about each reason.

use std::collections::BTreeSet;
use std::process::ExitCode;

use labrelay_model::{FamilyName, Reason, StreamName};

use super::lines;
use crate::config::Config;
use crate::query::{self, Desk, QuarantineLine, Query};

/// Runs the command.
#[allow(clippy::print_stdout)]
pub(super) fn list(config: &Config, json: bool) -> anyhow::Result<ExitCode> {
    if json {
        return query::ask(config, &Query::QuarantineList, &mut std::io::stdout().lock());
    }
    let lines = lines(&Desk::new(config))?;
    if lines.is_empty() {
        println!("the quarantine is empty; `labrelay status` counts what was refused");
        return Ok(ExitCode::SUCCESS);
    }
    println!(
        "number  day         family        stream                  reason                  units      bytes"
    );
    lines.iter().for_each(print);
    let reasons: BTreeSet<Reason> = lines.iter().filter_map(|line| line.reason).collect();
    for reason in reasons {
        println!("\n{reason}: {}\n  {}", reason.explanation(), reason.what_to_do());
    }
    Ok(ExitCode::SUCCESS)
}

#[allow(clippy::print_stdout)]
fn print(line: &QuarantineLine) {
    let QuarantineLine { number, day, family, stream, reason, units, bytes } = line;
    let family = family.as_ref().map_or("-", FamilyName::as_str);
    let stream = stream.as_ref().map_or("(not read that far)", StreamName::as_str);
    let reason = reason.map_or("(not counted then)", Reason::word);
    println!("{number:>6}  {day}  {family:<12}  {stream:<22}  {reason:<20}  {units:>7}  {bytes:>9}");
}
