//! How long to wait before a worker is started again.

use std::time::Duration;

/// First pause: a worker that died of one bad file is back before anyone notices.
const FIRST: Duration = Duration::from_secs(1);
/// Longest pause: a plugin that keeps dying costs a start every five minutes, and is back five minutes after
/// its cause is gone.
const LONGEST: Duration = Duration::from_secs(300);

/// Doubles from 1 s to 5 min, each pause between half of that and all of it, so that workers which died together
/// do not start together.
#[derive(Debug, Clone, Default)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// The pause after another failure.
    pub fn next_pause(&mut self) -> Duration {
        self.pause(getrandom::u32().unwrap_or(u32::MAX))
    }

    /// Things are well again: the next pause is the first one.
    pub fn reset(&mut self) {
        self.failures = 0;
    }

    fn pause(&mut self, random: u32) -> Duration {
        let doubled = FIRST.saturating_mul(1_u32.checked_shl(self.failures).unwrap_or(u32::MAX));
        self.failures = (self.failures + 1).min(u32::BITS);
        let jitter = f64::from(random) / f64::from(u32::MAX);
        doubled.min(LONGEST).mul_f64(0.5 + jitter / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_five_minutes_and_start_over_after_a_reset() {
        let mut backoff = Backoff::default();
        let pauses: Vec<_> = (0..100).map(|_| backoff.pause(u32::MAX).as_secs()).collect();
        assert_eq!(pauses[..10], [1, 2, 4, 8, 16, 32, 64, 128, 256, 300]);
        assert_eq!(pauses[99], 300);
        backoff.reset();
        assert_eq!(backoff.pause(u32::MAX), FIRST);
    }

    #[test]
    fn jitter_takes_away_half_at_most() {
        assert_eq!(Backoff::default().pause(0), FIRST / 2);
        let pause = Backoff::default().next_pause();
        assert!((FIRST / 2..=FIRST).contains(&pause));
    }
}
