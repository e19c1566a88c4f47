//! An outbox in memory, and an uploader that does what a test says.

use std::collections::{BTreeMap, VecDeque};
use std::num::NonZeroU64;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use labrelay_model::wire::{Mark, Marks};
use labrelay_model::{BatchId, Digest, Epoch, Seq, StreamId, Timestamp};
use labrelay_upload::{
    Cause, GivenOut, Outbox, OutboxError, OutgoingBatch, Policy, Refusal, Sent, Trouble, Uploader, deliver,
};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

const MONTH: Duration = Duration::from_secs(30 * 24 * 3600);

/// The present, as the receiver says it unless a test says otherwise.
pub(crate) const NOW: &str = "2026-01-02T03:04:05Z";

pub(crate) fn stream(name: &str) -> StreamId {
    format!("navios.{name}").parse().unwrap()
}

pub(crate) fn batch(name: &str, seq: u64, body: &'static [u8]) -> OutgoingBatch {
    let id = BatchId { stream: stream(name), epoch: Epoch([1; 16]), seq: Seq(seq) };
    let digest = Digest(digest(&SHA256, body).as_ref().try_into().unwrap());
    OutgoingBatch { id, records: 1, body: body.into(), digest }
}

#[derive(Default)]
struct Content {
    waiting: BTreeMap<StreamId, VecDeque<OutgoingBatch>>,
    last: BTreeMap<StreamId, Seq>,
    landed: Vec<(BatchId, Instant)>,
    refused: Vec<BatchId>,
    delays: Vec<(Cause, Duration)>,
    epochs: u8,
    fail_landed: usize,
    clocks: Vec<(Timestamp, Instant)>,
}

/// Stands for the spool.
#[derive(Default)]
pub(crate) struct Shelf {
    content: Mutex<Content>,
    pub(crate) wake: Notify,
    changed: Notify,
}

impl Shelf {
    pub(crate) fn put(&self, name: &str, count: usize, body: &'static [u8]) {
        let mut content = self.content.lock().unwrap();
        let epoch = Epoch([1 + content.epochs; 16]);
        for _ in 0..count {
            let last = content.last.entry(stream(name)).or_insert(Seq(0));
            *last = last.next();
            let mut batch = batch(name, last.0, body);
            batch.id.epoch = epoch;
            content.waiting.entry(stream(name)).or_default().push_back(batch);
        }
        self.wake.notify_one();
    }

    /// Makes that many calls of `landed` fail.
    pub(crate) fn fail_landed(&self, times: usize) {
        self.content.lock().unwrap().fail_landed = times;
    }

    /// Numbers that landed, stream by stream, in order.
    pub(crate) fn landed(&self, name: &str) -> Vec<u64> {
        let content = self.content.lock().unwrap();
        content.landed.iter().filter(|(id, _)| id.stream == stream(name)).map(|(id, _)| id.seq.0).collect()
    }

    pub(crate) fn landed_at(&self) -> Vec<Instant> {
        self.content.lock().unwrap().landed.iter().map(|(_, at)| *at).collect()
    }

    pub(crate) fn refused(&self) -> Vec<u64> {
        self.content.lock().unwrap().refused.iter().map(|id| id.seq.0).collect()
    }

    pub(crate) fn delays(&self) -> Vec<(Cause, Duration)> {
        self.content.lock().unwrap().delays.clone()
    }

    /// What was told of the receiver's clock, and when.
    pub(crate) fn clocks(&self) -> Vec<(Timestamp, Instant)> {
        self.content.lock().unwrap().clocks.clone()
    }

    pub(crate) fn epochs(&self) -> u8 {
        self.content.lock().unwrap().epochs
    }

    /// Waits for everything to be delivered. On a paused clock a month passes in no time.
    pub(crate) async fn until_empty(&self) {
        timeout(MONTH, self.emptied()).await.expect("everything is delivered in the end");
    }

    pub(crate) async fn emptied(&self) {
        loop {
            let changed = self.changed.notified();
            if self.content.lock().unwrap().waiting.values().all(VecDeque::is_empty) {
                return;
            }
            changed.await;
        }
    }

    fn take(content: &mut Content, id: &BatchId) -> OutgoingBatch {
        let batches = content.waiting.get_mut(&id.stream).unwrap();
        assert_eq!(&batches.front().unwrap().id, id, "only the oldest batch is ever told of");
        batches.pop_front().unwrap()
    }
}

impl Outbox for Shelf {
    async fn streams_pending(&self) -> Result<Vec<StreamId>, OutboxError> {
        let content = self.content.lock().unwrap();
        Ok(content
            .waiting
            .iter()
            .filter(|(_, batches)| !batches.is_empty())
            .map(|(id, _)| id.clone())
            .collect())
    }

    async fn next(&self, stream: &StreamId) -> Result<Option<OutgoingBatch>, OutboxError> {
        Ok(self.content.lock().unwrap().waiting.get(stream).and_then(|batches| batches.front().cloned()))
    }

