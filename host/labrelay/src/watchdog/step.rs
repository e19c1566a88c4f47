//! The steps of the service's threads and tasks, and the longest that each can take while all is well.
//!
//! Built on the bounds that the code keeps anyway, with room for a PC that is slow: a false alarm costs a restart.

use std::fmt;
use std::time::Duration;

use labrelay_upload::{LOOK_AGAIN, Timeouts};
use labrelay_worker::WorkerLimits;

use crate::collecting::POLL_DEADLINE;

/// Added to every step but the last: a PC that installs updates, a disk that wakes up, an antivirus that looks first.
const ROOM: Duration = Duration::from_secs(60);
/// Anything of the spool's. Most of it takes milliseconds; to mark a million files as still present takes a minute on an old
/// disk, and each family waits for the commits of the others.
const SPOOL: Duration = Duration::from_secs(240);
/// A spool that has to be salvaged is read and written once, on the slowest disk at this rate.
const SALVAGED_BYTES_PER_S: u64 = 5 << 20;
/// One look into a source: 20,000 entries at most, each some 15 ms on a slow network folder.
const SCAN: Duration = Duration::from_secs(300);
/// Opening what is ready of a source: 10,000 files, 256 of which take 4 s on the slowest disk.
const OPEN: Duration = Duration::from_secs(160);
/// Sources or libraries that are counted: no site has as many, and time does not overflow.
const MOST: u32 = 1_000;
/// The whole end: what is under way is given 2 s, then threads 4 s, then the rest 1 s; and some room. systemd ends the process
/// after 20 s, Windows goes on with its shutdown after 30 s.
const STOP: Duration = Duration::from_secs(12);

/// What a thread or task is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Open the spool, which has this bound; if it is damaged, it is salvaged.
    OpenSpool { max_bytes: u64 },
    /// Everything else before the families run: configuration and keys.
    Begin,
    /// Ask each of so many libraries which plugin it is, in a worker of its own.
    Prepare { libraries: usize },
    /// Look into so many sources.
    Scan { sources: usize },
    /// Open what is ready in so many sources, have it read by a worker that may have to be started, and judge it.
    Read { sources: usize },
    /// Read or write the spool.
    Spool,
    /// Wait before it goes on.
    Pause(Duration),
    /// Look for what waits to be sent, at least every half minute.
    LookForBatches,
    /// Ask the receiver, after so long a pause.
    AskReceiver { after: Duration },
    /// Send a batch, after a pause and once what is ahead of it is paid for at the configured rate.
    Send { after: Duration },
    /// End.
    Stop,
    /// Nothing, for as good as no time.
    #[cfg(test)]
    Test,
}

impl Step {
    /// The longest that it can take.
    pub(crate) fn bound(self) -> Duration {
        let WorkerLimits { load, open, grace } = WorkerLimits::default();
        let described = 3 * load; // confined, loaded, asked; its end takes part of the room
        let Timeouts { connect, request } = Timeouts::default();
        let answered = connect + request;
        ROOM + match self {
            Step::OpenSpool { max_bytes } => SPOOL + Duration::from_secs(max_bytes / SALVAGED_BYTES_PER_S),
            Step::Begin => Duration::ZERO,
            Step::Prepare { libraries } => times(described, libraries) + SPOOL,
            Step::Scan { sources } => times(SCAN, sources),
            Step::Read { sources } => times(OPEN, sources) + described + open + POLL_DEADLINE + grace,
            Step::Spool => SPOOL,
            Step::Pause(pause) => pause,
            Step::LookForBatches => LOOK_AGAIN + SPOOL,
            Step::AskReceiver { after } => after + answered + SPOOL,
            // Once for this batch, and once for one under way while numbers begin anew.
            Step::Send { after } => after + 2 * answered + SPOOL,
            Step::Stop => return STOP,
            #[cfg(test)]
            Step::Test => return Duration::from_millis(1),
        }
    }
}

fn times(bound: Duration, count: usize) -> Duration {
    bound * u32::try_from(count).unwrap_or(MOST).min(MOST)
}

/// As in "it was to …".
impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Step::OpenSpool { .. } => "open the spool",
            Step::Begin => "read configuration and keys",
            Step::Prepare { .. } => "find and start its plugin",
            Step::Scan { .. } => "look into the instrument's folders",
            Step::Read { .. } => "read the instrument's files",
            Step::Spool => "use the spool",
            Step::Pause(_) => "wait",
            Step::LookForBatches => "look for what is to be sent",
            Step::AskReceiver { .. } => "ask the receiver",
            Step::Send { .. } => "send a batch",
            Step::Stop => "end",
            #[cfg(test)]
            Step::Test => "do nothing",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_longer_the_more_it_has_to_do() {
        let twice = [
            (Step::Scan { sources: 1 }, Step::Scan { sources: 2 }),
            (Step::Read { sources: 1 }, Step::Read { sources: 2 }),
            (Step::Prepare { libraries: 1 }, Step::Prepare { libraries: 2 }),
            (Step::Pause(ROOM), Step::Pause(2 * ROOM)),
            (Step::OpenSpool { max_bytes: 0 }, Step::OpenSpool { max_bytes: 1 << 30 }),
        ];
        for (once, twice) in twice {
            assert!(once.bound() < twice.bound(), "{once}");
        }
        assert!(Step::Scan { sources: usize::MAX }.bound() > SCAN, "no overflow");
    }

    /// systemd's `TimeoutStopSec`, the shorter of the two.
    #[test]
    fn the_end_is_over_before_a_service_manager_loses_its_patience() {
        assert!(Step::Stop.bound() + super::super::LOOK_EVERY < Duration::from_secs(20));
    }
}
