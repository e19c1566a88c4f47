//! One log that is followed, and one life of it: from an empty file until it is cut, replaced or gone.

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use aws_lc_rs::{hmac, rand};
use labrelay_model::InputIdentity;
use labrelay_os::file::{FileFacts, FileId, FileKind, FileStamp, open_shared};
use serde::{Deserialize, Serialize};

use super::content::Content;
use super::line_end::{CodeUnit, Lines, complete_lines};
use crate::TroubleKind;
use crate::open::NotNow;
use crate::settle::Watch;

/// Version in front of a saved life.
const VERSION: u8 = 1;

/// What has to be known of a log to go on with it after a restart.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Life {
    /// Under which it is saved and known to the plugin; another one in each life.
    #[serde(skip)]
    pub(super) identity: [u8; 32],
    volume: u64,
    file: u64,
    /// By which its rows are named: of the file in which its first line was read.
    pub(super) rows: [u8; 32],
    /// What has been read and committed.
    pub(super) read: Content,
    /// The most bytes that it was seen to have.
    pub(super) seen: u64,
}

impl Life {
    /// A life that begins now, in this file. The key is the device's.
    pub(super) fn new(file: FileId, key: &hmac::Key) -> Self {
        let mut context = hmac::Context::with_key(key);
        context.update(b"log");
        context.update(&file.volume.to_be_bytes());
        context.update(&file.file.to_be_bytes());
        let rows: [u8; 32] = context.sign().as_ref().try_into().unwrap_or_default();
        let mut identity = rows;
        // If the system has no random bytes, two lives share an identity: positions are kept for too long, no more.
        let _ = rand::fill(&mut identity);
        Self { identity, volume: file.volume, file: file.file, rows, read: Content::NOTHING, seen: 0 }
    }

    /// The same life, going on in another file of `seen` bytes.
    pub(super) fn moved_to(self, file: FileId, seen: u64) -> Self {
        Self { volume: file.volume, file: file.file, seen, ..self }
    }

    /// The same life, with so much read.
    pub(super) fn with_read(&self, read: Content) -> Self {
        Self { read, ..self.clone() }
    }

    pub(super) fn file(&self) -> FileId {
        FileId { volume: self.volume, file: self.file }
    }

    pub(super) fn save(&self) -> Vec<u8> {
        postcard::to_extend(self, vec![VERSION]).unwrap_or_default() // has no sequence of unknown length
    }

    /// `None` if it is of a version that this build does not know: the log is read again then, under the same row names.
    pub(super) fn restore(identity: InputIdentity, saved: &[u8]) -> Option<Self> {
        let (VERSION, body) = saved.split_first().map(|(version, body)| (*version, body))? else {
            return None;
        };
        let life: Self = postcard::from_bytes(body).ok()?;
        Some(Self { identity: identity.0, ..life })
    }

    /// Bytes that were seen and never read.
    pub(super) fn unread(&self) -> u64 {
        self.seen.saturating_sub(self.read.bytes)
    }
}

/// Whether the pattern matches a log's present name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    /// It does: whatever is in the file is meant.
    Meant,
    /// It does not: only what goes on with what was read is meant.
    Other,
}

/// How far it is known what a log is.
#[derive(Clone, Copy)]
pub(super) enum Standing {
    /// Seen first or begun anew at this time; whether it goes on with another one is not known yet.
    New(SystemTime),
    /// It begins with what was read of another one: a copy, and perhaps the one that goes on.
    Copy {
        /// The life that it is a copy of.
        of: [u8; 32],
        /// What was compared.
        content: Content,
    },
    /// Read as its own.
    Followed,
}

/// One file, as it was last met.
pub(super) struct Log {
    /// Where. Empty after a restart, until the walk meets it.
    pub(super) path: PathBuf,
    pub(super) name: Name,
    pub(super) stamp: FileStamp,
    pub(super) watch: Watch,
    /// How long it has been quiet.
    pub(super) quiet_for: Duration,
    pub(super) life: Life,
    pub(super) standing: Standing,
    /// With this stamp it had no further complete line.
    pub(super) exhausted: Option<FileStamp>,
    /// There is no line end between what was read and this.
    pub(super) searched: u64,
    /// Lower ones are handed out first.
    pub(super) turn: u64,
}

