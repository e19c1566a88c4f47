//! Folders and files for the service's own account alone, and directory entries that survive a power cut.
//!
//! Does not look above the folder itself: who owns the folders above it is the installer's matter.

use std::fs::{self, DirBuilder, File, Metadata};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Rights of a private file: read and written by its owner.
pub(crate) const FILE_MODE: u32 = 0o600;
/// Rights of a private folder: entered by its owner.
const DIR_MODE: u32 = 0o700;
/// Any right of anyone but the owner.
const OTHERS: u32 = 0o077;

/// Why a folder or file is not private.
#[derive(Debug, thiserror::Error)]
pub enum PrivateError {
    /// Group or others have rights.
    #[error("{path} is open to other accounts (rights {mode:04o}); run: chmod {cure:o} {path}")]
    TooWide {
        /// The folder or file.
        path: PathBuf,
        /// Its rights.
        mode: u32,
        /// What they should be.
        cure: u32,
    },
    /// Another account owns it and can change it.
    #[error(
        "{path} belongs to account {owner}, but this process runs as account {us}; run: chown {us} {path}"
    )]
    OtherOwner {
        /// The folder or file.
        path: PathBuf,
        /// Who owns it.
        owner: u32,
        /// Who we are.
        us: u32,
    },
    /// Neither a folder nor a file where one was expected.
    #[error("{path} is no {expected}")]
    WrongKind {
        /// What stands there.
        path: PathBuf,
        /// What should.
        expected: &'static str,
    },
    /// The system refused.
    #[error("{path} can't be used: {source}")]
    Io {
        /// The folder or file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Creates `dir` (and what is missing above it) with rights 0700, or checks that it has no wider ones.
pub fn create_dir(dir: &Path) -> Result<(), PrivateError> {
    let failed = |source| PrivateError::Io { path: dir.into(), source };
    if !dir.exists() {
        DirBuilder::new().recursive(true).mode(DIR_MODE).create(dir).map_err(failed)?;
        sync_dir(parent(dir)).map_err(failed)?;
    }
    check_dir(dir)
}

/// Refuses a folder that other accounts may enter, or that is not ours.
pub fn check_dir(dir: &Path) -> Result<(), PrivateError> {
    let found = fs::metadata(dir).map_err(|source| PrivateError::Io { path: dir.into(), source })?;
    if !found.is_dir() {
        return Err(PrivateError::WrongKind { path: dir.into(), expected: "folder" });
    }
    check_rights(dir, &found, DIR_MODE)
}

/// Refuses an open file that other accounts may read, or that is not ours; `path` is for the error.
pub fn check_file(path: &Path, file: &File) -> Result<(), PrivateError> {
    let found = file.metadata().map_err(|source| PrivateError::Io { path: path.into(), source })?;
    if !found.is_file() {
        return Err(PrivateError::WrongKind { path: path.into(), expected: "file" });
    }
    check_rights(path, &found, FILE_MODE)
}

/// Opens `path` for reading and writing, creating it with rights 0600 if it is missing.
pub fn open_file(path: &Path) -> io::Result<File> {
    File::options().read(true).write(true).create(true).truncate(false).mode(FILE_MODE).open(path)
}

/// Makes new, renamed and removed entries of `dir` durable.
pub fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// The folder that `path` stands in.
pub fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(dir) if dir != Path::new("") => dir,
        _ => Path::new("."),
    }
}

fn check_rights(path: &Path, found: &Metadata, cure: u32) -> Result<(), PrivateError> {
    let mode = found.mode() & 0o7777;
    if mode & OTHERS != 0 {
        return Err(PrivateError::TooWide { path: path.into(), mode, cure });
    }
    let (owner, us) = (found.uid(), rustix::process::geteuid().as_raw());
    if owner != us {
        return Err(PrivateError::OtherOwner { path: path.into(), owner, us });
    }
    Ok(())
}
