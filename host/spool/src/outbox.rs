//! What the uploader sees: the oldest batch of each stream, and what becomes of it.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use labrelay_model::{BatchId, Digest, Epoch, Reason, Seq, StreamId, Timestamp};
use redb::{ReadTransaction, ReadableTable};

use crate::backlog::{self, PendingRow, instant};
use crate::layout::{BODIES, BatchKey, DATA_KEYS, META, PENDING, STREAMS};
use crate::seal::Place;
use crate::stream::StreamRow;
use crate::{Spool, SpoolError, accounts, body, journal};

/// A pending batch, opened.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredBatch {
    /// Its name at the receiver.
    pub id: BatchId,
    /// Its records; 0 in a tombstone.
    pub records: u32,
    /// When it was committed.
    pub committed_at: Timestamp,
    /// NDJSON, compressed by zstd: the exact bytes to send.
    pub body: Vec<u8>,
    /// SHA-256 of `body`.
    pub digest: Digest,
}

impl std::fmt::Debug for StoredBatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (stream, seq) = (&self.id.stream, self.id.seq);
        write!(f, "StoredBatch({stream} {seq}, {} records, {} bytes)", self.records, self.body.len())
    }
}

/// How far a stream has come, to compare with what the receiver says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamMark {
    /// The stream.
    pub stream: StreamId,
    /// The spool's life.
    pub epoch: Epoch,
    /// Highest number up to which all has landed, as the spool was told; `None` before the first.
    pub landed: Option<Seq>,
    /// Highest number given out; a receiver beyond it knows a later spool than this one. `None` before the first.
    pub last: Option<Seq>,
}

/// A sealed body as it was found, which may or may not open.
pub(crate) struct Found {
    pub(crate) key: BatchKey,
    pub(crate) digest: Digest,
    pub(crate) sealed: Option<Vec<u8>>,
}

impl Spool {
    /// The oldest pending batch of `stream`, or the oldest after `after`. One that can't be opened is set aside,
    /// loudly, and its tombstone is given.
    pub fn next_batch(
        &self,
        stream: &StreamId,
        after: Option<Seq>,
    ) -> Result<Option<StoredBatch>, SpoolError> {
        let name = stream.to_string();
        let oldest = || self.store.read(|txn| oldest(txn, &name, after));
        let Some(found) = oldest()? else { return Ok(None) };
        if let Some(batch) = self.stored(stream, &found)? {
            return Ok(Some(batch));
        }
        self.set_aside_damaged(&found.1.key)?;
        let Some(found) = oldest()? else { return Ok(None) };
        self.stored(stream, &found)
    }

    /// Streams that have pending batches, by name.
    pub fn streams_pending(&self) -> Result<Vec<StreamId>, SpoolError> {
        self.store.read(|txn| {
            let mut pending = Vec::new();
            for row in txn.open_table(STREAMS)?.iter()? {
                let (stream, row) = row?;
                if StreamRow::from_value(row.value()).batches > 0 {
                    pending.push(parse(stream.value())?);
                }
            }
            Ok(pending)
        })
    }

    /// How far each stream has come in the current epoch.
    pub fn marks(&self) -> Result<Vec<StreamMark>, SpoolError> {
        self.store.read(|txn| {
            let epoch = backlog::epoch(&txn.open_table(META)?)?;
            let pending = txn.open_table(PENDING)?;
            let mut marks = Vec::new();
            for row in txn.open_table(STREAMS)?.iter()? {
                let (name, row) = row?;
                let (stream, next) = (parse(name.value())?, StreamRow::from_value(row.value()).next);
                let span = (name.value(), &epoch.0, 0)..=(name.value(), &epoch.0, u64::MAX);
                let first = pending.range(span)?.next().transpose()?.map_or(next, |(key, _)| key.value().2);
                marks.push(StreamMark { stream, epoch, landed: before(first), last: before(next) });
            }
            Ok(marks)
        })
    }

