//! The ledger as a person and a script read it: what was read, what became of it, where it is, and whether the accounts close.
//!
//! Built from the spool's counts (`labrelay_spool::Accounts`) and, where asked, from what the receiver says it holds.

use std::collections::BTreeMap;

use labrelay_model::{FamilyName, LedgerKey, Outcome, Reason, Seq, SourceName, StreamId, wire};
use labrelay_spool::{Accounts, StreamMark};
use serde::{Deserialize, Serialize};

use crate::status::LedgerLine;

/// Everything, as of one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ledger {
    /// Every source from which something was read, or in which something vanished.
    pub sources: Vec<SourceLedger>,
    /// Where the accepted records of each stream are.
    pub streams: Vec<StreamLedger>,
    /// What does not add up, in words; empty where all does.
    pub differences: Vec<String>,
}

/// One source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct SourceLedger {
    /// Instrument family.
    pub family: FamilyName,
    /// Declared source.
    pub source: SourceName,
    /// Units read; counted before they were judged.
    pub read: u64,
    /// Of these: accepted.
    pub accepted: u64,
    /// Of these: quarantined.
    pub quarantined: u64,
    /// Of these: left out on purpose.
    pub dropped: u64,
    /// By stream, outcome and reason.
    pub lines: Vec<LedgerLine>,
    /// What vanished before it was read: no units, for nobody has read how many.
    pub gaps: Vec<GapLine>,
}

/// What vanished in one way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct GapLine {
    /// How.
    pub reason: Reason,
    /// How many times.
    pub gaps: u64,
    /// Bytes that were seen and never read.
    pub bytes: u64,
}

/// One stream; all figures are records since this spool began.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct StreamLedger {
    /// `family.stream`.
    pub stream: StreamId,
    /// Accepted by the gate.
    pub accepted: u64,
    /// Of these: the receiver has them durably.
    pub landed: u64,
    /// Of these: wait in the spool.
    pub waiting: u64,
    /// Of these: refused afterwards, and replaced by tombstones.
    pub refused: u64,
    /// The last batch of the present epoch that has landed here; absent before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub landed_batch: Option<Seq>,
    /// The last batch that the receiver holds without a gap; with `--receiver` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_batch: Option<Seq>,
}

impl Ledger {
    /// From the spool's counts.
    pub(crate) fn new(accounts: &Accounts, marks: &[StreamMark]) -> Self {
        let sources = sources(accounts);
        let streams = streams(accounts, marks);
        let mut differences: Vec<String> = sources.iter().filter_map(SourceLedger::difference).collect();
        differences.extend(streams.iter().filter_map(StreamLedger::difference));
        Self { sources, streams, differences }
    }

    /// Adds what the receiver holds. It may be ahead of this spool by what it has not yet acknowledged, and never behind.
    pub(crate) fn reconcile(&mut self, receiver: &wire::Marks, epoch: labrelay_model::Epoch) {
        for stream in &mut self.streams {
            let mark = |mark: &&wire::Mark| mark.epoch == epoch && mark.stream == stream.stream;
            stream.received_batch = receiver.marks.iter().find(mark).map(|mark| mark.landed);
            let (landed, received) = (stream.landed_batch.unwrap_or(Seq(0)), stream.received_batch);
            if received.unwrap_or(Seq(0)) < landed {
                let received = received.map_or("none".to_owned(), |seq| format!("those up to {seq}"));
                self.differences.push(format!(
                    "{}: the receiver has acknowledged batch {landed}, and holds {received} without a gap; what it has lost is \
                     in the journal (`labrelay sent`): tell the region",
                    stream.stream
                ));
            }
        }
    }
}

fn sources(accounts: &Accounts) -> Vec<SourceLedger> {
    let mut sources: BTreeMap<(FamilyName, SourceName), SourceLedger> = BTreeMap::new();
    let empty = |(family, source): &(FamilyName, SourceName)| SourceLedger {
        family: family.clone(),
        source: source.clone(),
        read: 0,
        accepted: 0,
        quarantined: 0,
        dropped: 0,
        lines: Vec::new(),
        gaps: Vec::new(),
    };
    for count in &accounts.read {
        let place = (count.family.clone(), count.source.clone());
        sources.entry(place).or_insert_with_key(empty).read = count.units;
    }
    for (key, counts) in &accounts.ledger {
        let LedgerKey { family, source, outcome, .. } = key;
        let ledger = sources.entry((family.clone(), source.clone())).or_insert_with_key(empty);
        *match outcome {
            Outcome::Accepted => &mut ledger.accepted,
            Outcome::Quarantined(_) => &mut ledger.quarantined,
            Outcome::Dropped(_) => &mut ledger.dropped,
        } += counts.units;
        ledger.lines.push(LedgerLine::new(key.clone(), *counts));
    }
    for (key, counts) in &accounts.gaps {
        let place = (key.family.clone(), key.source.clone());
        let line = GapLine { reason: key.reason, gaps: counts.gaps, bytes: counts.bytes };
        sources.entry(place).or_insert_with_key(empty).gaps.push(line);
    }
    sources.into_values().collect()
}

fn streams(accounts: &Accounts, marks: &[StreamMark]) -> Vec<StreamLedger> {
    let accepted = |stream: &StreamId| {
        let of_it = |(key, _): &&(LedgerKey, _)| {
            key.outcome == Outcome::Accepted
                && key.family == stream.family
                && key.stream.as_ref() == Some(&stream.stream)
        };
        accounts.ledger.iter().filter(of_it).map(|(_, counts)| counts.records).sum()
    };
    let refused = |stream: &StreamId| {
        accounts
            .refused
            .iter()
            .filter(|refused| refused.stream == *stream)
            .map(|refused| refused.records)
            .sum()
    };
    let landed_batch =
        |stream: &StreamId| marks.iter().find(|mark| mark.stream == *stream).and_then(|mark| mark.landed);
    let line = |account: &labrelay_spool::StreamAccount| StreamLedger {
        stream: account.stream.clone(),
        accepted: accepted(&account.stream),
        landed: account.landed,
        waiting: account.waiting,
        refused: refused(&account.stream),
        landed_batch: landed_batch(&account.stream),
        received_batch: None,
    };
    accounts.streams.iter().map(line).collect()
}

impl SourceLedger {
    fn difference(&self) -> Option<String> {
        let Self { family, source, read, accepted, quarantined, dropped, .. } = self;
        let ended = accepted + quarantined + dropped;
        (*read != ended).then(|| {
            format!(
                "{family}, {source}: {read} units were read, but {ended} ended ({accepted} accepted, {quarantined} quarantined, \
                 {dropped} dropped); report it to Labrelay's authors"
            )
        })
    }
}

impl StreamLedger {
    fn difference(&self) -> Option<String> {
        let Self { stream, accepted, landed, waiting, refused, .. } = self;
        let kept = landed + waiting + refused;
        (*accepted != kept).then(|| {
            format!(
                "{stream}: {accepted} records were accepted, but {kept} are accounted for ({landed} landed, {waiting} waiting, \
                 {refused} refused); report it to Labrelay's authors"
            )
        })
    }
}

#[cfg(test)]
mod tests;
