//! What a spool must hold, in plain words: lists of what was committed and what has landed.

use std::collections::VecDeque;

use labrelay_model::{
    GapCounts, GapKey, InputIdentity, LedgerCounts, LedgerKey, Outcome, Reason, Seq, StreamId, Timestamp,
};

use crate::tests::support::{empty, lines, read, stream};
use crate::{Commit, Spool, SpoolError};

/// Streams that commits write to in turn.
const STREAMS: [&str; 2] = ["bead_qc", "event"];

/// A spool as it should be. Commits are numbered from 1; everything that one holds tells its number.
#[derive(Debug, Clone, Default)]
pub(super) struct Model {
    /// Commits that have taken place.
    pub(super) commits: u64,
    /// Batches that have landed.
    pub(super) landed: usize,
    waiting: [VecDeque<(Seq, u32)>; 2],
    next: [u64; 2],
}

impl Model {
    /// The commit that would be the next.
    pub(super) fn next_commit(&self, records: u32, now: Timestamp) -> Commit {
        let number = self.commits + 1;
        let (family, source) = ("navios".parse().unwrap(), "listmode".parse().unwrap());
        let key = LedgerKey { family, source, stream: None, outcome: Outcome::Accepted };
        let gap = GapKey { family: key.family.clone(), source: key.source.clone(), reason: Reason::Vanished };
        Commit {
            lines: vec![lines(STREAMS[turn(number)], records)],
            cursor: Some(number.to_be_bytes().to_vec()),
            gate_state: Some(number.to_be_bytes().to_vec()),
            seen: vec![("listmode".parse().unwrap(), input(number))],
            read: vec![("listmode".parse().unwrap(), 1)],
            ledger: vec![(key, LedgerCounts { units: 1, records: u64::from(records) })],
            gaps: vec![(gap, GapCounts { gaps: 1, bytes: number })],
            logs: vec![
                ("listmode".parse().unwrap(), input(number - 1), None),
                ("listmode".parse().unwrap(), input(number), Some(Vec::new())),
            ],
            now,
            ..empty()
        }
    }

    /// The next commit has taken place.
    pub(super) fn commit(&mut self, records: u32) {
        self.commits += 1;
        let turn = turn(self.commits);
        self.next[turn] += 1;
        self.waiting[turn].push_back((Seq(self.next[turn]), records));
    }

    /// The oldest batch of a stream, which could land.
    pub(super) fn oldest(&self, turn: usize) -> Option<(StreamId, Seq)> {
        self.waiting[turn].front().map(|(seq, _)| (stream(STREAMS[turn]), *seq))
    }

    /// The oldest batch of a stream has landed.
    pub(super) fn land(&mut self, turn: usize) {
        self.landed += usize::from(self.waiting[turn].pop_front().is_some());
    }

    /// How `spool` differs from this; `None` if it does not.
    pub(super) fn difference(&self, spool: &Spool) -> Option<String> {
        self.compare(spool).unwrap_or_else(|error| Some(format!("it can't be read: {error}")))
    }

    fn compare(&self, spool: &Spool) -> Result<Option<String>, SpoolError> {
        let family = "navios".parse().unwrap();
        let number =
            |bytes: Option<Vec<u8>>| bytes.map_or(0, |it| u64::from_be_bytes(it.try_into().unwrap()));
        let (cursor, state) = (number(spool.cursor(&family)?), number(spool.gate_state(&family)?));
        let units: u64 = spool.ledger()?.iter().map(|(_, counts)| counts.units).sum();
        let accounts = spool.accounts()?;
        let read: u64 = accounts.read.iter().map(|count| count.units).sum();
        let gaps: u64 = spool.gaps()?.iter().map(|(_, counts)| counts.gaps).sum();
        let source = "listmode".parse().unwrap();
        let mut seen = 0;
        for number in 1..=self.commits + 1 {
            seen += u64::from(spool.is_seen(&family, &source, &input(number))?);
        }
        let logs = spool.logs(&family, &source)?;
        let expected_logs = self.logs();
        if [cursor, state, units, read, gaps, seen] != [self.commits; 6] || logs != expected_logs {
            return Ok(Some(format!(
                "of {} commits: cursor {cursor}, gate's state {state}, ledger {units}, read {read}, gaps {gaps}, seen {seen}, logs {logs:?}",
                self.commits
            )));
        }
        let accepted: u64 = accounts.ledger.iter().map(|(_, counts)| counts.records).sum();
        let kept: u64 = accounts.streams.iter().map(|stream| stream.landed + stream.waiting).sum();
        if accepted != kept {
            return Ok(Some(format!("{accepted} records accepted, {kept} landed or waiting")));
        }
        self.compare_batches(spool)
    }

    /// The log of the last commit is remembered and no other.
    fn logs(&self) -> Vec<(InputIdentity, Vec<u8>)> {
        match self.commits {
            0 => Vec::new(),
            last => vec![(input(last), Vec::new())],
        }
    }

    fn compare_batches(&self, spool: &Spool) -> Result<Option<String>, SpoolError> {
        let (mut batches, mut records) = (0, 0);
        for (name, waiting) in STREAMS.iter().zip(&self.waiting) {
            let mut after = None;
            for (seq, count) in waiting {
                let Some(batch) = spool.next_batch(&stream(name), after)? else {
                    return Ok(Some(format!("{name}: batch {seq} is missing")));
                };
                let right = batch.id.seq == *seq && read(&batch).1.as_bytes() == lines(name, *count).ndjson();
                if !right {
                    return Ok(Some(format!("{name}: batch {} in place of {seq}, or altered", batch.id.seq)));
                }
                (batches, records) = (batches + 1, records + u64::from(*count));
                after = Some(*seq);
            }
            if spool.next_batch(&stream(name), after)?.is_some() {
                return Ok(Some(format!("{name}: a batch too many")));
            }
        }
        let status = spool.status()?;
        let landed = spool.sent().list(None, None).collect::<Result<Vec<_>, _>>()?.len();
        let sums =
            (status.batches, status.records, status.sent_batches as usize, landed, status.damaged_batches);
        let expected = (batches, records, self.landed, self.landed, 0);
        Ok((sums != expected).then(|| format!("sums {sums:?} instead of {expected:?}")))
    }
}

/// Which of the two streams commit `number` writes to.
fn turn(number: u64) -> usize {
    usize::try_from(number % 2).unwrap()
}

fn input(number: u64) -> InputIdentity {
    let mut identity = [0; 32];
    identity[..8].copy_from_slice(&number.to_be_bytes());
    InputIdentity(identity)
}
