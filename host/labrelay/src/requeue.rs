//! Requeue: refused units through today's gate. What passes is committed as if it had passed at once, under the
//! same row ids; what does not stays in the quarantine.

mod event;
#[cfg(test)]
mod tests;
mod unit;

use std::collections::{BTreeMap, HashSet};

use anyhow::{Context as _, bail};
use labrelay_abi::Unit;
use labrelay_gate::GateState;
use labrelay_manifest::Manifest;
use labrelay_model::{
    Digest, FamilyName, InputIdentity, LedgerCounts, LedgerKey, Outcome, Position, Reason, StreamName,
};
use labrelay_spool::{Commit, OpenedMessage, QuarantineEntry, QuarantineId, Requeue, Spool};
use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::device::DeviceKeys;
use crate::families::Installation;
use crate::judge::{Judge, Origin};
use crate::{clock, installed, setup};
use event::Events;
use unit::Again;

/// Longest opened message in bytes: a commit's refused units, 4 MiB on the plugin's channel, are up to ten times
/// as long as JSON in Base64.
pub(crate) const MAX_OPENED_BYTES: u64 = 64 << 20;

/// Which units of which message.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Request {
    /// The message.
    pub message: QuarantineId,
    /// SHA-256 of the message as it was sealed: nothing is done to another.
    pub sha256: Digest,
    /// Units that were refused for this reason.
    pub reason: Reason,
    /// Of this stream only.
    pub stream: Option<StreamName>,
    /// Length of the opened message, which follows the question.
    pub bytes: u64,
}

/// What became of the units that were asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Requeued {
    /// Units that left the quarantine.
    pub units: u64,
    /// Records that they gave.
    pub records: u64,
    /// Units that the gate refuses still.
    pub refused: u64,
    /// Units of which only bytes are kept that no plugin could read: there is nothing to run through the gate.
    pub unread: u64,
}

impl Requeued {
    /// Adds what became of another message.
    pub(crate) fn add(&mut self, other: Self) {
        self.units += other.units;
        self.records += other.records;
        self.refused += other.refused;
        self.unread += other.unread;
    }
}

/// One message of one family, opened.
pub(crate) struct Task {
    request: Request,
    family: FamilyName,
    opened: OpenedMessage,
}

impl Task {
    /// Reads the opened message.
    pub(crate) fn new(request: Request, opened: &[u8]) -> anyhow::Result<Self> {
        let opened = OpenedMessage::read(opened)?;
        let family = opened.entries.first().context("the message is empty")?.family.clone();
        if opened.entries.iter().any(|entry| entry.family != family) {
            bail!("the message holds units of several families: it is none of Labrelay's");
        }
        Ok(Self { request, family, opened })
    }

    /// The family of all its units.
    pub(crate) fn family(&self) -> &FamilyName {
        &self.family
    }

    /// Runs the units through `judge` and commits what passes, all in one transaction.
    pub(crate) fn run(self, judge: &Judge, spool: &Spool) -> anyhow::Result<Requeued> {
        let now = clock::now();
        let manifest = judge.gate().manifest();
        let meant = self.opened.entries.iter().filter(|entry| self.request.names(entry));
        let Tried { units, origins, places: mut passed, mut requeued } =
            Tried::of(meant, manifest, Events::new(manifest, judge.words()));
        let saved = spool.gate_state(&self.family)?;
        let mut state = GateState::restore(judge.gate(), saved.as_deref(), now)?;
        let judged = judge.judge(units, &origins, now, &mut state, |_, _| {});
        for refused in judged.quarantined.iter().filter_map(place) {
            passed.remove(&refused);
            requeued.refused += 1;
        }
        if passed.is_empty() {
            return Ok(requeued);
        }
        requeued.units = passed.len() as u64;
        requeued.records = judged.lines.iter().map(|lines| u64::from(lines.records())).sum();
        let ledger = judged.ledger.into_iter();
        let commit = Commit {
            family: self.family.clone(),
            plugin_version: self.opened.plugin_version.clone(),
            host_version: env!("CARGO_PKG_VERSION").into(),
            manifest_sha256: manifest.sha256(),
            lines: judged.lines,
            cursor: None,
            gate_state: Some(state.save(judge.gate())),
            seen: Vec::new(),
            ledger: ledger.filter(|(key, _)| !matches!(key.outcome, Outcome::Quarantined(_))).collect(),
            read: Vec::new(),
            gaps: Vec::new(),
            logs: Vec::new(),
            quarantined: Vec::new(),
            now,
        };
        self.commit(&commit, &passed, spool)?;
        Ok(requeued)
    }

