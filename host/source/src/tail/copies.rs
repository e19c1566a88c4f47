//! Which new file goes on with a log that was cut or is gone, and which is only a copy: by all that was read of it.
//!
//! `copy and truncate` leaves the lines that were not read yet in the copy alone. A copy of a log that goes on itself is not
//! read again.

use std::fs::File;
use std::io;
use std::time::{Duration, SystemTime};

use labrelay_model::{GapCounts, InputIdentity, Reason};
use labrelay_os::file::FileId;

use super::TailSource;
use super::content::{Content, same_below};
use super::log::{Life, Log, Standing};

/// Whole rounds after which what an ended life has left is given up: a program that cuts a log has copied it before.
const GIVE_UP_AFTER_ROUNDS: u32 = 2;
/// A log that was quiet for longer is not one that somebody rotates by copying.
const ACTIVE_FOR: Duration = Duration::from_secs(600);
/// A new file that may still become a copy of something longer waits so long, if nothing can be compared.
const PATIENCE: Duration = Duration::from_secs(5);
/// A copy that has been quiet for so long is complete.
const COPIED_AFTER: Duration = Duration::from_secs(10);

/// A life that has ended, with what was not read of it.
pub(super) struct Lost {
    life: Life,
    reason: Reason,
    round: u32,
}

impl Lost {
    pub(super) fn new(life: Life, reason: Reason, round: u32) -> Self {
        Self { life, reason, round }
    }
}

/// What a new file begins with.
enum Begins {
    /// With all that was read of the lost life of this index: it goes on with it.
    Lost(usize),
    /// With all that was read of this life, which goes on itself.
    Copy { of: [u8; 32], content: Content },
    /// With nothing that was read elsewhere.
    Anew,
}

/// Whether a new file may become a copy of something that is longer than it is now.
#[derive(Clone, Copy, PartialEq, Eq)]
enum MayGrow {
    /// It is the same as far as it goes.
    Same,
    /// It can't be compared now.
    Unclear,
    No,
}

impl TailSource {
    /// Looks at all logs of which it is not known yet.
    pub(super) fn decide_new_ones(&mut self, now: SystemTime) {
        let undecided = |log: &&Log| !matches!(log.standing, Standing::Followed) && log.unread() > 0;
        let mut new: Vec<(u64, FileId)> =
            self.logs.values().filter(undecided).map(|log| (log.stamp.size, log.life.file())).collect();
        if new.is_empty() {
            return;
        }
        new.sort_unstable_by(|one, other| other.cmp(one)); // of several copies the longest goes on
        let is_original = |log: &&Log| {
            matches!(log.standing, Standing::Followed)
                && log.life.read.bytes > 0
                && log.quiet_for < ACTIVE_FOR
        };
        let originals: Vec<FileId> =
            self.logs.values().filter(is_original).map(|log| log.life.file()).collect();
        for (_, file) in new {
            let Some(log) = self.logs.get_mut(&file) else { continue };
            let nothing_to_compare = originals.is_empty() && self.lost.is_empty() || log.stamp.size == 0;
            if nothing_to_compare && matches!(log.standing, Standing::New(_)) {
                log.follow_from(Content::NOTHING);
                self.make_ready_if_due(file);
                continue;
            }
            match log.open() {
                Ok(opened) => {
                    // One that can't be compared now is looked at again in the next round.
                    let _ = self.decide(file, &opened, &originals, now);
                }
                Err(not_now) => self.put_back(file, not_now),
            }
        }
    }

    /// Gives up what no file goes on with: that is a gap.
    pub(super) fn give_up_lost(&mut self) {
        let (round, mut given_up) = (self.round, Vec::new());
        self.lost.retain(|lost| {
            let is_over = round.wrapping_sub(lost.round) >= GIVE_UP_AFTER_ROUNDS;
            if is_over {
                given_up.push((lost.reason, lost.life.unread(), lost.life.identity));
            }
            !is_over
        });
        for (reason, bytes, identity) in given_up {
            self.count_gap(reason, bytes);
            self.forgotten.push(InputIdentity(identity));
        }
    }

    pub(super) fn count_gap(&mut self, reason: Reason, bytes: u64) {
        if bytes > 0 {
            self.gaps.push((reason, GapCounts { gaps: 1, bytes }));
        }
    }

    fn decide(
        &mut self,
        file: FileId,
        opened: &File,
        originals: &[FileId],
        now: SystemTime,
    ) -> io::Result<()> {
        let Some(standing) = self.logs.get(&file).map(|log| log.standing) else { return Ok(()) };
        match standing {
            Standing::New(since) => {
                let waited = now.duration_since(since).unwrap_or_default();
                self.decide_new(file, opened, originals, waited)
            }
            Standing::Copy { of, content } => self.decide_copy(file, opened, (of, content)),
            Standing::Followed => Ok(()),
        }
    }

