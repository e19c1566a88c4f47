//! The spool as the uploader sees it. Every batch passes the second check here, on its exact bytes.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use labrelay_gate::batch::{self, BatchRefusal};
use labrelay_model::{BatchId, Reason, StreamId, Timestamp};
use labrelay_spool::{Spool, StoredBatch};
use labrelay_upload::{Cause, GivenOut, Outbox, OutboxError, OutgoingBatch, Refusal};
use tracing::{info, warn};

use crate::clock;
use crate::delivery_news::DeliveryNews;
use crate::delivery_progress::DeliveryProgress;
use crate::event::{self, Event};
use crate::gates::Gates;
use crate::status::Board;

/// Hands checked batches to the uploader and records what became of them.
pub(crate) struct SpoolOutbox {
    shared: Arc<Shared>,
    progress: DeliveryProgress,
    news: DeliveryNews,
}

struct Shared {
    spool: Arc<Spool>,
    gates: Gates,
    board: Board,
}

impl SpoolOutbox {
    /// The outbox over `spool`; how delivery goes is noted on `board`, and that it goes on in `progress`.
    pub(crate) fn new(spool: Arc<Spool>, gates: Gates, board: Board, progress: DeliveryProgress) -> Self {
        Self { shared: Arc::new(Shared { spool, gates, board }), progress, news: DeliveryNews::default() }
    }

    /// As `blocking`, for `stream` or for the whole.
    async fn for_stream<T: Send + 'static>(
        &self,
        stream: Option<&StreamId>,
        work: impl FnOnce(&Shared) -> anyhow::Result<T> + Send + 'static,
    ) -> Result<T, OutboxError> {
        let done = self.blocking(work).await;
        if done.is_err() {
            self.progress.spool_failed(stream);
        }
        done
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
                    set_aside(&batch.id, &format!("the second check refused it: {refusal}"));
                    self.spool.refused(&batch.id, Reason::SecondCheck, clock::now())?;
                }
            }
        }
        Ok(None)
    }
}

fn set_aside(batch: &BatchId, why: &str) {
    event::tell(Event::BatchSetAside, &batch.stream, &format_args!("Number {}; {why}", batch.seq.0));
}

impl Outbox for SpoolOutbox {
    async fn streams_pending(&self) -> Result<Vec<StreamId>, OutboxError> {
        self.progress.looks();
        self.blocking(|shared| Ok(shared.spool.streams_pending()?)).await
    }

    async fn next(&self, stream: &StreamId) -> Result<Option<OutgoingBatch>, OutboxError> {
        self.progress.sends(stream);
        let wanted = stream.clone();
        let batch = self.for_stream(Some(stream), move |shared| shared.next_checked(&wanted)).await?;
        if batch.is_none() {
            self.progress.ends(stream);
        }
        Ok(batch.map(|StoredBatch { id, records, body, digest, .. }| OutgoingBatch {
            id,
            records,
            body: body.into(),
            digest,
        }))
    }

    async fn landed(&self, batch: &BatchId) -> Result<(), OutboxError> {
        let id = batch.clone();
        let landed = move |shared: &Shared| Ok(shared.spool.landed(&id, clock::now())?);
        self.for_stream(Some(&batch.stream), landed).await?;
        Ok(())
    }

    /// HTTPS hands nothing off.
    async fn handed_off(&self, _: &BatchId) -> Result<(), OutboxError> {
        Ok(())
    }

    async fn refused(&self, batch: &BatchId, why: &Refusal) -> Result<(), OutboxError> {
        set_aside(batch, &format!("the receiver refused it: {why}"));
        let id = batch.clone();
        let refuse =
            move |shared: &Shared| Ok(shared.spool.refused(&id, Reason::RefusedByReceiver, clock::now())?);
        self.for_stream(Some(&batch.stream), refuse).await?;
        Ok(())
    }

    async fn withheld(&self, batch: &BatchId) -> Result<(), OutboxError> {
        let id = batch.clone();
        set_aside(batch, "the second check refused its request");
        let refuse =
            move |shared: &Shared| Ok(shared.spool.refused(&id, Reason::SecondCheck, clock::now())?);
        self.for_stream(Some(&batch.stream), refuse).await?;
        Ok(())
    }

    async fn given_out(&self) -> Result<GivenOut, OutboxError> {
        self.for_stream(None, |shared| {
            let marks = shared.spool.marks()?.into_iter();
            let last = marks.filter_map(|mark| Some((mark.stream, mark.last?))).collect();
            Ok(GivenOut { epoch: shared.spool.epoch()?, last })
        })
        .await
    }

    async fn new_epoch(&self) -> Result<(), OutboxError> {
        let epoch = self.blocking(|shared| Ok(shared.spool.new_epoch()?)).await?;
        event::tell(Event::NumberedAnew, &"", &format_args!("The new epoch is {epoch}."));
        Ok(())
    }

    fn receiver_clock(&self, receivers: Timestamp) -> bool {
        let trouble = clock::trouble(clock::now(), receivers);
        let agrees = trouble.is_none();
        match (self.shared.board.set_clock_trouble(trouble.clone()), trouble) {
            (false, Some(trouble)) => {
                event::tell(Event::ClockWrong, &"", &trouble);
            }
            (true, None) => {
                event::tell(Event::ClockRight, &"", &"");
            }
            _ => {}
        }
        agrees
    }

    fn delayed(&self, stream: Option<&StreamId>, cause: &Cause, wait: Duration) {
        self.progress.waits(stream, wait);
        self.news.delayed(stream, cause);
        let stream = stream.map_or_else(|| "-".to_owned(), ToString::to_string);
        warn!(stream, wait_s = wait.as_secs_f32(), "not delivered yet, nothing is lost: {cause}");
        self.shared.board.delivery(Some(cause.to_string()));
    }

    fn flowing(&self, stream: Option<&StreamId>) {
        self.news.flowing();
        if self.shared.board.delivery(None) {
            info!(stream = stream.map(tracing::field::display), "delivery goes on");
        }
    }
}