    /// Tells that the receiver holds `id` durably: moves it to the sent journal. `false` if it is not pending (any
    /// more): it was told before, or a new epoch has begun.
    pub fn landed(&self, id: &BatchId, now: Timestamp) -> Result<bool, SpoolError> {
        let key = BatchKey::from(id);
        let moved = self.store.write(|txn| {
            let Some(row) = backlog::take(txn, &key)? else { return Ok(false) };
            journal::put(txn, &key, &row, now)?;
            accounts::add_landed(txn, key.stream(), row.records)?;
            journal::purge(txn, &self.config, now)?;
            Ok::<_, SpoolError>(true)
        })?;
        if moved {
            self.full.store(false, Ordering::Relaxed);
        }
        Ok(moved)
    }

    /// Tells that `id` will never be taken: its records go to the quarantine, and a tombstone takes its number.
    /// `false` if it is not pending (any more).
    pub fn refused(&self, id: &BatchId, reason: Reason, now: Timestamp) -> Result<bool, SpoolError> {
        let key = BatchKey::from(id);
        let Some((row, found)) = self.store.read(|txn| find(txn, &key))? else { return Ok(false) };
        let Some(packed) = self.unseal(&found)? else {
            self.set_aside_damaged(&key)?;
            return Ok(true);
        };
        if row.records == 0 {
            return Err(SpoolError::TombstoneRefused { id: Box::new(id.clone()) });
        }
        self.bury_refused(id, &packed, reason, now)
    }

    /// The compressed body of a row; `None` if it is not what was sealed.
    pub(crate) fn unseal(&self, found: &Found) -> Result<Option<Vec<u8>>, SpoolError> {
        self.store.read(|txn| self.unseal_with(&txn.open_table(DATA_KEYS)?, found))
    }

    /// The same, by the data keys that a transaction sees.
    pub(crate) fn unseal_with(
        &self,
        data_keys: &impl ReadableTable<u32, &'static [u8]>,
        found: &Found,
    ) -> Result<Option<Vec<u8>>, SpoolError> {
        let Some(sealed) = &found.sealed else { return Ok(None) };
        let sealer = self.sealer.lock().unwrap_or_else(PoisonError::into_inner);
        let opened = sealer.open(data_keys, &Place::Batch(&found.key), sealed)?;
        Ok(opened.filter(|packed| body::digest_of(packed) == found.digest))
    }

    fn stored(
        &self,
        stream: &StreamId,
        (row, found): &(PendingRow, Found),
    ) -> Result<Option<StoredBatch>, SpoolError> {
        let Some(body) = self.unseal(found)? else { return Ok(None) };
        let (_, epoch, seq) = found.key.key();
        Ok(Some(StoredBatch {
            id: BatchId { stream: stream.clone(), epoch: Epoch(*epoch), seq: Seq(seq) },
            records: row.records,
            committed_at: instant(row.committed_at, "pending")?,
            digest: row.digest,
            body,
        }))
    }
}

/// A pending row with its sealed body.
pub(crate) fn find(txn: &ReadTransaction, key: &BatchKey) -> Result<Option<(PendingRow, Found)>, SpoolError> {
    let Some(row) = txn.open_table(PENDING)?.get(key.key())?.map(|row| PendingRow::from_value(row.value()))
    else {
        return Ok(None);
    };
    let sealed = txn.open_table(BODIES)?.get(key.key())?.map(|sealed| sealed.value().to_vec());
    Ok(Some((row, Found { key: key.clone(), digest: row.digest, sealed })))
}

fn oldest(
    txn: &ReadTransaction,
    stream: &str,
    after: Option<Seq>,
) -> Result<Option<(PendingRow, Found)>, SpoolError> {
    let epoch = backlog::epoch(&txn.open_table(META)?)?;
    let from = after.map_or(Seq::FIRST, Seq::next).0;
    let span = (stream, &epoch.0, from)..=(stream, &epoch.0, u64::MAX);
    let Some((key, _)) = txn.open_table(PENDING)?.range(span)?.next().transpose()? else { return Ok(None) };
    find(txn, &BatchKey::new(stream, &epoch.0, key.value().2))
}

fn parse(stream: &str) -> Result<StreamId, SpoolError> {
    stream.parse().map_err(|_| SpoolError::Row { table: "streams" })
}

fn before(next: u64) -> Option<Seq> {
    next.checked_sub(1).filter(|last| *last > 0).map(Seq)
}
