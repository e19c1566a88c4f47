//! A new epoch: pending batches keep their bytes and digests and get numbers from 1 in the new life.
//!
//! Done in steps, so that a full gigabyte needs neither its double on the disk nor much memory. The first step
//! makes the new epoch the current one; an interrupted move is finished when the spool is opened.

use labrelay_model::Epoch;
use redb::{ReadTransaction, ReadableTable, WriteTransaction};

use crate::body::Body;
use crate::layout::{BODIES, BatchKey, DATA_KEYS, META, META_EPOCH, PENDING, STREAMS};
use crate::outbox::{self, Found};
use crate::stream::StreamRow;
use crate::{Spool, SpoolError, backlog, gate_state, keys};

/// Batches moved in one transaction: at most 64 MiB, and usually a few.
const STEP: usize = 64;

impl Spool {
    /// Begins a new life: for a receiver that has seen another spool's batches under this epoch.
    pub fn new_epoch(&self) -> Result<Epoch, SpoolError> {
        self.finish_moving()?;
        let epoch = Epoch(keys::random::<16>()?);
        self.store.write(|txn| begin(txn, epoch))?;
        self.finish_moving()?;
        Ok(epoch)
    }

    /// Moves what is left of an earlier epoch; returns how many batches.
    pub(crate) fn finish_moving(&self) -> Result<u64, SpoolError> {
        let mut moved = 0;
        loop {
            let keys = self.store.read(left_behind)?;
            if keys.is_empty() {
                return Ok(moved);
            }
            for key in &keys {
                self.replace_if_damaged(key)?;
            }
            moved += self.store.write(|txn| self.move_all(txn, &keys))?;
        }
    }

    fn replace_if_damaged(&self, key: &BatchKey) -> Result<(), SpoolError> {
        let Some((_, found)) = self.store.read(|txn| outbox::find(txn, key))? else { return Ok(()) };
        if self.unseal(&found)?.is_none() {
            self.set_aside_damaged(key)?;
        }
        Ok(())
    }

    fn move_all(&self, txn: &WriteTransaction, keys: &[BatchKey]) -> Result<u64, SpoolError> {
        let mut moved = 0;
        for key in keys {
            moved += u64::from(self.move_one(txn, key)?);
        }
        Ok(moved)
    }

    fn move_one(&self, txn: &WriteTransaction, key: &BatchKey) -> Result<bool, SpoolError> {
        let Some(row) = backlog::take(txn, key)? else { return Ok(false) };
        let sealed = txn.open_table(BODIES)?.remove(key.key())?.map(|body| body.value().to_vec());
        let found = Found { key: key.clone(), digest: row.digest, sealed };
        let packed = self
            .unseal_with(&txn.open_table(DATA_KEYS)?, &found)?
            .ok_or(SpoolError::Row { table: "bodies" })?;
        let id = key.id().ok_or(SpoolError::Row { table: "pending" })?;
        let body = Body { records: row.records, packed, digest: row.digest };
        backlog::append(txn, &self.sealer, (&id.stream, None), &body, row.committed_at)?;
        Ok(true)
    }
}

/// Makes `epoch` the current one, starts each stream's numbers again and forgets what the gate remembered.
fn begin(txn: &WriteTransaction, epoch: Epoch) -> Result<(), SpoolError> {
    txn.open_table(META)?.insert(META_EPOCH, epoch.0.as_slice())?;
    gate_state::forget(txn)?;
    let mut streams = txn.open_table(STREAMS)?;
    let mut rows = Vec::new();
    for row in streams.iter()? {
        let (stream, row) = row?;
        rows.push((stream.value().to_owned(), StreamRow::from_value(row.value())));
    }
    for (stream, row) in rows {
        row.renumbered().store(&mut streams, &stream)?;
    }
    Ok(())
}

/// The first pending batches that are not of the current epoch, in the order of their numbers.
fn left_behind(txn: &ReadTransaction) -> Result<Vec<BatchKey>, SpoolError> {
    let epoch = backlog::epoch(&txn.open_table(META)?)?.0;
    let pending = txn.open_table(PENDING)?;
    let mut keys = Vec::new();
    for row in txn.open_table(STREAMS)?.iter()? {
        let (stream, _) = row?;
        let stream = stream.value();
        let older = pending.range((stream, &[0; 16], 0)..(stream, &epoch, 0))?;
        let newer = pending.range((stream, &epoch, u64::MAX)..=(stream, &[u8::MAX; 16], u64::MAX))?;
        for row in older.chain(newer).take(STEP - keys.len()) {
            let (key, _) = row?;
            let (stream, epoch, seq) = key.value();
            keys.push(BatchKey::new(stream, epoch, seq));
        }
    }
    Ok(keys)
}
