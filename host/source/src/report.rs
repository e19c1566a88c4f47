//! What a scan found, for the operator at the PC. Nothing of it is ever uploaded.

use std::fmt;
use std::path::PathBuf;

/// Most troubles told one by one in a report; the rest are counted. An operator reads a handful.
const MAX_TROUBLES: usize = 100;

/// What one call of `scan` found.
#[derive(Debug, Default)]
pub struct ScanReport {
    /// Directory entries looked at in this call.
    pub looked_at: usize,
    /// Files that match but are still moving, or have not been watched for long enough.
    pub settling: usize,
    /// Settled files that wait to be opened.
    pub ready: usize,
    /// Whether this call reached the end of the folders. If not, the next one goes on from here, and there
    /// is no need to wait for it.
    pub complete: bool,
    /// What could not be read since the last report; all of it is tried again.
    pub troubles: Vec<Trouble>,
    /// Troubles beyond those listed.
    pub more_troubles: usize,
}

impl ScanReport {
    pub(crate) fn trouble(&mut self, kind: TroubleKind, path: PathBuf) {
        if self.troubles.len() < MAX_TROUBLES {
            self.troubles.push(Trouble { kind, path });
        } else {
            self.more_troubles += 1;
        }
    }
}

/// A file or folder that could not be read.
#[derive(Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What is the matter.
    pub kind: TroubleKind,
    /// Where. File names may name a patient: for the operator's eyes, not for logs.
    pub path: PathBuf,
}

impl fmt::Debug for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Trouble({:?}, ..)", self.kind)
    }
}

/// What is the matter with a file or folder, and what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, thiserror::Error)]
pub enum TroubleKind {
    /// A configured folder is not there.
    #[error(
        "this folder does not exist; check `folders` in the configuration, or whether the share is connected"
    )]
    FolderMissing,
    /// A folder can't be listed.
    #[error("this folder can't be listed; give Labrelay's account the right to read it")]
    FolderUnreadable,
    /// Folders lie deeper than the scan goes.
    #[error("this folder lies too deep and is left out; name it under `folders`")]
    TooDeep,
    /// A link that matches the pattern.
    #[error("this is a link, and links are not followed; name the folder that it points to under `folders`")]
    Link,
    /// A pipe, socket or device that matches the pattern.
    #[error("this is a pipe, socket or device and no file; it is left alone")]
    NotAFile,
    /// The right to read is missing.
    #[error("no right to read this file; give Labrelay's account the right to read it")]
    NoAccess,
    /// Another program keeps it to itself.
    #[error("another program keeps this file to itself; it is tried again")]
    InUse,
    /// It was there when the folder was listed.
    #[error("this file was renamed or deleted before it was read")]
    Vanished,
    /// The operating system can't read it.
    #[error("this file can't be read; check the disk or the network share")]
    ReadError,
    /// A database that is none, or is damaged.
    #[error(
        "this is no SQLite database, or it is damaged; the instrument's maker can mend it; it is tried again"
    )]
    NotADatabase,
    /// Its writer was stopped in the middle of a write, and nobody but that program may mend it.
    #[error(
        "this database was left in the middle of a write; it is read once the instrument's program has opened it again"
    )]
    HalfWritten,
    /// A declared table, column or key is not there, or not as declared.
    #[error("this database lacks a table or column that the manifest declares; `labrelay check` names it")]
    TableMissing,
    /// A look took so long that its writer might notice, or more memory or steps than a look may have.
    #[error("reading this database takes too long or needs too much memory; it is tried again")]
    TooSlow,
    /// A port or serial line can't be opened.
    #[error(
        "this line can't be opened; check that no other program uses it, that the device exists, and the rights of Labrelay's account"
    )]
    LineClosed,
    /// The folders hold more files than one source keeps track of.
    #[error("the folders hold more files than one source keeps track of; move old ones away")]
    TooManyFiles,
}

impl TroubleKind {
    /// Whether a whole folder could not be looked through, so that nothing in it may be taken for gone.
    pub(crate) fn hides_files(self) -> bool {
        matches!(self, Self::FolderMissing | Self::FolderUnreadable)
    }

    /// The kind of an error met when reading a file.
    pub(crate) fn of_file(error: &std::io::Error) -> Self {
        use std::io::ErrorKind;
        match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => TroubleKind::Vanished,
            ErrorKind::PermissionDenied => TroubleKind::NoAccess,
            _ if labrelay_os::file::is_link(error) => TroubleKind::Link,
            _ if labrelay_os::file::is_in_use(error) => TroubleKind::InUse,
            _ => TroubleKind::ReadError,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_operator_is_told_of_some_and_how_many_more() {
        let mut report = ScanReport::default();
        (0..150).for_each(|n| report.trouble(TroubleKind::InUse, PathBuf::from(format!("{n}"))));
        assert_eq!((report.troubles.len(), report.more_troubles), (100, 50));
    }

    #[test]
    fn debug_shows_no_file_name() {
        let trouble = Trouble { kind: TroubleKind::InUse, path: "Jane Doe.lmd".into() };
        assert_eq!(format!("{trouble:?}"), "Trouble(InUse, ..)");
    }
}
