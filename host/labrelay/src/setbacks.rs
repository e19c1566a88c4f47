//! How long a family waits after a setback, and when its plugin is parked. Waits itself for nothing.

use std::time::Duration;

use labrelay_gate::StateError;
use labrelay_spool::SpoolError;
use labrelay_worker::{Backoff, WorkerError};

use crate::status::FamilyState;

/// Failures in a row, without anything committed between them, after which a plugin is parked. With the pauses between
/// them that is some 8 minutes, which a passing trouble (a disk that wakes up, an update) does not last.
const PARK_AFTER_FAILURES: u32 = 10;
/// A parked plugin is tried again after this: its maker's update is found without anybody's doing.
const PARKED_RETRY: Duration = Duration::from_secs(3600);

/// Why a family has to wait, for the board and the log.
pub(crate) struct Setback {
    /// What it is doing meanwhile.
    pub state: FamilyState,
    /// What went wrong, and what to do.
    pub words: String,
}

impl Setback {
    /// Of the plugin or its worker.
    pub(crate) fn restarting(words: String) -> Self {
        Self { state: FamilyState::Restarting, words }
    }
}

impl From<WorkerError> for Setback {
    fn from(error: WorkerError) -> Self {
        Self::restarting(error.to_string())
    }
}

/// A disk that is full or fails: the family pauses, and reads again what was not committed.
impl From<SpoolError> for Setback {
    fn from(error: SpoolError) -> Self {
        Self { state: FamilyState::Paused, words: error.to_string() }
    }
}

/// A memory that can't be read: without it something could leave twice.
impl From<StateError> for Setback {
    fn from(error: StateError) -> Self {
        Self { state: FamilyState::Paused, words: error.to_string() }
    }
}

/// Counts what went wrong in a row.
#[derive(Default)]
pub(crate) struct Setbacks {
    /// Failures of the plugin since something of it was last committed.
    failures: u32,
    backoff: Backoff,
}

impl Setbacks {
    /// Something was committed, or there was nothing to do: all is well.
    pub(crate) fn are_over(&mut self) {
        self.failures = 0;
        self.backoff.reset();
    }

    /// Something was committed, but more is tried at once: a pause stays as long as it was.
    pub(crate) fn something_was_committed(&mut self) {
        self.failures = 0;
    }

    /// Another one: what to show, and how long to wait.
    pub(crate) fn wait_after(&mut self, Setback { state, words }: Setback) -> (Setback, Duration) {
        if state == FamilyState::Restarting {
            self.failures += 1;
        }
        if self.failures == 1 {
            self.backoff.reset(); // something was committed since the last one
        }
        if self.failures < PARK_AFTER_FAILURES {
            return (Setback { state, words }, self.backoff.next_pause());
        }
        (Setback { state: FamilyState::Parked, words: parked_words(&words) }, PARKED_RETRY)
    }
}

fn parked_words(words: &str) -> String {
    format!(
        "parked: the plugin failed {PARK_AFTER_FAILURES} times in a row ({words}); install another version of it: a bundle is \
         taken over at once, after a file by hand start Labrelay again; else it is tried every hour. Its inputs stay where they are, other families go on"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(setbacks: &mut Setbacks) -> (FamilyState, Duration) {
        let setback = Setback { state: FamilyState::Restarting, words: "it died".into() };
        let (setback, pause) = setbacks.wait_after(setback);
        assert!(setback.words.contains("it died"));
        (setback.state, pause)
    }

    #[test]
    fn a_plugin_that_fails_ten_times_in_a_row_is_parked_for_an_hour_and_not_before() {
        let mut setbacks = Setbacks::default();
        for _ in 1..PARK_AFTER_FAILURES {
            let (state, pause) = failed(&mut setbacks);
            assert!(state == FamilyState::Restarting && pause < PARKED_RETRY);
        }
        assert_eq!(failed(&mut setbacks), (FamilyState::Parked, PARKED_RETRY));
        assert_eq!(failed(&mut setbacks).0, FamilyState::Parked, "tried again in vain");
        setbacks.something_was_committed();
        let (state, pause) = failed(&mut setbacks);
        assert!(state == FamilyState::Restarting && pause <= Duration::from_secs(1), "the first pause again");
    }

    #[test]
    fn a_full_disk_parks_nobody() {
        let mut setbacks = Setbacks::default();
        for _ in 0..3 * PARK_AFTER_FAILURES {
            let full = Setback { state: FamilyState::Paused, words: "no space".into() };
            assert!(setbacks.wait_after(full).0.state == FamilyState::Paused);
        }
    }
}
