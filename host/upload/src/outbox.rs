//! Where batches wait: what `deliver` needs of a spool. The host's wiring implements it.

use std::future::Future;
use std::time::Duration;

use labrelay_model::{BatchId, Epoch, Seq, StreamId, Timestamp};

use crate::{Cause, OutgoingBatch, Refusal};

/// The outbox itself failed, such as by a full disk. For the operator; holds no content of a record.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct OutboxError(pub Box<dyn std::error::Error + Send + Sync>);

/// Numbers that this outbox has ever given to batches of its current life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenOut {
    /// The current life.
    pub epoch: Epoch,
    /// The highest number of each stream that has any.
    pub last: Vec<(StreamId, Seq)>,
}

/// Batches waiting to be sent. A batch stays until it is `landed` or `refused`, whatever happens in between.
/// Methods that fail are called again.
pub trait Outbox: Sync {
    /// Streams with a batch waiting.
    fn streams_pending(&self) -> impl Future<Output = Result<Vec<StreamId>, OutboxError>> + Send;

    /// The oldest batch of a stream.
    fn next(
        &self,
        stream: &StreamId,
    ) -> impl Future<Output = Result<Option<OutgoingBatch>, OutboxError>> + Send;

    /// The receiver holds it durably.
    fn landed(&self, batch: &BatchId) -> impl Future<Output = Result<(), OutboxError>> + Send;

    /// Another transport has it: keep it, and don't give it again before that one has failed.
    fn handed_off(&self, batch: &BatchId) -> impl Future<Output = Result<(), OutboxError>> + Send;

    /// The receiver will never take it: a tombstone takes its place. Refusing a tombstone is an error.
    fn refused(&self, batch: &BatchId, why: &Refusal)
    -> impl Future<Output = Result<(), OutboxError>> + Send;

    /// The second check does not let it out: a tombstone takes its place, as of one that is refused.
    fn withheld(&self, batch: &BatchId) -> impl Future<Output = Result<(), OutboxError>> + Send;

    /// The numbers given so far.
    fn given_out(&self) -> impl Future<Output = Result<GivenOut, OutboxError>> + Send;

    /// Numbers all that waits anew, under a new epoch. Called only while nothing is being sent.
    fn new_epoch(&self) -> impl Future<Output = Result<(), OutboxError>> + Send;

    /// Told what the receiver's clock shows, whenever the receiver says so; gives whether this PC's agrees with it.
    /// While it does not, the receiver is asked again soon.
    fn receiver_clock(&self, now: Timestamp) -> bool {
        let _ = now;
        true
    }

    /// Told of every wait, for `status`; `stream` is `None` while the receiver's marks are asked for.
    fn delayed(&self, stream: Option<&StreamId>, cause: &Cause, wait: Duration) {
        let _ = (stream, cause, wait);
    }

    /// Told of every success, which ends what `delayed` told.
    fn flowing(&self, stream: Option<&StreamId>) {
        let _ = stream;
    }
}
