//! What the spool holds, from sums that are kept: cheap however much that is.

use std::sync::atomic::Ordering;

use labrelay_model::{Epoch, Timestamp};
use redb::{ReadTransaction, ReadableTable};

use crate::backlog::{self, PendingRow, instant};
use crate::layout::{self, COUNTERS, META, PENDING, STREAMS};
use crate::stream::StreamRow;
use crate::{Spool, SpoolError, store};

/// The state of a spool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpoolStatus {
    /// Its life.
    pub epoch: Epoch,
    /// What pending batches count towards the bound.
    pub bytes: u64,
    /// The bound.
    pub max_bytes: u64,
    /// Pending batches.
    pub batches: u64,
    /// Their records.
    pub records: u64,
    /// When the oldest pending batch was committed.
    pub oldest: Option<Timestamp>,
    /// Whether the last commit was refused for want of room, and nothing has landed since.
    pub full: bool,
    /// Batches in the sent journal.
    pub sent_batches: u64,
    /// Their sealed bytes.
    pub sent_bytes: u64,
    /// The quarantine.
    pub quarantine: QuarantineStatus,
    /// Batches that were damaged on the disk and replaced by tombstones, ever.
    pub damaged_batches: u64,
}

/// The state of the quarantine, in units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuarantineStatus {
    /// Units kept.
    pub entries: u64,
    /// Bytes of their messages.
    pub bytes: u64,
    /// Units whose messages were purged to keep the bound.
    pub purged: u64,
    /// Units that were only counted, since the site has set no recipient.
    pub unkept: u64,
}

/// Sums over all streams.
pub(crate) struct Sums {
    pub(crate) batches: u64,
    pub(crate) records: u64,
    pub(crate) bytes: u64,
}

impl Spool {
    /// What the spool holds now.
    pub fn status(&self) -> Result<SpoolStatus, SpoolError> {
        self.store.read(|txn| {
            let counters = txn.open_table(COUNTERS)?;
            let counter = |name| store::counter(&counters, name);
            let Sums { batches, records, bytes } = sums(&txn.open_table(STREAMS)?)?;
            Ok(SpoolStatus {
                epoch: backlog::epoch(&txn.open_table(META)?)?,
                bytes,
                max_bytes: self.config.max_bytes,
                batches,
                records,
                oldest: oldest(txn)?,
                full: self.full.load(Ordering::Relaxed),
                sent_batches: counter(layout::SENT_BATCHES)?,
                sent_bytes: counter(layout::SENT_BYTES)?,
                quarantine: QuarantineStatus {
                    entries: counter(layout::QUARANTINE_ENTRIES)?,
                    bytes: counter(layout::QUARANTINE_BYTES)?,
                    purged: counter(layout::QUARANTINE_PURGED)?,
                    unkept: counter(layout::QUARANTINE_UNKEPT)?,
                },
                damaged_batches: counter(layout::DAMAGED_BATCHES)?,
            })
        })
    }
}

/// Adds up the rows of `streams`: a few dozen at most.
pub(crate) fn sums(
    streams: &impl ReadableTable<&'static str, (u64, u64, u64, u64, &'static str)>,
) -> Result<Sums, SpoolError> {
    let mut sums = Sums { batches: 0, records: 0, bytes: 0 };
    for row in streams.iter()? {
        let stream = StreamRow::from_value(row?.1.value());
        sums.batches += stream.batches;
        sums.records += stream.records;
        sums.bytes += stream.bytes;
    }
    Ok(sums)
}

/// The time of the first pending batch of each stream, and of these the oldest.
fn oldest(txn: &ReadTransaction) -> Result<Option<Timestamp>, SpoolError> {
    let (pending, mut oldest) = (txn.open_table(PENDING)?, None);
    for stream in txn.open_table(STREAMS)?.iter()? {
        let stream = stream?.0;
        let span = (stream.value(), &[0; 16], 0)..=(stream.value(), &[u8::MAX; 16], u64::MAX);
        let Some((_, row)) = pending.range(span)?.next().transpose()? else { continue };
        let committed_at = PendingRow::from_value(row.value()).committed_at;
        oldest = Some(oldest.map_or(committed_at, |oldest: i64| oldest.min(committed_at)));
    }
    oldest.map(|micros| instant(micros, "pending")).transpose()
}
