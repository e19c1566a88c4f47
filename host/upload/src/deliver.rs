//! The delivery loop: the oldest batch of every stream, one at a time per stream, until the receiver has it.
//!
//! Streams don't wait for each other: one that is held back by an unregistered manifest or backs off leaves the
//! others alone. Gives up nothing, drops nothing, stores nothing.

use std::collections::HashSet;
use std::num::NonZeroU64;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use labrelay_model::{Epoch, StreamId};
use tokio::sync::{Notify, RwLock, watch};
use tokio::time::{sleep, timeout};

use crate::backoff::{self, Backoff};
use crate::bandwidth::Bandwidth;
use crate::{Cause, Outbox, OutboxError, OutgoingBatch, Sent, Trouble, Uploader, marks};

/// The outbox is looked at this often even if nobody says that there is something new: the net under a lost
/// wake-up or a failed look.
pub const LOOK_AGAIN: Duration = Duration::from_secs(30);
/// How often the receiver is asked for its clock: a PC's is set seldom, and there are many PCs.
const ASK_CLOCK_EVERY: Duration = Duration::from_secs(3600);
/// The same while the clocks do not agree: somebody may be setting this PC's just now.
const ASK_CLOCK_SOON: Duration = Duration::from_secs(20);
/// How long what is being sent may take when asked to stop. What does not make it is sent again after the
/// next start, so this saves a repetition, no data.
const STOP_GRACE: Duration = Duration::from_secs(2);

/// How to send.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    /// Most bytes of bodies per second, on average; `None` for as fast as the line is.
    pub bytes_per_second: Option<NonZeroU64>,
    /// Numbers from 0 to 1, for the jitter of waits.
    pub jitter: fn() -> f64,
}

impl Default for Policy {
    fn default() -> Self {
        Self { bytes_per_second: None, jitter: backoff::random }
    }
}

/// Delivers until `stop` turns true (or its sender is gone). Call `wake.notify_one()` after every
/// commit to the outbox.
pub async fn deliver<U: Uploader, O: Outbox>(
    uploader: &U,
    outbox: &O,
    policy: &Policy,
    wake: &Notify,
    stop: watch::Receiver<bool>,
) {
    let delivery = Delivery {
        uploader,
        outbox,
        jitter: policy.jitter,
        bandwidth: Bandwidth::new(policy.bytes_per_second),
        numbering: RwLock::new(()),
        line_is_back: Notify::new(),
        stop,
    };
    delivery.compare_marks().await;
    tokio::select! {
        () = delivery.run(wake) => {}
        () = delivery.keep_comparing_clocks() => {}
    }
}

struct Delivery<'a, U, O> {
    uploader: &'a U,
    outbox: &'a O,
    jitter: fn() -> f64,
    bandwidth: Bandwidth,
    /// Read while a batch is under way, written to number anew: a batch that lands must still have its number.
    numbering: RwLock<()>,
    line_is_back: Notify,
    stop: watch::Receiver<bool>,
}

enum Progress {
    Moved,
    NothingLeft,
}

/// Why a stream has to wait.
enum Setback {
    Receiver(Cause, Option<Duration>),
    Outbox(OutboxError),
}

impl From<OutboxError> for Setback {
    fn from(error: OutboxError) -> Self {
        Setback::Outbox(error)
    }
}

impl From<Trouble> for Setback {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Retry { after, cause } => Setback::Receiver(cause, after),
            Trouble::NewEpochNeeded => Setback::Receiver(Cause::NumberTaken, None),
        }
    }
}

