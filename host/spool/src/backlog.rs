//! Pending batches as rows: how one is added, found, replaced and taken out, with its stream's sums.

use std::sync::{Mutex, PoisonError};

use labrelay_model::{BatchHeader, Digest, Epoch, StreamId, Timestamp};
use redb::{ReadableTable, WriteTransaction};

use crate::SpoolError;
use crate::body::Body;
use crate::layout::{BODIES, BatchKey, DATA_KEYS, META, META_EPOCH, PENDING, STREAMS};
use crate::seal::{Place, Sealer};
use crate::stream::StreamRow;

/// One row of `pending`.
#[derive(Clone, Copy)]
pub(crate) struct PendingRow {
    pub(crate) records: u32,
    /// Length of the sealed body.
    pub(crate) sealed: u64,
    pub(crate) committed_at: i64,
    pub(crate) digest: Digest,
}

impl PendingRow {
    pub(crate) fn from_value((records, sealed, committed_at, digest): (u32, u64, i64, &[u8; 32])) -> Self {
        Self { records, sealed, committed_at, digest: Digest(*digest) }
    }

    pub(crate) fn value(&self) -> (u32, u64, i64, &[u8; 32]) {
        (self.records, self.sealed, self.committed_at, &self.digest.0)
    }
}

/// The spool's life, from `meta`.
pub(crate) fn epoch(meta: &impl ReadableTable<&'static str, &'static [u8]>) -> Result<Epoch, SpoolError> {
    let row = meta.get(META_EPOCH)?.ok_or(SpoolError::Row { table: "meta" })?;
    row.value().try_into().map(Epoch).map_err(|_| SpoolError::Row { table: "meta" })
}

/// Gives `body` the next number of its stream in the current epoch.
pub(crate) fn append(
    txn: &WriteTransaction,
    sealer: &Mutex<Sealer>,
    (stream, header): (&StreamId, Option<&BatchHeader>),
    body: &Body,
    committed_at: i64,
) -> Result<(), SpoolError> {
    let stream = stream.to_string();
    let mut streams = txn.open_table(STREAMS)?;
    let mut row = StreamRow::load(&streams, &stream)?;
    let key = BatchKey::new(&stream, &epoch(&txn.open_table(META)?)?.0, row.next);
    let sealed = put(txn, sealer, &key, body, committed_at)?;
    row.next += 1;
    row.add(body.records, sealed);
    if let Some(header) = header {
        row.set_header(header);
    }
    row.store(&mut streams, &stream)
}

/// Seals `body` for `key` and stores it and its row; returns the sealed length.
pub(crate) fn put(
    txn: &WriteTransaction,
    sealer: &Mutex<Sealer>,
    key: &BatchKey,
    body: &Body,
    committed_at: i64,
) -> Result<u64, SpoolError> {
    let mut sealer = sealer.lock().unwrap_or_else(PoisonError::into_inner);
    let bytes = sealer.seal(&mut txn.open_table(DATA_KEYS)?, &Place::Batch(key), &body.packed)?;
    let sealed = bytes.len() as u64;
    let row = PendingRow { records: body.records, sealed, committed_at, digest: body.digest };
    txn.open_table(BODIES)?.insert(key.key(), bytes.as_slice())?;
    txn.open_table(PENDING)?.insert(key.key(), row.value())?;
    Ok(sealed)
}

/// Takes the row `key` out of `pending` and of its stream's sums; its body stays. `None` if it is not pending.
pub(crate) fn take(txn: &WriteTransaction, key: &BatchKey) -> Result<Option<PendingRow>, SpoolError> {
    let mut pending = txn.open_table(PENDING)?;
    let Some(row) = pending.remove(key.key())?.map(|row| PendingRow::from_value(row.value())) else {
        return Ok(None);
    };
    let mut streams = txn.open_table(STREAMS)?;
    let mut sums = StreamRow::load(&streams, key.stream())?;
    sums.remove(row.records, row.sealed);
    sums.store(&mut streams, key.stream())?;
    Ok(Some(row))
}

/// A stored time; rows hold only what a `Timestamp` gave.
pub(crate) fn instant(micros: i64, table: &'static str) -> Result<Timestamp, SpoolError> {
    Timestamp::from_micros(micros).ok_or(SpoolError::Row { table })
}
