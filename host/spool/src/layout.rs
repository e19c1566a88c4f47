//! The on-disk format, version 1: one redb 4 database, `spool.redb`, with these tables.
//!
//! Numbers are redb's own fixed-width integers, texts are UTF-8, times are microseconds since 1970 in UTC, days
//! are whole days since 1970. A *batch key* is (`family.stream`, epoch, number).
//!
//! | table | key | value |
//! |---|---|---|
//! | `meta` | name | `format`: version, `u32` big-endian; `epoch`: 16 bytes |
//! | `data_keys` | id | AES-256 key, wrapped by the storage key; id 0 proves the storage key and seals nothing |
//! | `streams` | `family.stream` | next number, pending batches, records, bytes; header for a tombstone |
//! | `pending` | batch key | records, sealed bytes, time of the commit, SHA-256 of the compressed body |
//! | `bodies` | batch key | the compressed body, sealed; for pending and sent batches alike |
//! | `sent` | (time landed, batch key) | records, sealed bytes, SHA-256 of the compressed body |
//! | `damaged` | batch key | a sealed body that could not be opened, as it was found |
//! | `cursors` | family | the cursor, sealed |
//! | `gate_state` | family | what the gate remembers, sealed; for the gate alone |
//! | `logs` | (family, source, identity) | what was read of a log that is followed, sealed; for its source alone |
//! | `seen` | (family, source, identity) | last day on which the input was present |
//! | `ledger` | (family, source, stream or empty, outcome, reason or 0) | units, records |
//! | `read` | (family, source) | units read, counted before they were judged |
//! | `landed` | `family.stream` | records that have landed, in all epochs |
//! | `gaps` | (family, source, reason) | gaps, bytes seen and never read |
//! | `refused` | (`family.stream`, reason) | batches and records replaced by tombstones |
//! | `quarantine` | (day, number) | entries; one age message of NDJSON |
//! | `quarantine_counts` | (day, number, family, stream or empty, reason) | units of that message, bytes of their raw parts |
//! | `counters` | name | sums kept so that nothing needs to be scanned |
//!
//! **Sealed** means: id of the data key (`u32` big-endian), nonce counter (`u64` big-endian), then AES-256-GCM
//! ciphertext and tag, under the nonce `0⁴ ‖ counter`; the associated data is specified in `seal.rs`.
//!
//! **Constraints**, each kept by every transaction:
//! - each `pending` row and each `sent` row has its row in `bodies`, and each `bodies` row has one of these two;
//! - the pending numbers of a stream and epoch end at `next - 1` and have no hole; the first may be above 1;
//! - a stream's three sums equal the sums over its `pending` rows (bytes with [`ROW_OVERHEAD`] each);
//! - `pending` rows of another epoch than `meta.epoch` are there only while a new epoch is being moved to;
//! - a body names a data key that `data_keys` holds;
//! - the counts of a `quarantine` row add up to its entries; a row of a build before there were counts has none.
//!
//! A changed meaning of any of this is a new version; an older build refuses a newer version and touches nothing.

use labrelay_model::{BatchId, Epoch, Seq, StreamId};
use redb::TableDefinition;

/// The version that this build reads and writes.
pub(crate) const FORMAT: u32 = 1;
/// Name of the database in the spool's folder.
pub(crate) const FILE_NAME: &str = "spool.redb";
/// What one pending batch costs beside its sealed body: its row and key, twice, and its share of tree pages.
pub(crate) const ROW_OVERHEAD: u64 = 512;
/// One day in microseconds.
pub(crate) const DAY_US: i64 = 24 * 3600 * 1_000_000;

