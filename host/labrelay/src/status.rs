//! What the service is doing: noted by its threads on a board, shown by `labrelay status`.
//!
//! Holds names, counts and states; never a value of a record.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use labrelay_model::{
    Epoch, FamilyName, LedgerCounts, LedgerKey, Outcome, Reason, SourceName, StreamName, Timestamp,
};
use labrelay_spool::{QuarantineStatus, Spool, SpoolStatus};
use serde::{Deserialize, Serialize};

use crate::cli::StatusArgs;
use crate::config::Config;
use crate::confined::SandboxStatus;
use crate::exit::{FailAs as _, Failure};
use crate::frozen::FrozenField;
use crate::line_figures::LineFigures;
use crate::query::{self, Query};

/// A snapshot of the whole service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Status {
    /// Version of the host.
    pub host_version: String,
    /// Whether a service is running, or the figures were read from the spool at rest.
    pub running: bool,
    /// What waits for delivery.
    pub spool: SpoolFigures,
    /// What is kept of refused units.
    pub quarantine: QuarantineFigures,
    /// What delivery last met with, in words; absent while all is well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery_trouble: Option<String>,
    /// What is wrong with this PC's clock, in words; absent while all is well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_trouble: Option<String>,
    /// Nothing that happened before this is collected; told by a running service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collect_since: Option<Timestamp>,
    /// Each configured family.
    pub families: BTreeMap<FamilyName, FamilyStatus>,
}

/// What waits for delivery.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct SpoolFigures {
    /// Sealed bytes.
    pub bytes: u64,
    /// Batches.
    pub batches: u64,
    /// Records.
    pub records: u64,
    /// When the oldest batch was committed.
    pub oldest: Option<Timestamp>,
    /// The spool's life.
    pub epoch: Epoch,
    /// Collectors pause because the bound is reached.
    pub full: bool,
}

/// What is kept of refused units; the families' ledgers count them by reason.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct QuarantineFigures {
    /// Units kept, sealed.
    pub units: u64,
    /// Bytes of their messages.
    pub bytes: u64,
    /// Units that were purged: by the site's bounds, or by an administrator.
    pub purged: u64,
    /// Units of which only the count was kept (`counts_only`).
    pub only_counted: u64,
}

/// One family.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct FamilyStatus {
    /// What its collector is doing.
    pub state: FamilyState,
    /// What is wrong, for the operator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
    /// The last complete scan found nothing more to read.
    pub idle: bool,
    /// Files that could not be read at the last scan, in words; they are tried again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unreadable: Vec<String>,
    /// Its lines; told by a running service.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<LineFigures>,
    /// Fields that the gate has frozen; told by a running service.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub frozen: Vec<FrozenField>,
    /// Which plugin runs and who vouches for it; told by a running service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plugin: Option<PluginStatus>,
    /// How its plugin is confined; told by a running service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sandbox: Option<SandboxStatus>,
    /// Bytes that its plugin has printed since the service started. They are thrown away.
    #[serde(default)]
    pub printed_bytes: u64,
    /// Counts since this spool began.
    pub ledger: Vec<LedgerLine>,
}

/// The plugin that runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct PluginStatus {
    /// Its version.
    pub version: String,
    /// Who vouches for it, in words.
    pub origin: String,
    /// Which other plugin was to run and why it does not, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

/// What a collector is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FamilyState {
    /// Its worker has not started yet.
    Starting,
    /// It reads, or waits for something to read.
    Running,
    /// Its worker failed and will be started again after a pause.
    Restarting,
    /// Its worker failed too often in a row; it is tried every hour, and at the next start of the service.
    Parked,
    /// It waits because the spool is full.
    Paused,
    /// It waits because this PC's clock is wrong, so that no time of a record could be believed.
    ClockWrong,
    /// No service is running on this spool.
    #[default]
    Stopped,
}

impl FamilyState {
    /// Whether something is wrong with the collector itself or with its spool.
    pub(crate) fn is_trouble(self) -> bool {
        matches!(self, FamilyState::Restarting | FamilyState::Parked | FamilyState::Paused)
    }
}

/// One line of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LedgerLine {
    /// Declared source.
    pub source: SourceName,
    /// Stream; null where a unit could not be read that far.
    pub stream: Option<StreamName>,
    /// `accepted`, `quarantined` or `dropped`.
    pub outcome: String,
    /// Why, unless accepted.
    pub reason: Option<Reason>,
    /// Units.
    pub units: u64,
    /// Records.
    pub records: u64,
}

/// The families' states, shared by their threads.
#[derive(Debug, Clone, Default)]
pub(crate) struct Board(Arc<Mutex<Notes>>);

/// What threads have written on the board.
#[derive(Debug, Default)]
struct Notes {
    families: BTreeMap<FamilyName, FamilyStatus>,
    delivery_trouble: Option<String>,
    clock_trouble: Option<String>,
    collect_since: Option<Timestamp>,
}

impl Board {
    /// The board of a service that collects since this instant.
    pub(crate) fn new(collect_since: Option<Timestamp>) -> Self {
        Self(Arc::new(Mutex::new(Notes { collect_since, ..Notes::default() })))
    }

    /// Changes what is known of `family`.
    pub(crate) fn update(&self, family: &FamilyName, change: impl FnOnce(&mut FamilyStatus)) {
        change(self.notes().families.entry(family.clone()).or_default());
    }

    /// Says what the collector of `family` does now, and gives what it did before.
    pub(crate) fn enter(
        &self,
        family: &FamilyName,
        state: FamilyState,
        trouble: Option<String>,
    ) -> FamilyState {
        let mut before = state;
        self.update(family, |status| {
            before = std::mem::replace(&mut status.state, state);
            status.trouble = trouble;
        });
        before
    }

