//! Files whose records are committed, so that a rescan only compares size and times.
//!
//! A cache of what the spool knows: losing it costs one reading of each file's telling parts.

use std::collections::HashMap;

use labrelay_model::InputIdentity;
use labrelay_os::file::{FileId, FileStamp};

struct Entry {
    stamp: FileStamp,
    identity: InputIdentity,
    round: u32,
}

/// About 100 bytes a file.
#[derive(Default)]
pub(crate) struct KnownFiles {
    files: HashMap<FileId, Entry>,
}

impl KnownFiles {
    pub(crate) fn len(&self) -> usize {
        self.files.len()
    }

    pub(crate) fn insert(&mut self, id: FileId, stamp: FileStamp, identity: InputIdentity, round: u32) {
        self.files.insert(id, Entry { stamp, identity, round });
    }

    /// Whether this file is known and has not moved since; notes that it is there.
    pub(crate) fn meet(&mut self, id: FileId, stamp: FileStamp, round: u32) -> bool {
        let Some(entry) = self.files.get_mut(&id) else { return false };
        entry.round = round;
        entry.stamp == stamp
    }

    /// Forgets the files that the walk did not meet in `round`.
    pub(crate) fn forget_absent(&mut self, round: u32) {
        self.files.retain(|_, entry| entry.round == round);
    }

    pub(crate) fn identities(&self) -> impl Iterator<Item = &InputIdentity> {
        self.files.values().map(|entry| &entry.identity)
    }
}
