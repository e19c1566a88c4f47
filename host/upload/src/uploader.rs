//! What an uploader is: one way to get a batch out of the house, and what may come of it.

use std::fmt;
use std::future::Future;
use std::time::Duration;

use bytes::Bytes;
use labrelay_model::wire::{Marks, ProblemCode};
use labrelay_model::{BatchId, Digest, Reason};

use crate::Cause;

/// A batch on its way out.
#[derive(Clone, PartialEq, Eq)]
pub struct OutgoingBatch {
    /// Its name at the receiver.
    pub id: BatchId,
    /// Its records; 0 in a tombstone.
    pub records: u32,
    /// The exact bytes to send.
    pub body: Bytes,
    /// SHA-256 of `body`.
    pub digest: Digest,
}

impl fmt::Debug for OutgoingBatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let BatchId { stream, seq, .. } = &self.id;
        write!(f, "OutgoingBatch({stream} {seq}, {} records, {} bytes)", self.records, self.body.len())
    }
}

/// What became of a batch that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// The receiver holds it durably and said so for this very batch.
    Landed,
    /// Another transport has it, and its receipt comes later: keep the batch until then.
    HandedOff,
    /// The receiver will never take it.
    Refused(Refusal),
    /// The second check refused its path or a header, so nothing was sent: why, without a value.
    Withheld(String),
}

/// Why a receiver will never take a batch. Holds no content of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the receiver refused the batch: {code:?}, reason {reason:?}, line {line:?}")]
pub struct Refusal {
    /// The receiver's code.
    pub code: ProblemCode,
    /// The gate's reason, where the receiver's gate refused.
    pub reason: Option<Reason>,
    /// 1-based line of the body where it did.
    pub line: Option<u32>,
}

/// Why a batch did not arrive. It stays in the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// Try the same again.
    Retry {
        /// Not before this has passed, if the receiver said so.
        after: Option<Duration>,
        /// For lab IT.
        cause: Cause,
    },
    /// The receiver holds another batch under this number: this spool is a copy or was restored. Number
    /// anew under a new epoch.
    NewEpochNeeded,
}

impl Trouble {
    pub(crate) fn retry(cause: Cause) -> Self {
        Trouble::Retry { after: None, cause }
    }
}

/// One way to get batches to a receiver. Sending a batch twice does no harm.
pub trait Uploader: Sync {
    /// Sends one batch. Dropping the future is safe at any time.
    fn send(&self, batch: &OutgoingBatch) -> impl Future<Output = Result<Sent, Trouble>> + Send;

    /// What the receiver holds of this device.
    fn marks(&self) -> impl Future<Output = Result<Marks, Trouble>> + Send;
}