    /// Says how delivery goes; tells whether it went badly before.
    pub(crate) fn delivery(&self, trouble: Option<String>) -> bool {
        std::mem::replace(&mut self.notes().delivery_trouble, trouble).is_some()
    }

    /// Says how this PC's clock goes; tells whether it went wrong before.
    pub(crate) fn set_clock_trouble(&self, trouble: Option<String>) -> bool {
        std::mem::replace(&mut self.notes().clock_trouble, trouble).is_some()
    }

    /// What is wrong with this PC's clock.
    pub(crate) fn clock_trouble(&self) -> Option<String> {
        self.notes().clock_trouble.clone()
    }

    /// The whole service at this moment.
    pub(crate) fn snapshot(&self, spool: SpoolStatus, ledger: Vec<(LedgerKey, LedgerCounts)>) -> Status {
        let notes = self.notes();
        let mut status = Status {
            host_version: env!("CARGO_PKG_VERSION").to_owned(),
            running: true,
            quarantine: spool.quarantine.into(),
            spool: spool.into(),
            delivery_trouble: notes.delivery_trouble.clone(),
            clock_trouble: notes.clock_trouble.clone(),
            collect_since: notes.collect_since,
            families: notes.families.clone(),
        };
        drop(notes);
        for (key, counts) in ledger {
            status.families.entry(key.family.clone()).or_default().ledger.push(LedgerLine::new(key, counts));
        }
        status
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<SpoolStatus> for SpoolFigures {
    fn from(status: SpoolStatus) -> Self {
        let SpoolStatus { bytes, batches, records, oldest, epoch, full, .. } = status;
        Self { bytes, batches, records, oldest, epoch, full }
    }
}

impl From<QuarantineStatus> for QuarantineFigures {
    fn from(status: QuarantineStatus) -> Self {
        let QuarantineStatus { entries: units, bytes, purged, unkept: only_counted } = status;
        Self { units, bytes, purged, only_counted }
    }
}

impl LedgerLine {
    /// A line as scripts read it.
    pub(crate) fn new(key: LedgerKey, counts: LedgerCounts) -> Self {
        let (outcome, reason) = match key.outcome {
            Outcome::Accepted => ("accepted", None),
            Outcome::Quarantined(reason) => ("quarantined", Some(reason)),
            Outcome::Dropped(reason) => ("dropped", Some(reason)),
        };
        let LedgerCounts { units, records } = counts;
        Self { source: key.source, stream: key.stream, outcome: outcome.to_owned(), reason, units, records }
    }
}

/// The service's state, or that of a spool at rest where there is no board.
pub(crate) fn of(spool: &Spool, board: Option<&Board>) -> anyhow::Result<Status> {
    let nobody = Board::default();
    let mut status = board.unwrap_or(&nobody).snapshot(spool.status()?, spool.ledger()?);
    status.running = board.is_some();
    Ok(status)
}

/// Runs `labrelay status`.
pub(crate) fn show(args: &StatusArgs) -> anyhow::Result<ExitCode> {
    let config = Config::read(&args.config.config).fail_as(Failure::Configuration)?;
    if args.json {
        return query::ask(&config, &Query::Status, &mut std::io::stdout().lock());
    }
    let mut answer = Vec::new();
    query::ask(&config, &Query::Status, &mut answer)?;
    print_for_a_person(&serde_json::from_slice(&answer)?);
    Ok(ExitCode::SUCCESS)
}

#[allow(clippy::print_stdout)]
fn print_for_a_person(status: &Status) {
    let running = if status.running { "running" } else { "not running" };
    println!("labrelay {}, {running}", status.host_version);
    let spool = &status.spool;
    let full = if spool.full { "; FULL: collectors pause until the receiver takes batches" } else { "" };
    println!("spool: {} batches, {} records, {} bytes{full}", spool.batches, spool.records, spool.bytes);
    if let Some(oldest) = spool.oldest {
        println!("oldest waiting batch: {oldest}");
    }
    let QuarantineFigures { units, bytes, purged, only_counted } = &status.quarantine;
    println!("quarantine: {units} units, {bytes} bytes; {purged} purged, {only_counted} only counted");
    if let Some(trouble) = &status.delivery_trouble {
        println!("delivery: {trouble}");
    }
    if let Some(trouble) = &status.clock_trouble {
        println!("clock: {trouble}");
    }
    if let Some(since) = status.collect_since {
        println!("collects what happened since {since}");
    }
    for (name, family) in &status.families {
        println!("\n{name}: {:?}{}", family.state, if family.idle { ", idle" } else { "" });
        family.trouble.iter().chain(&family.unreadable).for_each(|line| println!("  ! {line}"));
        family.lines.iter().for_each(|line| println!("  {line}"));
        family.frozen.iter().for_each(|field| println!("  ! {field}"));
        if let Some(PluginStatus { version, origin, refused }) = &family.plugin {
            println!("  plugin {version}: {origin}");
            refused.iter().for_each(|refused| println!("  ! not taken over: {refused}"));
        }
        family.sandbox.iter().for_each(|sandbox| println!("  {sandbox}"));
        if family.printed_bytes > 0 {
            println!("  the plugin has printed {} bytes, which were thrown away", family.printed_bytes);
        }
        for line in &family.ledger {
            let stream = line.stream.as_ref().map_or("(not read that far)", StreamName::as_str);
            let reason = line.reason.map(|reason| format!(": {reason}")).unwrap_or_default();
            println!(
                "  {:<12} {:<24} {:>9} units {:>9} records  {}{reason}",
                line.source.as_str(),
                stream,
                line.units,
                line.records,
                line.outcome
            );
        }
    }
}
