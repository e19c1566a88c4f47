//! Waiting for something to become true, never longer than a bound.

use std::time::{Duration, Instant};

/// Bound for what takes a second or two on a quiet machine; a loaded one may take many times that.
pub const SOON: Duration = Duration::from_secs(90);

/// How often is looked.
pub(super) const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Looks until `probe` finds something; the test fails with `what` if it does not within `bound`.
#[track_caller]
pub fn wait_until<T>(what: &str, bound: Duration, mut probe: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = probe() {
            return found;
        }
        assert!(start.elapsed() < bound, "not within {bound:?}: {what}");
        std::thread::sleep(LOOK_EVERY);
    }
}
