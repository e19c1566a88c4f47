//! `labrelay quarantine list|show|export|purge|requeue`: what was refused, for lab IT and for who holds the key.
//!
//! The service never has the key: commands decrypt. All but `list` leave a line in the audit log.

mod content;
mod list;
mod requeue;

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use labrelay_model::Redacted;
use labrelay_spool::{QuarantineId, QuarantineKey};

use crate::audit::AuditLog;
use crate::cli::{ConfigArgs, PurgeArgs, QuarantineCommand};
use crate::config::{Config, read_text};
use crate::exit::{FailAs as _, Failure};
use crate::query::{Desk, QuarantineLine, Query};

/// Runs `labrelay quarantine …`.
pub(crate) fn quarantine(command: &QuarantineCommand) -> anyhow::Result<ExitCode> {
    match command {
        QuarantineCommand::List { config, json } => list::list(&read(config)?, *json),
        QuarantineCommand::Show { config, key, number } => content::show(&read(config)?, key, *number),
        QuarantineCommand::Export { config, to, key } => content::export(&read(config)?, to, key.as_deref()),
        QuarantineCommand::Purge(args) => purge(args),
        QuarantineCommand::Requeue(args) => requeue::requeue(&read(&args.config)?, args),
    }
}

fn read(args: &ConfigArgs) -> anyhow::Result<Config> {
    Config::read(&args.config).fail_as(Failure::Configuration)
}

#[allow(clippy::print_stdout)]
fn purge(args: &PurgeArgs) -> anyhow::Result<ExitCode> {
    let config = read(&args.config)?;
    let before = args.which.before.map(|date| i64::from(date.to_epoch_days()));
    println!("{} units purged", purge_before(&config, before)?);
    Ok(ExitCode::SUCCESS)
}

/// Removes messages of days before this one, or all, and notes it; gives the number of their units.
pub(crate) fn purge_before(config: &Config, before: Option<i64>) -> anyhow::Result<u64> {
    let audit = AuditLog::open(&config.state)?;
    let mut answer = Vec::new();
    Desk::new(config).ask(&Query::QuarantinePurge { before }, &[], &mut answer)?;
    let units: u64 = serde_json::from_slice(&answer)?;
    audit.note("quarantine purge", &[("units", units)])?;
    Ok(units)
}

/// The administrator's key.
fn read_key(path: &Path) -> anyhow::Result<QuarantineKey> {
    let text = read_text(path)?;
    QuarantineKey::parse(&text).with_context(|| format!("{} can't be used", path.display()))
}

/// What lies in the quarantine, oldest first.
fn lines(desk: &Desk<'_>) -> anyhow::Result<Vec<QuarantineLine>> {
    let mut answer = Vec::new();
    desk.ask(&Query::QuarantineList, &[], &mut answer)?;
    Ok(serde_json::Deserializer::from_slice(&answer).into_iter().collect::<Result<_, _>>()?)
}

/// The messages that have one of these lines, each once.
fn messages<'a>(lines: impl Iterator<Item = &'a QuarantineLine>) -> Vec<QuarantineId> {
    let id = |line: &QuarantineLine| QuarantineId {
        day: i64::from(line.day.to_epoch_days()),
        number: line.number,
    };
    let mut ids: Vec<_> = lines.map(id).collect();
    ids.dedup(); // lines of a message follow each other
    ids
}

/// A message as it was sealed.
fn sealed(desk: &Desk<'_>, id: QuarantineId) -> anyhow::Result<Vec<u8>> {
    let mut message = Vec::new();
    desk.ask(&Query::QuarantineMessage(id), &[], &mut message)?;
    Ok(message)
}

/// A message decrypted.
fn opened(key: &QuarantineKey, id: QuarantineId, message: &[u8]) -> anyhow::Result<Redacted> {
    key.open(message).with_context(|| format!("message {} can't be opened", id.number))
}
