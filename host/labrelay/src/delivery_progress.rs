//! What delivery says to the watchdog, told by what it asks of the outbox: each stream is watched while a batch of it is on
//! its way or has to wait, the whole by how often it looks for more.

use std::collections::HashMap;
use std::num::NonZeroU64;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use labrelay_model::StreamId;
use labrelay_model::wire::MAX_BATCH_BYTES;
use labrelay_upload::LONGEST_BACKOFF;

use crate::watchdog::{Pulse, Step, Watchdog};

/// How far delivery is.
#[derive(Debug)]
pub(crate) struct DeliveryProgress {
    watchdog: Watchdog,
    rate: Option<NonZeroU64>,
    whole: Pulse,
    streams: Mutex<HashMap<StreamId, Pulse>>,
}

impl DeliveryProgress {
    /// Delivery begins by asking the receiver; batches are sent at `rate` bytes per second, if there is one.
    pub(crate) fn new(watchdog: Watchdog, rate: Option<NonZeroU64>) -> Self {
        let whole = watchdog.watch("delivery", Step::AskReceiver { after: Duration::ZERO });
        Self { watchdog, rate, whole, streams: Mutex::default() }
    }

    /// It looks for what waits, and will look again.
    pub(crate) fn looks(&self) {
        self.whole.begin(Step::LookForBatches);
    }

    /// The next batch of `stream` is taken out and sent.
    pub(crate) fn sends(&self, stream: &StreamId) {
        self.sends_after(stream, Duration::ZERO);
    }

    /// There is nothing more of `stream`.
    pub(crate) fn ends(&self, stream: &StreamId) {
        self.streams().remove(stream);
    }

    /// It waits before it tries again: one stream or, before it has begun, the whole.
    pub(crate) fn waits(&self, stream: Option<&StreamId>, wait: Duration) {
        match stream {
            Some(stream) => self.sends_after(stream, wait),
            None => self.whole.begin(Step::AskReceiver { after: wait }),
        }
    }

    /// The spool failed: whoever used it waits before the next attempt.
    pub(crate) fn spool_failed(&self, stream: Option<&StreamId>) {
        self.waits(stream, LONGEST_BACKOFF);
    }

    fn sends_after(&self, stream: &StreamId, wait: Duration) {
        let mut streams = self.streams();
        // Streams wait for each other's bytes to be paid for.
        let ahead = (streams.len() as u64 + 1) * MAX_BATCH_BYTES as u64;
        let paid = self.rate.map_or(0, |rate| ahead / rate);
        let step = Step::Send { after: wait + Duration::from_secs(paid) };
        match streams.get(stream) {
            Some(pulse) => pulse.begin(step),
            None => {
                let pulse = self.watchdog.watch(format!("delivery of {stream}"), step);
                streams.insert(stream.clone(), pulse);
            }
        }
    }

    fn streams(&self) -> MutexGuard<'_, HashMap<StreamId, Pulse>> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
