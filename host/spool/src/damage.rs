//! Batches that will never be sent: a tombstone takes their number, so that the sequence keeps no hole.

use labrelay_model::{BatchHeader, BatchId, Reason, Timestamp};
use redb::WriteTransaction;

use crate::layout::{BODIES, BatchKey, COUNTERS, DAMAGED, DAMAGED_BATCHES, DAMAGED_BYTES, STREAMS};
use crate::stream::StreamRow;
use crate::{QuarantineEntry, Spool, SpoolError, backlog, body, ledger, quarantine, store};

/// Damaged bodies kept for who repairs them, in bytes. What goes beyond is counted only: a dying disk must not fill up.
const MAX_DAMAGED_BYTES: u64 = 64 * 1024 * 1024;

impl Spool {
    /// Sets aside a pending batch that can't be opened. Does nothing if it is not pending any more.
    pub(crate) fn set_aside_damaged(&self, key: &BatchKey) -> Result<(), SpoolError> {
        let (stream, _, seq) = key.key();
        tracing::error!(
            stream,
            seq,
            "a batch in the spool is damaged; it is set aside and a tombstone is sent"
        );
        self.store.write(|txn| {
            let Some(sealed) = self.bury(txn, key, Reason::DamagedInSpool)? else { return Ok(()) };
            let mut counters = txn.open_table(COUNTERS)?;
            store::add(&mut counters, DAMAGED_BATCHES, 1)?;
            let bytes = sealed.len() as u64;
            if store::counter(&counters, DAMAGED_BYTES)? + bytes <= MAX_DAMAGED_BYTES {
                store::add(&mut counters, DAMAGED_BYTES, bytes)?;
                txn.open_table(DAMAGED)?.insert(key.key(), sealed.as_slice())?;
            }
            Ok(())
        })
    }

    /// Replaces every pending batch that can't be opened by its tombstone, as its turn would; returns how many.
    pub fn replace_damaged(&self) -> Result<u64, SpoolError> {
        let mut replaced = 0;
        for batch in self.peek() {
            let batch = batch?;
            if batch.ndjson.is_none() {
                self.set_aside_damaged(&BatchKey::from(&batch.id))?;
                replaced += 1;
            }
        }
        Ok(replaced)
    }

    /// Moves the records of a refused batch to the quarantine.
    pub(crate) fn bury_refused(
        &self,
        id: &BatchId,
        packed: &[u8],
        reason: Reason,
        now: Timestamp,
    ) -> Result<bool, SpoolError> {
        let lines = body::unpack(packed).unwrap_or_default();
        let plugin_version = body::header_of(&lines).map(|header| header.plugin_version).unwrap_or_default();
        let entry = QuarantineEntry::refused_batch(id, lines, reason, now);
        let sealed = quarantine::seal(self.config.quarantine_recipient.as_ref(), &[entry], &plugin_version)?;
        self.store.write(|txn| {
            if self.bury(txn, &BatchKey::from(id), reason)?.is_none() {
                return Ok(false);
            }
            quarantine::put(txn, sealed.as_ref(), self.config.quarantine_max_bytes, now)?;
            Ok(true)
        })
    }

    /// Puts a tombstone in place of a pending batch and counts it; returns the sealed body, which may be missing.
    fn bury(
        &self,
        txn: &WriteTransaction,
        key: &BatchKey,
        reason: Reason,
    ) -> Result<Option<Vec<u8>>, SpoolError> {
        let Some(row) = backlog::take(txn, key)? else { return Ok(None) };
        let sealed = txn.open_table(BODIES)?.remove(key.key())?.map(|body| body.value().to_vec());
        let tombstone = self.packer.tombstone(&self.header_of(txn, key)?, reason)?;
        let length = backlog::put(txn, &self.sealer, key, &tombstone, row.committed_at)?;
        let mut streams = txn.open_table(STREAMS)?;
        let mut sums = StreamRow::load(&streams, key.stream())?;
        sums.add(0, length);
        sums.store(&mut streams, key.stream())?;
        ledger::add_refused(txn, key.stream(), reason, (1, u64::from(row.records)))?;
        Ok(Some(sealed.unwrap_or_default()))
    }

    fn header_of(&self, txn: &WriteTransaction, key: &BatchKey) -> Result<BatchHeader, SpoolError> {
        StreamRow::load(&txn.open_table(STREAMS)?, key.stream())?.header()
    }
}
