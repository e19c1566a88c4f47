//! The spool as the uploader sees it. Every batch passes the second check here, on its exact bytes.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use labrelay_gate::batch::{self, BatchRefusal};
use labrelay_model::{BatchId, Reason, StreamId, Timestamp};
use labrelay_spool::{Spool, StoredBatch};
use labrelay_upload::{Cause, GivenOut, Outbox, OutboxError, OutgoingBatch, Refusal};
use tracing::{error, info, warn};

use crate::clock;
use crate::gates::Gates;
use crate::status::Board;

/// Hands checked batches to the uploader and records what became of them.
pub(crate) struct SpoolOutbox {
    shared: Arc<Shared>,
}

struct Shared {
    spool: Arc<Spool>,
    gates: Gates,
    board: Board,
}

impl SpoolOutbox {
    /// The outbox over `spool`; how delivery goes is noted on `board`.
    pub(crate) fn new(spool: Arc<Spool>, gates: Gates, board: Board) -> Self {
        Self { shared: Arc::new(Shared { spool, gates, board }) }
    }

    /// Runs what waits for the disk away from the thread that talks to the network.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Shared) -> anyhow::Result<T> + Send + 'static,
    ) -> Result<T, OutboxError> {
        let shared = Arc::clone(&self.shared);
        let done = tokio::task::spawn_blocking(move || work(&shared)).await;
        done.unwrap_or_else(|error| Err(error.into())).map_err(|error| OutboxError(error.into()))
    }
}

impl Shared {
    /// The oldest batch that passes the second check. One that does not is set aside: it must never leave.
    fn next_checked(&self, stream: &StreamId) -> anyhow::Result<Option<StoredBatch>> {
        while let Some(batch) = self.spool.next_batch(stream, None)? {
            match batch::check(|_, sha256| self.gates.find(sha256), &batch.body, clock::now()) {
                Ok(_) => return Ok(Some(batch)),
                Err(refusal @ BatchRefusal::UnknownManifest { .. }) => {
                    return Err(anyhow!(refusal))
                        .context("the copy kept in the state folder is gone; restore it");
                }
                Err(refusal) => {
                    error!(%stream, seq = batch.id.seq.0, "set aside by the second check: {refusal}");
                    self.spool.refused(&batch.id, Reason::SecondCheck, clock::now())?;
                }
            }
        }
        Ok(None)
    }
}

impl Outbox for SpoolOutbox {
    async fn streams_pending(&self) -> Result<Vec<StreamId>, OutboxError> {
        self.blocking(|shared| Ok(shared.spool.streams_pending()?)).await
    }

    async fn next(&self, stream: &StreamId) -> Result<Option<OutgoingBatch>, OutboxError> {
        let stream = stream.clone();
        let batch = self.blocking(move |shared| shared.next_checked(&stream)).await?;
        Ok(batch.map(|StoredBatch { id, records, body, digest, .. }| OutgoingBatch {
            id,
            records,
            body: body.into(),
            digest,
        }))
    }

    async fn landed(&self, batch: &BatchId) -> Result<(), OutboxError> {
        let id = batch.clone();
        self.blocking(move |shared| Ok(shared.spool.landed(&id, clock::now())?)).await?;
        Ok(())
    }

    /// HTTPS hands nothing off.
    async fn handed_off(&self, _: &BatchId) -> Result<(), OutboxError> {
        Ok(())
    }

    async fn refused(&self, batch: &BatchId, why: &Refusal) -> Result<(), OutboxError> {
        warn!(stream = %batch.stream, seq = batch.seq.0, "set aside: {why}");
        let id = batch.clone();
        let refuse =
            move |shared: &Shared| Ok(shared.spool.refused(&id, Reason::RefusedByReceiver, clock::now())?);
        self.blocking(refuse).await?;
        Ok(())
    }

    async fn withheld(&self, batch: &BatchId) -> Result<(), OutboxError> {
        let id = batch.clone();
        self.blocking(move |shared| Ok(shared.spool.refused(&id, Reason::SecondCheck, clock::now())?))
            .await?;
        Ok(())
    }

    async fn given_out(&self) -> Result<GivenOut, OutboxError> {
        self.blocking(|shared| {
            let marks = shared.spool.marks()?.into_iter();
            let last = marks.filter_map(|mark| Some((mark.stream, mark.last?))).collect();
            Ok(GivenOut { epoch: shared.spool.epoch()?, last })
        })
        .await
    }

    async fn new_epoch(&self) -> Result<(), OutboxError> {
        let epoch = self.blocking(|shared| Ok(shared.spool.new_epoch()?)).await?;
        warn!(%epoch, "this spool was restored or copied: what waits is numbered anew");
        Ok(())
    }

    fn receiver_clock(&self, receivers: Timestamp) -> bool {
        let trouble = clock::trouble(clock::now(), receivers);
        let agrees = trouble.is_none();
        match (self.shared.board.set_clock_trouble(trouble.clone()), trouble) {
            (false, Some(trouble)) => error!("{trouble}"),
            (true, None) => info!("this PC's clock agrees with the receiver's again; collecting goes on"),
            _ => {}
        }
        agrees
    }

    fn delayed(&self, stream: Option<&StreamId>, cause: &Cause, wait: Duration) {
        let stream = stream.map_or_else(|| "-".to_owned(), ToString::to_string);
        warn!(stream, wait_s = wait.as_secs_f32(), "not delivered yet, nothing is lost: {cause}");
        self.shared.board.delivery(Some(cause.to_string()));
    }

    fn flowing(&self, stream: Option<&StreamId>) {
        if self.shared.board.delivery(None) {
            info!(stream = stream.map(tracing::field::display), "delivery goes on");
        }
    }
}
