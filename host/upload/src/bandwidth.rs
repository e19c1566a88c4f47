//! The bandwidth cap: batches start so far apart that the bytes keep to a rate.
//!
//! Within one batch (2 MiB at most) the line's own speed applies.

use std::num::NonZeroU64;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Spreads batches over time.
#[derive(Debug)]
pub(crate) struct Bandwidth {
    bytes_per_second: Option<NonZeroU64>,
    /// When all that was started so far is paid for.
    free_at: Mutex<Instant>,
}

impl Bandwidth {
    pub(crate) fn new(bytes_per_second: Option<NonZeroU64>) -> Self {
        Self { bytes_per_second, free_at: Mutex::new(Instant::now()) }
    }

    /// Waits until a batch of this size may start. The first after a pause starts at once.
    pub(crate) async fn wait_for(&self, bytes: usize) {
        let Some(rate) = self.bytes_per_second else { return };
        sleep_until(self.reserve(bytes, rate)).await;
    }

    fn reserve(&self, bytes: usize, rate: NonZeroU64) -> Instant {
        let mut free_at = self.free_at.lock().unwrap_or_else(PoisonError::into_inner);
        let start = (*free_at).max(Instant::now());
        // A rate of 1 byte/s and the largest batch make 24 days: no overflow.
        *free_at = start + Duration::from_secs(bytes as u64) / u32::try_from(rate.get()).unwrap_or(u32::MAX);
        start
    }
}
