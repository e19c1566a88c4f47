//! What would leave, in the clear: for whoever wants to see it before it does.

use std::ops::Bound;

use labrelay_model::BatchId;
use redb::ReadTransaction;

use crate::backlog::PendingRow;
use crate::layout::{BatchKey, PENDING};
use crate::outbox::{self, Found};
use crate::step::steps;
use crate::{Spool, SpoolError, body};

/// A pending batch in the clear.
#[derive(Clone, PartialEq, Eq)]
pub struct PeekedBatch {
    /// Its name at the receiver.
    pub id: BatchId,
    /// Its records; 0 in a tombstone.
    pub records: u32,
    /// Header line and record lines; `None` if it is damaged, and will be replaced when its turn comes.
    pub ndjson: Option<Vec<u8>>,
}

impl std::fmt::Debug for PeekedBatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PeekedBatch({} {}, {} records)", self.id.stream, self.id.seq, self.records)
    }
}

impl Spool {
    /// The pending batches, stream by stream in the order of their numbers, one at a time.
    pub fn peek(&self) -> impl Iterator<Item = Result<PeekedBatch, SpoolError>> + '_ {
        steps(|last: Option<&BatchKey>| {
            let Some((row, found)) = self.store.read(|txn| following(txn, last))? else { return Ok(None) };
            let id = found.key.id().ok_or(SpoolError::Row { table: "pending" })?;
            let ndjson = self.unseal(&found)?.and_then(|packed| body::unpack(&packed));
            Ok(Some((found.key, PeekedBatch { id, records: row.records, ndjson })))
        })
    }
}

fn following(
    txn: &ReadTransaction,
    last: Option<&BatchKey>,
) -> Result<Option<(PendingRow, Found)>, SpoolError> {
    let start = last.map_or(Bound::Unbounded, |key| Bound::Excluded(key.key()));
    let pending = txn.open_table(PENDING)?;
    let Some((key, _)) =
        pending.range::<(&str, &[u8; 16], u64)>((start, Bound::Unbounded))?.next().transpose()?
    else {
        return Ok(None);
    };
    let (stream, epoch, seq) = key.value();
    outbox::find(txn, &BatchKey::new(stream, epoch, seq))
}