    /// Compares a new file with all that it may be a copy of. The one counts that most was read of, and of equals the longest:
    /// it is the original, and the others are its copies.
    fn compare(
        &mut self,
        file: FileId,
        opened: &File,
        originals: &[FileId],
    ) -> io::Result<(Begins, MayGrow)> {
        let size = self.logs.get(&file).map_or(0, |log| log.stamp.size);
        let (mut begins, mut longest, mut may_grow) = (Begins::Anew, (0, 0), MayGrow::No);
        // Of what nothing was read, nothing can be told.
        let lost = self.lost.iter().enumerate().filter(|(_, lost)| lost.life.read.bytes > 0);
        for (index, lost) in lost {
            let read = lost.life.read;
            if size < read.bytes {
                if lost.life.file() != file {
                    may_grow = MayGrow::Unclear; // what was cut is not its own copy
                }
            } else if (read.bytes, lost.life.seen) > longest && read.begins(opened)? {
                (begins, longest) = (Begins::Lost(index), (read.bytes, lost.life.seen));
            }
        }
        for original in originals.iter().filter(|original| **original != file) {
            let Some(log) = self.logs.get_mut(original) else { continue };
            let Life { identity, read, .. } = log.life;
            if size >= read.bytes {
                if (read.bytes, log.stamp.size) > longest && read.begins(opened)? {
                    (begins, longest) =
                        (Begins::Copy { of: identity, content: read }, (read.bytes, log.stamp.size));
                }
            } else if let Some(other) = log.open_whole()? {
                if same_below(size, opened, &other)? {
                    may_grow = MayGrow::Same;
                }
            } else if may_grow == MayGrow::No {
                may_grow = MayGrow::Unclear; // it may have been cut a moment ago
            }
        }
        Ok((begins, may_grow))
    }

    fn decide_new(
        &mut self,
        file: FileId,
        opened: &File,
        originals: &[FileId],
        waited: Duration,
    ) -> io::Result<()> {
        let (begins, may_grow) = self.compare(file, opened, originals)?;
        let Some(log) = self.logs.get_mut(&file) else { return Ok(()) };
        let is_complete = log.quiet_for >= COPIED_AFTER;
        match (may_grow, begins) {
            (MayGrow::Same, _) if is_complete => {
                if let Some(read) = Content::NOTHING.extended(opened, log.stamp.size)? {
                    self.follow(file, read);
                }
            }
            (MayGrow::Same, _) => {}
            (MayGrow::Unclear, Begins::Anew) if waited < PATIENCE => {}
            (_, Begins::Lost(index)) => {
                let size = log.stamp.size;
                if self.lost.get(index).is_some_and(|lost| self.may_take_over(size, lost)) {
                    self.take_over(file, index);
                }
            }
            (_, Begins::Copy { of, content }) => log.standing = Standing::Copy { of, content },
            (_, Begins::Anew) => self.follow(file, Content::NOTHING),
        }
        Ok(())
    }

    /// A copy: its original was cut or is gone, and the copy goes on; or the original goes on, and the copy holds nothing
    /// else; or it holds something else, and is a log of its own. As long as the original holds the same, it is read there.
    fn decide_copy(
        &mut self,
        file: FileId,
        opened: &File,
        (of, content): ([u8; 32], Content),
    ) -> io::Result<()> {
        let Some(log) = self.logs.get(&file) else { return Ok(()) };
        let (size, is_complete) = (log.stamp.size, log.quiet_for >= COPIED_AFTER);
        for (index, lost) in self.lost.iter().enumerate() {
            let read = lost.life.read;
            let begins = size >= read.bytes
                && read.bytes >= content.bytes
                && content.extended(opened, read.bytes)? == Some(read);
            if begins && self.may_take_over(size, lost) {
                self.take_over(file, index);
                return Ok(());
            }
            if begins {
                return Ok(()); // in the next round
            }
            if lost.life.identity == of {
                // The original was read further than this copy goes; or this is none, and only begins alike.
                let all = if size < read.bytes { content.extended(opened, size)? } else { None };
                self.follow(file, all.unwrap_or(Content::NOTHING));
                return Ok(());
            }
        }
        let Some(original) = self.logs.values_mut().find(|log| log.life.identity == of) else {
            self.follow(file, content);
            return Ok(());
        };
        let Some(other) = original.open_whole()? else { return Ok(()) }; // cut a moment ago, or gone
        let (there, read) = (original.stamp.size, original.life.read.bytes);
        if size > there || !same_below(size, opened, &other)? {
            self.follow(file, Content::NOTHING); // it only begins alike
        } else if read >= size
            && is_complete
            && let Some(all) = content.extended(opened, size)?
        {
            self.follow(file, all);
        }
        Ok(())
    }

    /// A copy that lacks something of what was seen waits for a round: a longer one may come.
    fn may_take_over(&self, size: u64, lost: &Lost) -> bool {
        size >= lost.life.seen || lost.round != self.round
    }

    /// This file goes on with what an ended life has left.
    fn take_over(&mut self, file: FileId, lost: usize) {
        let Lost { life, reason, .. } = self.lost.swap_remove(lost);
        let Some(log) = self.logs.get_mut(&file) else { return };
        let beyond = life.seen.saturating_sub(log.stamp.size);
        let read = life.read;
        log.life = life.moved_to(file, log.stamp.size);
        self.count_gap(reason, beyond);
        self.follow(file, read);
    }

    fn follow(&mut self, file: FileId, read: Content) {
        let Some(log) = self.logs.get_mut(&file) else { return };
        log.follow_from(read);
        if read.bytes > 0 {
            self.changed.insert(file);
        }
        self.make_ready_if_due(file);
    }
}
