//! How long to wait after the n-th failure in a row: doubling, with jitter, bounded, for ever.

use std::time::Duration;

/// After the first failure: a receiver that restarts is back in about a second.
const FIRST: Duration = Duration::from_secs(1);
/// At most: after an outage of days everything goes on within this.
pub const LONGEST: Duration = Duration::from_secs(300);

/// Counts failures in a row.
#[derive(Debug)]
pub(crate) struct Backoff {
    failures: u32,
    jitter: fn() -> f64,
}

impl Backoff {
    /// `jitter` gives a number from 0 to 1: it keeps a region's devices from coming back in step.
    pub(crate) fn new(jitter: fn() -> f64) -> Self {
        Self { failures: 0, jitter }
    }

    /// The wait after one more failure: half of it is random. Never shorter than what the receiver asked for.
    pub(crate) fn after_failure(&mut self, asked_for: Option<Duration>) -> Duration {
        let ceiling = FIRST.saturating_mul(2_u32.saturating_pow(self.failures)).min(LONGEST);
        self.failures = self.failures.saturating_add(1);
        let wait = ceiling.mul_f64(0.5 + 0.5 * (self.jitter)().clamp(0.0, 1.0));
        wait.max(asked_for.unwrap_or_default())
    }

    pub(crate) fn success(&mut self) {
        self.failures = 0;
    }
}

/// A number from 0 to 1 from the system's random source; 1 if that fails, which only makes waits longer.
pub(crate) fn random() -> f64 {
    let mut bytes = [0; 2];
    match aws_lc_rs::rand::fill(&mut bytes) {
        Ok(()) => f64::from(u16::from_be_bytes(bytes)) / f64::from(u16::MAX),
        Err(_) => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_from_one_second_to_five_minutes_and_never_end() {
        let mut backoff = Backoff::new(|| 1.0);
        let waits: Vec<u64> = (0..100).map(|_| backoff.after_failure(None).as_secs()).collect();
        assert_eq!(waits[..10], [1, 2, 4, 8, 16, 32, 64, 128, 256, 300]);
        assert!(waits[10..].iter().all(|&wait| wait == 300));
        backoff.success();
        assert_eq!(backoff.after_failure(None), FIRST);
    }

    #[test]
    fn jitter_takes_away_up_to_half() {
        assert_eq!(Backoff::new(|| 0.0).after_failure(None), FIRST / 2);
        let mut backoff = Backoff::new(random);
        let waits: Vec<Duration> = (0..50).map(|_| backoff.after_failure(None)).skip(20).collect();
        assert!(waits.iter().all(|wait| (LONGEST / 2..=LONGEST).contains(wait)));
        assert!(waits.windows(2).any(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn the_receiver_may_ask_for_more_but_not_for_less() {
        let mut backoff = Backoff::new(|| 1.0);
        assert_eq!(backoff.after_failure(Some(Duration::from_secs(90))), Duration::from_secs(90));
        assert_eq!(backoff.after_failure(Some(Duration::ZERO)), FIRST * 2);
    }
}
