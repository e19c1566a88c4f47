//! Keeps what comes and goes from pushing all else out of a log of bounded size.

use std::collections::HashMap;
use std::time::{Duration, Instant};

/// The same event of the same subject is written this often at most.
const SELDOM: Duration = Duration::from_secs(600);

/// When each event was last written; as many entries as there are events and subjects: families and streams.
#[derive(Debug, Default)]
pub(super) struct Seldom(HashMap<(u16, String), Instant>);

impl Seldom {
    /// Whether this one is to be written now.
    pub(super) fn is_due(&mut self, event: u16, subject: &str, now: Instant) -> bool {
        let key = (event, subject.to_owned());
        if self.0.get(&key).is_some_and(|last| now.duration_since(*last) < SELDOM) {
            return false;
        }
        self.0.insert(key, now);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_and_goes_is_written_seldom_and_each_subject_for_itself() {
        let mut seldom = Seldom::default();
        let begun = Instant::now();
        let mut due =
            |event, subject, after| seldom.is_due(event, subject, begun + Duration::from_secs(after));
        assert!(due(1, "one", 0) && due(1, "two", 1) && due(2, "one", 2));
        assert!(!due(1, "one", 300) && !due(1, "one", 599));
        assert!(due(1, "one", 600), "a steady trouble is told again");
        assert!(!due(1, "one", 1199));
    }
}
