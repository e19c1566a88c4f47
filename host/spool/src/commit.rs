//! The commit: records, cursor, gate's state, seen inputs, ledger and quarantine in one transaction, or nothing of it.

use std::sync::atomic::Ordering;

use labrelay_model::{
    AcceptedLines, BatchHeader, Digest, FamilyName, GapCounts, GapKey, InputIdentity, LedgerCounts,
    LedgerKey, SourceName, StreamId, Timestamp,
};
use redb::WriteTransaction;

use crate::body::{self, Body};
use crate::cursor::CURSORS;
use crate::gate_state::GATE_STATES;
use crate::seal::SEALING_BYTES;
use crate::stream::cost;
use crate::{
    CommitError, QuarantineEntry, Spool, SpoolError, accounts, backlog, gaps, ledger, logs, quarantine, seen,
    status,
};

/// Room that commits leave on the disk. Telling that a batch has landed writes too (some tree pages and the
/// allocator's state, well under 1 MiB), so a spool that took the last byte could never be emptied.
const MIN_FREE_BYTES: u64 = 32 * 1024 * 1024;

/// Everything that one poll of one family brought. `Debug` shows how much, never what.
#[derive(Clone)]
pub struct Commit {
    /// The family that was polled.
    pub family: FamilyName,
    /// Version of its plugin.
    pub plugin_version: Box<str>,
    /// Version of this host.
    pub host_version: Box<str>,
    /// The manifest that the gate used.
    pub manifest_sha256: Digest,
    /// Accepted records, stream by stream.
    pub lines: Vec<AcceptedLines>,
    /// The plugin's next cursor; `None` leaves the old one.
    pub cursor: Option<Vec<u8>>,
    /// What the gate remembers from now on; `None` leaves what is saved.
    pub gate_state: Option<Vec<u8>>,
    /// Inputs that need not be opened again.
    pub seen: Vec<(SourceName, InputIdentity)>,
    /// What is to be remembered of logs and tables that are followed, by source and identity; `None` forgets it.
    pub logs: Vec<(SourceName, InputIdentity, Option<Vec<u8>>)>,
    /// Units that were read, by source; counted before they were judged.
    pub read: Vec<(SourceName, u64)>,
    /// What to add to the ledger.
    pub ledger: Vec<(LedgerKey, LedgerCounts)>,
    /// What vanished before it could be read.
    pub gaps: Vec<(GapKey, GapCounts)>,
    /// Units that did not pass.
    pub quarantined: Vec<QuarantineEntry>,
    /// The host's clock.
    pub now: Timestamp,
}

impl std::fmt::Debug for Commit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Cursor and gate's state are left out: they hold what a plugin and a gate remember.
        let mut shown = f.debug_struct("Commit");
        shown.field("family", &self.family).field("lines", &self.lines).field("ledger", &self.ledger);
        shown
            .field("gaps", &self.gaps)
            .field("seen", &self.seen.len())
            .field("logs", &self.logs.len())
            .field("quarantined", &self.quarantined.len());
        shown.finish_non_exhaustive()
    }
}

/// What a commit added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Committed {
    /// New batches.
    pub batches: u64,
    /// Their records.
    pub records: u64,
    /// What they count towards the spool's bound.
    pub bytes: u64,
}

/// The bodies of one stream with the header that they were written under.
struct Packed {
    stream: StreamId,
    header: BatchHeader,
    bodies: Vec<Body>,
}

impl Spool {
    /// Makes `commit` durable as a whole. Called by several threads at once; compresses before it waits its turn.
    pub fn commit(&self, commit: &Commit) -> Result<Committed, CommitError> {
        self.commit_with(commit, |_| Ok(()))
    }