    /// Commits with the units that `passed` gone from quarantine and ledger, and the others sealed again.
    fn commit(self, commit: &Commit, passed: &HashSet<Place>, spool: &Spool) -> anyhow::Result<()> {
        let Task { request, opened: OpenedMessage { plugin_version, entries }, .. } = self;
        let passes = |entry: &QuarantineEntry| place(entry).is_some_and(|place| passed.contains(&place));
        let (leaving, staying): (Vec<_>, Vec<_>) =
            entries.into_iter().partition(|entry| request.names(entry) && passes(entry));
        let requeue = Requeue {
            message: request.message,
            sha256: request.sha256,
            plugin_version: &plugin_version,
            staying: &staying,
            left: &left(&leaving),
        };
        spool.requeue(commit, &requeue)?;
        Ok(())
    }
}

impl Request {
    fn names(&self, entry: &QuarantineEntry) -> bool {
        entry.reason == self.reason && (self.stream.is_none() || entry.stream == self.stream)
    }
}

/// Entries as units for the gate.
#[derive(Default)]
struct Tried {
    units: Vec<Unit>,
    origins: Vec<Origin>,
    places: HashSet<Place>,
    /// Those that can't even be read.
    requeued: Requeued,
}

impl Tried {
    fn of<'a>(
        entries: impl Iterator<Item = &'a QuarantineEntry>,
        manifest: &Manifest,
        mut events: Events<'_>,
    ) -> Self {
        let mut tried = Self::default();
        for entry in entries {
            match unit::again(entry, manifest, &mut events, tried.origins.len()) {
                Again::Unit(unit, origin) => {
                    tried.places.insert((origin.identity, unit.position));
                    tried.units.push(unit);
                    tried.origins.push(origin);
                }
                Again::Refused => tried.requeued.refused += 1,
                Again::Unread => tried.requeued.unread += 1,
            }
        }
        tried
    }
}

/// A unit's place in the world: no two units share one.
type Place = (InputIdentity, Position);

fn place(entry: &QuarantineEntry) -> Option<Place> {
    Some((entry.input?, entry.position))
}

/// What the ledger counts too much once these are not in the quarantine any more.
fn left(leaving: &[QuarantineEntry]) -> Vec<(LedgerKey, LedgerCounts)> {
    let mut left: BTreeMap<LedgerKey, LedgerCounts> = BTreeMap::new();
    for entry in leaving {
        let Some(source) = entry.source.clone() else { continue };
        let (family, stream) = (entry.family.clone(), entry.stream.clone());
        let key = LedgerKey { family, source, stream, outcome: Outcome::Quarantined(entry.reason) };
        left.entry(key).or_default().units += 1;
    }
    left.into_iter().collect()
}

/// Does a task while no service runs, by the manifest that is installed.
pub(crate) fn at_rest(task: Task, spool: &Spool, config: &Config) -> anyhow::Result<Requeued> {
    let (manifest, path) = Installation::of_site(config).manifest(task.family())?;
    setup::keep_manifest(&config.state, &manifest, &path)?;
    let row_key = DeviceKeys::load_or_create(&config.state)?.row_key()?;
    let mut site = config.site();
    if let Some(inventory) = &mut site.inventory {
        inventory.collect_since.get_or_insert(installed::day(&config.state, clock::now())?);
    }
    task.run(&Judge::new(manifest, site, &row_key), spool)
}
