//! The sent journal: what left, readable on the spot for 30 days and 200 MB, and then purged, oldest first.
//!
//! A landed batch keeps its sealed body where it lies; only its row moves.

use std::ops::Bound;

use labrelay_model::{BatchId, Digest, Timestamp};
use redb::{ReadTransaction, ReadableTable, WriteTransaction};

use crate::backlog::{PendingRow, instant};
use crate::layout::{BODIES, BatchKey, COUNTERS, SENT, SENT_BATCHES, SENT_BYTES};
use crate::outbox::Found;
use crate::step::steps;
use crate::{Spool, SpoolConfig, SpoolError, body, store};

/// Batches purged per transaction, so that a landing never waits for a long clean-up; the next one goes on.
const MAX_PURGED: usize = 64;

/// One batch that has landed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentEntry {
    /// When it landed.
    pub landed_at: Timestamp,
    /// Its name at the receiver.
    pub id: BatchId,
    /// Its records; 0 in a tombstone.
    pub records: u32,
    /// Bytes of the compressed body as sealed here.
    pub bytes: u64,
    /// SHA-256 of the compressed body: what the receiver has stored it under.
    pub digest: Digest,
}

/// The sent journal of a spool.
#[derive(Debug, Clone, Copy)]
pub struct SentJournal<'a>(&'a Spool);

/// Where an entry stands: when it landed, and which batch it is.
type Place = (i64, BatchKey);

impl Spool {
    /// What has left.
    pub fn sent(&self) -> SentJournal<'_> {
        SentJournal(self)
    }
}

impl<'a> SentJournal<'a> {
    /// Batches that landed within `from..until`, oldest first. `None` leaves an end open.
    pub fn list(
        self,
        from: Option<Timestamp>,
        until: Option<Timestamp>,
    ) -> impl Iterator<Item = Result<SentEntry, SpoolError>> + 'a {
        let after = move |last: Option<&Place>| self.0.store.read(|txn| following(txn, last, from, until));
        steps(after)
    }

    /// The lines of one batch as they left, header first; `None` if it is not (any more) in the journal.
    pub fn show(self, id: &BatchId) -> Result<Option<Vec<u8>>, SpoolError> {
        for entry in self.list(None, None) {
            let entry = entry?;
            if entry.id == *id {
                return self.body(&entry);
            }
        }
        Ok(None)
    }

    /// The batches that landed within `from..until` with their lines; `None` for one that can't be opened any more.
    #[allow(clippy::type_complexity)] // a pair in an iterator of results
    pub fn export(
        self,
        from: Option<Timestamp>,
        until: Option<Timestamp>,
    ) -> impl Iterator<Item = Result<(SentEntry, Option<Vec<u8>>), SpoolError>> + 'a {
        self.list(from, until).map(move |entry| {
            let entry = entry?;
            let lines = self.body(&entry)?;
            Ok((entry, lines))
        })
    }

    /// Removes what is older or more than the journal may hold; returns how many batches. Landings do it too: this
    /// is for days on which nothing lands.
    pub fn purge(self, now: Timestamp) -> Result<u64, SpoolError> {
        let mut purged = 0;
        loop {
            let step = self.0.store.write(|txn| purge(txn, &self.0.config, now))?;
            purged += step as u64;
            if step < MAX_PURGED {
                return Ok(purged);
            }
        }
    }

    fn body(self, entry: &SentEntry) -> Result<Option<Vec<u8>>, SpoolError> {
        let key = BatchKey::from(&entry.id);
        let sealed = self
            .0
            .store
            .read(|txn| Ok(txn.open_table(BODIES)?.get(key.key())?.map(|sealed| sealed.value().to_vec())))?;
        let packed = self.0.unseal(&Found { key, digest: entry.digest, sealed })?;
        Ok(packed.and_then(|packed| body::unpack(&packed)))
    }
}

fn following(
    txn: &ReadTransaction,
    last: Option<&Place>,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
) -> Result<Option<(Place, SentEntry)>, SpoolError> {
    let oldest = (from.map_or(i64::MIN, Timestamp::as_micros), "", &[0; 16], 0);
    let start = match last {
        None => Bound::Included(oldest),
        Some((landed_at, key)) => {
            let (stream, epoch, seq) = key.key();
            Bound::Excluded((*landed_at, stream, epoch, seq))
        }
    };
    let end = match until {
        None => Bound::Unbounded,
        Some(until) => Bound::Excluded((until.as_micros(), "", &[0; 16], 0)),
    };
    let sent = txn.open_table(SENT)?;
    if from.zip(until).is_some_and(|(from, until)| from >= until) {
        return Ok(None);
    }
    let Some((place, row)) = sent.range::<(i64, &str, &[u8; 16], u64)>((start, end))?.next().transpose()?
    else {
        return Ok(None);
    };
    let (landed_at, stream, epoch, seq) = place.value();
    let (records, bytes, digest) = row.value();
    let key = BatchKey::new(stream, epoch, seq);
    let entry = SentEntry {
        landed_at: instant(landed_at, "sent")?,
        id: key.id().ok_or(SpoolError::Row { table: "sent" })?,
        records,
        bytes,
        digest: Digest(*digest),
    };
    Ok(Some(((landed_at, key), entry)))
}

/// Adds a batch that has landed.
pub(crate) fn put(
    txn: &WriteTransaction,
    key: &BatchKey,
    row: &PendingRow,
    now: Timestamp,
) -> Result<(), SpoolError> {
    let (stream, epoch, seq) = key.key();
    let place = (now.as_micros(), stream, epoch, seq);
    txn.open_table(SENT)?.insert(place, (row.records, row.sealed, &row.digest.0))?;
    let mut counters = txn.open_table(COUNTERS)?;
    store::add(&mut counters, SENT_BATCHES, 1)?;
    store::add(&mut counters, SENT_BYTES, row.sealed)
}

/// Removes the oldest batches beyond the bounds, up to [`MAX_PURGED`]; returns how many.
pub(crate) fn purge(
    txn: &WriteTransaction,
    config: &SpoolConfig,
    now: Timestamp,
) -> Result<usize, SpoolError> {
    let max_age = i64::try_from(config.journal_max_age.as_micros()).unwrap_or(i64::MAX);
    let keep_from = now.as_micros().saturating_sub(max_age);
    let mut sent = txn.open_table(SENT)?;
    let mut counters = txn.open_table(COUNTERS)?;
    for purged in 0..MAX_PURGED {
        let too_many = store::counter(&counters, SENT_BYTES)? > config.journal_max_bytes;
        let Some((place, row)) = sent.first()? else { return Ok(purged) };
        let ((landed_at, stream, epoch, seq), (_, bytes, _)) = (place.value(), row.value());
        if !too_many && landed_at >= keep_from {
            return Ok(purged);
        }
        txn.open_table(BODIES)?.remove((stream, epoch, seq))?;
        drop((place, row));
        sent.pop_first()?;
        store::subtract(&mut counters, SENT_BATCHES, 1)?;
        store::subtract(&mut counters, SENT_BYTES, bytes)?;
    }
    Ok(MAX_PURGED)
}