    async fn landed(&self, batch: &BatchId) -> Result<(), OutboxError> {
        let mut content = self.content.lock().unwrap();
        if content.fail_landed > 0 {
            content.fail_landed -= 1;
            return Err(OutboxError("disk full".into()));
        }
        Self::take(&mut content, batch);
        content.landed.push((batch.clone(), Instant::now()));
        self.changed.notify_waiters();
        Ok(())
    }

    async fn handed_off(&self, _: &BatchId) -> Result<(), OutboxError> {
        unreachable!("HTTPS answers at once")
    }

    async fn refused(&self, batch: &BatchId, _: &Refusal) -> Result<(), OutboxError> {
        self.withheld(batch).await
    }

    async fn withheld(&self, batch: &BatchId) -> Result<(), OutboxError> {
        let mut content = self.content.lock().unwrap();
        let mut tombstone = Self::take(&mut content, batch);
        tombstone.records = 0;
        content.waiting.get_mut(&batch.stream).unwrap().push_front(tombstone);
        content.refused.push(batch.clone());
        Ok(())
    }

    async fn given_out(&self) -> Result<GivenOut, OutboxError> {
        let content = self.content.lock().unwrap();
        let last = content.last.iter().map(|(stream, last)| (stream.clone(), *last)).collect();
        Ok(GivenOut { epoch: Epoch([1 + content.epochs; 16]), last })
    }

    async fn new_epoch(&self) -> Result<(), OutboxError> {
        let mut content = self.content.lock().unwrap();
        content.epochs += 1;
        let epoch = Epoch([1 + content.epochs; 16]);
        let Content { waiting, last, .. } = &mut *content;
        for (stream, batches) in waiting {
            for (batch, seq) in batches.iter_mut().zip(1..) {
                (batch.id.epoch, batch.id.seq) = (epoch, Seq(seq));
            }
            last.insert(stream.clone(), Seq(batches.len() as u64));
        }
        Ok(())
    }

    /// This outbox's own clock shows [`NOW`].
    fn receiver_clock(&self, now: Timestamp) -> bool {
        self.content.lock().unwrap().clocks.push((now, Instant::now()));
        now.to_string() == NOW
    }

    fn delayed(&self, _: Option<&StreamId>, cause: &Cause, wait: Duration) {
        self.content.lock().unwrap().delays.push((cause.clone(), wait));
    }
}

type Answer = dyn Fn(&OutgoingBatch) -> Result<Sent, Trouble> + Send + Sync;

/// Answers as a test says, after a time that it says.
pub(crate) struct Scripted {
    pub(crate) answer: Box<Answer>,
    pub(crate) takes: Duration,
    pub(crate) marks: Vec<Mark>,
    pub(crate) clock: Mutex<&'static str>,
    attempts: Mutex<Vec<(BatchId, Instant)>>,
    under_way: Mutex<Vec<StreamId>>,
}

impl Scripted {
    pub(crate) fn new(
        answer: impl Fn(&OutgoingBatch) -> Result<Sent, Trouble> + Send + Sync + 'static,
    ) -> Self {
        Self {
            answer: Box::new(answer),
            takes: Duration::from_millis(1),
            marks: Vec::new(),
            clock: Mutex::new(NOW),
            attempts: Mutex::default(),
            under_way: Mutex::default(),
        }
    }

    pub(crate) fn attempts(&self) -> Vec<(BatchId, Instant)> {
        self.attempts.lock().unwrap().clone()
    }
}

impl Uploader for Scripted {
    async fn send(&self, batch: &OutgoingBatch) -> Result<Sent, Trouble> {
        self.attempts.lock().unwrap().push((batch.id.clone(), Instant::now()));
        {
            let mut under_way = self.under_way.lock().unwrap();
            assert!(!under_way.contains(&batch.id.stream), "two batches of one stream at once");
            under_way.push(batch.id.stream.clone());
        }
        tokio::time::sleep(self.takes).await;
        self.under_way.lock().unwrap().retain(|stream| *stream != batch.id.stream);
        (self.answer)(batch)
    }

    async fn marks(&self) -> Result<Marks, Trouble> {
        let now = Timestamp::parse(&self.clock.lock().unwrap()).unwrap();
        Ok(Marks { marks: self.marks.clone(), now })
    }
}

/// A running delivery.
pub(crate) struct Running {
    pub(crate) stop: watch::Sender<bool>,
    pub(crate) task: JoinHandle<()>,
}

/// Starts delivering without jitter.
pub(crate) fn start<U: Uploader + Send + Sync + 'static>(
    uploader: &Arc<U>,
    shelf: &Arc<Shelf>,
    bytes_per_second: Option<u64>,
) -> Running {
    let (stop, stopped) = watch::channel(false);
    let (uploader, shelf) = (uploader.clone(), shelf.clone());
    let policy = Policy { bytes_per_second: bytes_per_second.and_then(NonZeroU64::new), jitter: || 1.0 };
    let task = tokio::spawn(async move { deliver(&*uploader, &*shelf, &policy, &shelf.wake, stopped).await });
    Running { stop, task }
}