    /// The same with `more` work in the transaction.
    pub(crate) fn commit_with(
        &self,
        commit: &Commit,
        more: impl FnOnce(&WriteTransaction) -> Result<(), SpoolError>,
    ) -> Result<Committed, CommitError> {
        let packed = self.pack(commit)?;
        let recipient = self.config.quarantine_recipient.as_ref();
        let sealed = quarantine::seal(recipient, &commit.quarantined, &commit.plugin_version)?;
        let committed = sum(&packed);
        self.refuse_if_disk_full(committed.bytes)?;
        let result = self.store.write(|txn| {
            self.refuse_if_full(txn, committed.bytes)?;
            for stream in &packed {
                self.append_all(txn, stream, commit.now)?;
            }
            CURSORS.put(txn, &self.sealer, &commit.family, commit.cursor.as_deref())?;
            GATE_STATES.put(txn, &self.sealer, &commit.family, commit.gate_state.as_deref())?;
            seen::put(txn, &commit.family, &commit.seen, commit.now)?;
            logs::put(txn, &self.sealer, &commit.family, &commit.logs)?;
            accounts::add_read(txn, &commit.family, &commit.read)?;
            ledger::add(txn, &commit.ledger)?;
            gaps::add(txn, &commit.gaps)?;
            quarantine::put(txn, sealed.as_ref(), self.config.quarantine_max_bytes, commit.now)?;
            more(txn)?;
            Ok(committed)
        });
        match &result {
            Ok(_) => self.full.store(false, Ordering::Relaxed),
            Err(CommitError::Full { .. }) => self.full.store(true, Ordering::Relaxed),
            Err(_) => {}
        }
        result
    }

    fn pack(&self, commit: &Commit) -> Result<Vec<Packed>, CommitError> {
        commit.lines.iter().map(|lines| self.pack_stream(commit, lines)).collect()
    }

    fn pack_stream(&self, commit: &Commit, lines: &AcceptedLines) -> Result<Packed, CommitError> {
        let stream = lines.stream().clone();
        let header = BatchHeader {
            labrelay_batch: BatchHeader::VERSION,
            family: stream.family.clone(),
            stream: stream.stream.clone(),
            manifest_sha256: commit.manifest_sha256,
            plugin_version: commit.plugin_version.clone(),
            host_version: commit.host_version.clone(),
            records: 0,
            tombstone: None,
        };
        let pack = |(lines, records)| self.packer.pack(&header, lines, records);
        let bodies = body::cut(lines)?.into_iter().map(pack).collect::<Result<_, SpoolError>>()?;
        Ok(Packed { stream, header, bodies })
    }

    fn append_all(&self, txn: &WriteTransaction, packed: &Packed, now: Timestamp) -> Result<(), SpoolError> {
        for body in &packed.bodies {
            let stream = (&packed.stream, Some(&packed.header));
            backlog::append(txn, &self.sealer, stream, body, now.as_micros())?;
        }
        Ok(())
    }

    fn refuse_if_disk_full(&self, needed: u64) -> Result<(), SpoolError> {
        let enough = needed == 0 || self.store.free_bytes()? >= needed.saturating_add(MIN_FREE_BYTES);
        if enough { Ok(()) } else { Err(SpoolError::DiskFull) }
    }

    /// A commit without records passes always: it only frees the collectors from looking again.
    fn refuse_if_full(&self, txn: &WriteTransaction, needed: u64) -> Result<(), CommitError> {
        let held = status::sums(&txn.open_table(crate::layout::STREAMS)?)?.bytes;
        let max = self.config.max_bytes;
        if needed > 0 && held.saturating_add(needed) > max {
            return Err(CommitError::Full { held, needed, max });
        }
        Ok(())
    }
}

fn sum(packed: &[Packed]) -> Committed {
    let mut sum = Committed { batches: 0, records: 0, bytes: 0 };
    for body in packed.iter().flat_map(|packed| &packed.bodies) {
        sum.batches += 1;
        sum.records += u64::from(body.records);
        sum.bytes += cost(body.packed.len() as u64 + SEALING_BYTES);
    }
    sum
}
