//! Folders and files for the service's own account alone, and directory entries that survive a power cut.
//!
//! Does not look above the folder itself: who owns the folders above it is the installer's matter.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use unix as system;
#[cfg(windows)]
use windows as system;

pub use system::{create_new, open_file, open_to_append, sync_dir};
#[cfg(windows)]
pub use windows::SERVICE_SID;
#[cfg(windows)]
pub(crate) use windows::{Rights, is_made_by_trusted, is_trusted_owner, make_dir_with, private_rights};

/// Why a folder or file is not private.
#[derive(Debug, thiserror::Error)]
pub enum PrivateError {
    /// Group or others have rights.
    #[cfg(unix)]
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
    #[cfg(unix)]
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
    /// Somebody else is in its list of rights.
    #[cfg(windows)]
    #[error("{path} is open to {who}; run: icacls \"{path}\" /inheritance:r /grant:r \"{cure}\"")]
    TooWide {
        /// The folder or file.
        path: PathBuf,
        /// Who has rights, as a security identifier.
        who: String,
        /// What `icacls` should grant.
        cure: &'static str,
    },
    /// Somebody whom we don't trust has made it, and put something into it.
    #[cfg(windows)]
    #[error("{path} was made by another account and is not empty; look at what lies there, and delete it")]
    NotOurs {
        /// The folder.
        path: PathBuf,
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
        system::make_dir(dir).map_err(failed)?;
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
    system::check_dir_rights(dir, &found)
}

/// Refuses an open file that other accounts may read, or that is not ours; `path` is for the error.
pub fn check_file(path: &Path, file: &File) -> Result<(), PrivateError> {
    let found = file.metadata().map_err(|source| PrivateError::Io { path: path.into(), source })?;
    if !found.is_file() {
        return Err(PrivateError::WrongKind { path: path.into(), expected: "file" });
    }
    system::check_file_rights(path, file, &found)
}

/// The folder that `path` stands in.
pub fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(dir) if dir != Path::new("") => dir,
        _ => Path::new("."),
    }
}