impl<U: Uploader, O: Outbox> Delivery<'_, U, O> {
    async fn run(&self, wake: &Notify) {
        let (mut draining, mut busy) = (FuturesUnordered::new(), HashSet::new());
        while !self.is_stopping() {
            for stream in self.pending().await {
                if busy.insert(stream.clone()) {
                    draining.push(self.drain(stream));
                }
            }
            tokio::select! {
                () = self.stopped() => break,
                () = wake.notified() => {}
                () = sleep(LOOK_AGAIN) => {}
                Some(stream) = draining.next() => { busy.remove(&stream); }
            }
        }
        let _ = timeout(STOP_GRACE, draining.for_each(|_| std::future::ready(()))).await;
    }

    async fn pending(&self) -> Vec<StreamId> {
        self.outbox.streams_pending().await.unwrap_or_else(|error| {
            tracing::error!(%error, "the spool can't be read; looking again");
            Vec::new()
        })
    }

    /// Sends a stream's batches until none is left; gives the stream back.
    async fn drain(&self, stream: StreamId) -> StreamId {
        let mut backoff = Backoff::new(self.jitter);
        while !self.is_stopping() {
            match self.send_next(&stream).await {
                Ok(Progress::Moved) => {
                    backoff.success();
                    self.outbox.flowing(Some(&stream));
                }
                Ok(Progress::NothingLeft) => break,
                Err(setback) => self.wait(Some(&stream), setback, &mut backoff).await,
            }
        }
        stream
    }

    async fn send_next(&self, stream: &StreamId) -> Result<Progress, Setback> {
        let under_way = self.numbering.read().await;
        let Some(batch) = self.outbox.next(stream).await? else { return Ok(Progress::NothingLeft) };
        self.bandwidth.wait_for(batch.body.len()).await;
        match self.uploader.send(&batch).await {
            Ok(sent) => self.note(&batch, sent).await?,
            Err(Trouble::NewEpochNeeded) => {
                drop(under_way);
                self.number_anew(batch.id.epoch).await?;
                return Err(Trouble::NewEpochNeeded.into()); // waits: no receiver may make us do this in a hurry
            }
            Err(trouble) => return Err(trouble.into()),
        }
        Ok(Progress::Moved)
    }

    async fn note(&self, batch: &OutgoingBatch, sent: Sent) -> Result<(), OutboxError> {
        self.line_is_back.notify_waiters();
        match sent {
            Sent::Landed => self.outbox.landed(&batch.id).await,
            Sent::HandedOff => self.outbox.handed_off(&batch.id).await,
            Sent::Refused(why) => {
                tracing::error!(stream = %batch.id.stream, seq = %batch.id.seq, %why, "batch set aside");
                self.outbox.refused(&batch.id, &why).await
            }
            Sent::Withheld(why) => {
                tracing::error!(stream = %batch.id.stream, seq = %batch.id.seq, why, "set aside by the second check");
                self.outbox.withheld(&batch.id).await
            }
        }
    }

    /// Begins a new epoch once nothing is under way, unless another stream has done so meanwhile.
    async fn number_anew(&self, old: Epoch) -> Result<(), OutboxError> {
        let _nothing_under_way = self.numbering.write().await;
        if self.outbox.given_out().await?.epoch != old {
            return Ok(());
        }
        tracing::warn!("the receiver holds other batches under our numbers: beginning a new epoch");
        self.outbox.new_epoch().await
    }

    /// Asks what the receiver holds, until it answers.
    async fn compare_marks(&self) {
        let mut backoff = Backoff::new(self.jitter);
        while !self.is_stopping() {
            let compared = tokio::select! {
                () = self.stopped() => return,
                compared = self.compare_marks_once() => compared,
            };
            match compared {
                Ok(()) => return self.outbox.flowing(None),
                Err(setback) => self.wait(None, setback, &mut backoff).await,
            }
        }
    }

    async fn compare_marks_once(&self) -> Result<(), Setback> {
        let theirs = self.uploader.marks().await?;
        self.outbox.receiver_clock(theirs.now);
        let ours = self.outbox.given_out().await?;
        if marks::receiver_is_ahead(&theirs, &ours) {
            self.number_anew(ours.epoch).await?;
        }
        Ok(())
    }

    /// The clocks may part, and come together again, while nothing is sent. Never ends by itself.
    async fn keep_comparing_clocks(&self) {
        let mut agree = false; // until they have been seen to: the first question comes soon
        loop {
            sleep(if agree { ASK_CLOCK_EVERY } else { ASK_CLOCK_SOON }).await;
            let theirs = match self.uploader.marks().await {
                Ok(marks) => Some(marks.now),
                Err(Trouble::Retry { cause, .. }) => cause.receiver_clock(),
                Err(Trouble::NewEpochNeeded) => None,
            };
            if let Some(theirs) = theirs {
                agree = self.outbox.receiver_clock(theirs);
            }
        }
    }

    /// Waits after a failure; a connection that works again for another stream ends the wait for the line.
    async fn wait(&self, stream: Option<&StreamId>, setback: Setback, backoff: &mut Backoff) {
        let name = stream.map(tracing::field::display);
        let (wait, is_connection) = match setback {
            Setback::Receiver(cause, asked_for) => {
                let wait = backoff.after_failure(asked_for);
                if let Some(theirs) = cause.receiver_clock() {
                    self.outbox.receiver_clock(theirs);
                }
                tracing::warn!(stream = name, ?wait, "not delivered yet: {cause}");
                self.outbox.delayed(stream, &cause, wait);
                (wait, cause.is_connection())
            }
            Setback::Outbox(error) => {
                let wait = backoff.after_failure(None);
                tracing::error!(stream = name, ?wait, %error, "the spool failed; trying again");
                (wait, false)
            }
        };
        tokio::select! {
            () = sleep(wait) => {}
            () = self.line_is_back.notified(), if is_connection => {}
            () = self.stopped() => {}
        }
    }

    fn is_stopping(&self) -> bool {
        *self.stop.borrow() || self.stop.has_changed().is_err()
    }

    async fn stopped(&self) {
        let _ = self.stop.clone().wait_for(|&stop| stop).await;
    }
}
