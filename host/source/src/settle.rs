//! When a file has settled: how long it has been quiet, as far as that can be known from outside.
//!
//! There is no sure sign that a writer is done. Labrelay asks for two: nothing about the file has moved for the
//! settle time while *we* watched it, and (for kinds of files that tell) it holds what its header
//! announces. Instruments pause in the middle of an acquisition, so a file that lacks something gets
//! [`PATIENCE`] times the settle time before it is taken as it is.

use std::time::{Duration, SystemTime};

use labrelay_os::file::FileStamp;

/// How far a file server's clock may differ from ours. A file whose times are older than this and the settle
/// time is settled at first look; any other is watched by our own clock.
const CLOCK_SKEW: Duration = Duration::from_secs(600);

/// A file that is empty or shorter than it says is taken after this many settle times: at the usual 5 s
/// that is five minutes, longer than a tube is acquired.
pub(crate) const PATIENCE: u32 = 60;

/// One file under watch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Watch {
    /// Its size and times since `since`.
    stamp: FileStamp,
    since: SystemTime,
    /// The round of the walk that last met it.
    pub(crate) round: u32,
}

impl Watch {
    pub(crate) fn new(stamp: FileStamp, now: SystemTime, round: u32) -> Self {
        Self { stamp, since: now, round }
    }

    /// Takes another look: begins anew if the file has moved, or if our clock was set back.
    pub(crate) fn look(&mut self, stamp: FileStamp, now: SystemTime, round: u32) {
        if stamp != self.stamp || now < self.since {
            self.since = now;
        }
        (self.stamp, self.round) = (stamp, round);
    }

    /// How long nothing about the file has moved.
    pub(crate) fn quiet_for(&self, now: SystemTime) -> Duration {
        let watched = now.duration_since(self.since).unwrap_or_default();
        watched.max(age(&self.stamp, now).saturating_sub(CLOCK_SKEW))
    }
}

/// Time since the last change by the file's own times: zero if they lie ahead of our clock.
fn age(stamp: &FileStamp, now: SystemTime) -> Duration {
    let last_ns = u64::try_from(stamp.modified_ns.max(stamp.changed_ns)).unwrap_or(0);
    now.duration_since(SystemTime::UNIX_EPOCH + Duration::from_nanos(last_ns)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_S: u64 = 1_700_000_000;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn stamp(changed_s: u64) -> FileStamp {
        FileStamp { size: 1, modified_ns: 0, changed_ns: i64::try_from(changed_s).unwrap() * 1_000_000_000 }
    }

    #[test]
    fn a_recent_file_is_quiet_only_as_long_as_it_was_watched() {
        let mut watch = Watch::new(stamp(NOW_S - 30), at(NOW_S), 0);
        assert_eq!(watch.quiet_for(at(NOW_S)), Duration::ZERO);
        watch.look(stamp(NOW_S - 30), at(NOW_S + 4), 1);
        assert_eq!(watch.quiet_for(at(NOW_S + 4)), Duration::from_secs(4));
        watch.look(stamp(NOW_S + 4), at(NOW_S + 5), 2);
        assert_eq!(watch.quiet_for(at(NOW_S + 5)), Duration::ZERO);
    }

    #[test]
    fn an_old_file_is_quiet_at_first_look_with_room_for_the_servers_clock() {
        let watch = Watch::new(stamp(NOW_S - 3600), at(NOW_S), 0);
        assert_eq!(watch.quiet_for(at(NOW_S)), Duration::from_secs(3000));
    }

    #[test]
    fn clocks_that_jump_make_nobody_wait_for_ever_or_take_too_early() {
        let mut ahead = Watch::new(stamp(NOW_S + 9999), at(NOW_S), 0);
        assert_eq!(ahead.quiet_for(at(NOW_S + 7)), Duration::from_secs(7));
        ahead.look(stamp(NOW_S + 9999), at(NOW_S - 500), 1);
        assert_eq!(ahead.quiet_for(at(NOW_S - 495)), Duration::from_secs(5));
    }
}