type Batch = (&'static str, &'static [u8; 16], u64);
type LandedBatch = (i64, &'static str, &'static [u8; 16], u64);
/// Key of a line of `quarantine_counts`.
pub(crate) type QuarantineCountKey = (i64, u64, &'static str, &'static str, u16);
type LedgerLine = (&'static str, &'static str, &'static str, u8, u16);

pub(crate) const META: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("meta");
pub(crate) const DATA_KEYS: TableDefinition<'_, u32, &[u8]> = TableDefinition::new("data_keys");
pub(crate) const STREAMS: TableDefinition<'_, &str, (u64, u64, u64, u64, &str)> =
    TableDefinition::new("streams");
pub(crate) const PENDING: TableDefinition<'_, Batch, (u32, u64, i64, &[u8; 32])> =
    TableDefinition::new("pending");
pub(crate) const BODIES: TableDefinition<'_, Batch, &[u8]> = TableDefinition::new("bodies");
pub(crate) const SENT: TableDefinition<'_, LandedBatch, (u32, u64, &[u8; 32])> = TableDefinition::new("sent");
pub(crate) const DAMAGED: TableDefinition<'_, Batch, &[u8]> = TableDefinition::new("damaged");
pub(crate) const CURSORS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("cursors");
pub(crate) const GATE_STATE: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("gate_state");
pub(crate) const LOGS: TableDefinition<'_, (&str, &str, &[u8; 32]), &[u8]> = TableDefinition::new("logs");
pub(crate) const SEEN: TableDefinition<'_, (&str, &str, &[u8; 32]), i64> = TableDefinition::new("seen");
pub(crate) const LEDGER: TableDefinition<'_, LedgerLine, (u64, u64)> = TableDefinition::new("ledger");
pub(crate) const READ: TableDefinition<'_, (&str, &str), u64> = TableDefinition::new("read");
pub(crate) const LANDED: TableDefinition<'_, &str, u64> = TableDefinition::new("landed");
pub(crate) const GAPS: TableDefinition<'_, (&str, &str, u16), (u64, u64)> = TableDefinition::new("gaps");
pub(crate) const REFUSED: TableDefinition<'_, (&str, u16), (u64, u64)> = TableDefinition::new("refused");
pub(crate) const QUARANTINE: TableDefinition<'_, (i64, u64), (u32, &[u8])> =
    TableDefinition::new("quarantine");
pub(crate) const QUARANTINE_COUNTS: TableDefinition<'_, QuarantineCountKey, (u64, u64)> =
    TableDefinition::new("quarantine_counts");
pub(crate) const COUNTERS: TableDefinition<'_, &str, u64> = TableDefinition::new("counters");

/// `meta`: the format's version.
pub(crate) const META_FORMAT: &str = "format";
/// `meta`: the spool's life.
pub(crate) const META_EPOCH: &str = "epoch";

/// `counters`: sealed bytes in the sent journal.
pub(crate) const SENT_BYTES: &str = "sent_bytes";
/// `counters`: batches in the sent journal.
pub(crate) const SENT_BATCHES: &str = "sent_batches";
/// `counters`: bytes of the age messages in the quarantine.
pub(crate) const QUARANTINE_BYTES: &str = "quarantine_bytes";
/// `counters`: entries in those messages.
pub(crate) const QUARANTINE_ENTRIES: &str = "quarantine_entries";
/// `counters`: highest number that a message of the quarantine has had.
pub(crate) const QUARANTINE_LAST: &str = "quarantine_last_number";
/// `counters`: entries whose message was purged, to keep a bound or by an administrator.
pub(crate) const QUARANTINE_PURGED: &str = "quarantine_purged_entries";
/// `counters`: entries that were only counted, for want of a recipient.
pub(crate) const QUARANTINE_UNKEPT: &str = "quarantine_unkept_entries";
/// `counters`: batches set aside as damaged, ever.
pub(crate) const DAMAGED_BATCHES: &str = "damaged_batches";
/// `counters`: bytes in `damaged`.
pub(crate) const DAMAGED_BYTES: &str = "damaged_bytes";

/// A batch's identity in the form that makes up its key.
#[derive(Clone, Debug)]
pub(crate) struct BatchKey {
    stream: String,
    epoch: Epoch,
    seq: Seq,
}

impl BatchKey {
    pub(crate) fn new(stream: &str, epoch: &[u8; 16], seq: u64) -> Self {
        Self { stream: stream.into(), epoch: Epoch(*epoch), seq: Seq(seq) }
    }

    pub(crate) fn key(&self) -> (&str, &[u8; 16], u64) {
        (&self.stream, &self.epoch.0, self.seq.0)
    }

    pub(crate) fn stream(&self) -> &str {
        &self.stream
    }

    /// The identity, unless the stream's name is none: then the row is damaged.
    pub(crate) fn id(&self) -> Option<BatchId> {
        let stream: StreamId = self.stream.parse().ok()?;
        Some(BatchId { stream, epoch: self.epoch, seq: self.seq })
    }
}

impl From<&BatchId> for BatchKey {
    fn from(id: &BatchId) -> Self {
        Self { stream: id.stream.to_string(), epoch: id.epoch, seq: id.seq }
    }
}
