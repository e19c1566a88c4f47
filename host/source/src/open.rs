//! Opening a settled file: the handle whose identity is computed is the very handle that is given out.

use std::fmt;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use aws_lc_rs::hmac;
use labrelay_model::InputIdentity;
use labrelay_os::file::{FileFacts, FileId, FileKind, FileStamp, open_shared};

use crate::identity::identify;
use crate::settle::PATIENCE;
use crate::{FolderConfig, TroubleKind};

/// A settled file or a part of a log, open for one poll.
pub struct OpenedInput {
    /// Under which the spool remembers it, and the plugin's cursor.
    pub identity: InputIdentity,
    /// By which its rows are named: of a file the same, of a log that of the file alone.
    pub rows: InputIdentity,
    /// Open for reading, shared with everybody.
    pub file: File,
    /// Where to begin: what lies before it is accounted for.
    pub begin: u64,
    /// Where it ends for this poll: a file's size, or the last line of a log that is complete.
    pub size: u64,
    /// Where it was opened. File names may name a patient: for the operator's eyes, not for logs.
    pub path: PathBuf,
}

impl fmt::Debug for OpenedInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OpenedInput({} bytes, ..)", self.size.saturating_sub(self.begin))
    }
}

/// A settled file that waits to be opened.
#[derive(Clone)]
pub(crate) struct Candidate {
    pub(crate) path: PathBuf,
    pub(crate) id: FileId,
    pub(crate) stamp: FileStamp,
    pub(crate) quiet_for: Duration,
}

/// Why a candidate was not opened. Each is tried again at a later scan.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NotNow {
    /// It is another file by now, or somebody writes to it.
    Moved,
    /// It lacks something that its writer may still add.
    Unfinished,
    /// The operator should know.
    Trouble(TroubleKind),
}

impl Candidate {
    /// Opens it, knows it, and makes sure that it stood still meanwhile.
    pub(crate) fn open(&self, config: &FolderConfig, key: &hmac::Key) -> Result<OpenedInput, NotNow> {
        let file = open_shared(&self.path).map_err(not_now)?;
        self.check_still(&file)?;
        let facts = FileFacts { id: self.id, stamp: self.stamp, kind: FileKind::Regular };
        let identified = identify(key, config.format, &file, &facts).map_err(not_now)?;
        self.check_still(&file)?;
        if !identified.whole && self.quiet_for < config.settle * PATIENCE {
            return Err(NotNow::Unfinished);
        }
        let path = self.path.clone();
        let identity = identified.identity;
        Ok(OpenedInput { identity, rows: identity, file, begin: 0, size: self.stamp.size, path })
    }

    fn check_still(&self, file: &File) -> Result<(), NotNow> {
        let facts = FileFacts::of_file(file).map_err(not_now)?;
        if facts.kind != FileKind::Regular {
            return Err(NotNow::Trouble(TroubleKind::NotAFile));
        }
        if (facts.id, facts.stamp) == (self.id, self.stamp) { Ok(()) } else { Err(NotNow::Moved) }
    }
}

fn not_now(error: io::Error) -> NotNow {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => NotNow::Moved,
        _ => NotNow::Trouble(TroubleKind::of_file(&error)),
    }
}