impl Log {
    /// A log that was never seen before.
    pub(super) fn new(path: PathBuf, life: Life, facts: &FileFacts, now: SystemTime, round: u32) -> Self {
        let watch = Watch::new(facts.stamp, now, round);
        Self {
            path,
            name: Name::Meant,
            stamp: facts.stamp,
            watch,
            quiet_for: watch.quiet_for(now),
            life,
            standing: Standing::New(now),
            exhausted: None,
            searched: 0,
            turn: 0,
        }
    }

    /// Met again, at `path`.
    pub(super) fn meet(
        &mut self,
        (path, name): (PathBuf, Name),
        stamp: FileStamp,
        now: SystemTime,
        round: u32,
    ) {
        (self.path, self.name) = (path, name);
        self.watch.look(stamp, now, round);
        self.quiet_for = self.watch.quiet_for(now);
        self.see(stamp);
    }

    /// The size that it has now is counted as seen once something else is there: if what was read is gone, the size is that
    /// of another life.
    fn see(&mut self, stamp: FileStamp) {
        if stamp != self.stamp {
            self.life.seen = self.life.seen.max(self.stamp.size);
            self.stamp = stamp;
        }
    }

    /// Bytes that are there, or were, and have not been read.
    pub(super) fn unread(&self) -> u64 {
        self.life.seen.max(self.stamp.size).saturating_sub(self.life.read.bytes)
    }

    /// It still holds what was read. Returns how much of what was not read is gone.
    pub(super) fn is_as_read(&mut self) -> u64 {
        let gone = self.life.seen.saturating_sub(self.stamp.size);
        self.life.seen = self.stamp.size;
        gone
    }

    /// Nothing more will come of it: its life, with all that was seen.
    pub(super) fn into_life(mut self) -> Life {
        self.life.seen = self.life.seen.max(self.stamp.size);
        self.life
    }

    /// Ends this life and begins another one in the same file.
    pub(super) fn begin_anew(&mut self, life: Life, now: SystemTime) -> Life {
        self.standing = Standing::New(now);
        (self.exhausted, self.searched) = (None, 0);
        std::mem::replace(&mut self.life, life)
    }

    /// Takes it that `read` of this log was read before.
    pub(super) fn follow_from(&mut self, read: Content) {
        self.life.read = read;
        self.standing = Standing::Followed;
        (self.exhausted, self.searched) = (None, read.bytes);
    }

    /// Whether there may be something to hand out.
    pub(super) fn is_due(&self, settle: Duration) -> bool {
        let moved = self.exhausted != Some(self.stamp);
        let rests_without_end = self.quiet_for >= settle && self.life.read.bytes < self.stamp.size;
        matches!(self.standing, Standing::Followed) && (moved || rests_without_end)
    }

    /// Opens the file, if it is still the one that was met.
    pub(super) fn open(&mut self) -> Result<File, NotNow> {
        let trouble = |error: io::Error| NotNow::Trouble(TroubleKind::of_file(&error));
        let file = open_shared(&self.path).map_err(trouble)?;
        let facts = FileFacts::of_file(&file).map_err(trouble)?;
        if facts.kind != FileKind::Regular || facts.id != self.life.file() {
            return Err(NotNow::Moved);
        }
        self.see(facts.stamp);
        Ok(file)
    }

    /// Whether `file` still holds what was read of it.
    pub(super) fn is_whole(&self, file: &File) -> io::Result<bool> {
        Ok(self.stamp.size >= self.life.read.bytes && self.life.read.ends_in(file)?)
    }

    /// Opens the file, if it can be opened and holds what was read of it.
    pub(super) fn open_whole(&mut self) -> io::Result<Option<File>> {
        let Ok(file) = self.open() else { return Ok(None) };
        Ok(self.is_whole(&file)?.then_some(file))
    }

    /// Where the next part ends; `None` if no line is complete. A last line without an end is complete once the file rests.
    pub(super) fn next_part(
        &mut self,
        file: &File,
        unit: CodeUnit,
        settle: Duration,
    ) -> io::Result<Option<u64>> {
        let (begin, size) = (self.life.read.bytes, self.stamp.size);
        match complete_lines(file, unit.of(file)?, begin, self.searched.max(begin), size)? {
            Lines::EndAt(end) => Ok(Some(end)),
            Lines::NoneBefore(looked_at) => {
                self.searched = looked_at;
                let rests = self.quiet_for >= settle && size > begin;
                Ok(rests.then_some(size))
            }
        }
    }
}
