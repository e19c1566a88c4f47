//! Private folders and files on Unix: rights of the owner alone.

use std::fs::{DirBuilder, File, Metadata};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

use super::PrivateError;

/// Rights of a private file: read and written by its owner.
const FILE_MODE: u32 = 0o600;
/// Rights of a private folder: entered by its owner.
const DIR_MODE: u32 = 0o700;
/// Any right of anyone but the owner.
const OTHERS: u32 = 0o077;

pub(super) fn make_dir(dir: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(DIR_MODE).create(dir)
}

pub(super) fn check_dir_rights(dir: &Path, found: &Metadata) -> Result<(), PrivateError> {
    check_rights(dir, found, DIR_MODE)
}

pub(super) fn check_file_rights(path: &Path, _file: &File, found: &Metadata) -> Result<(), PrivateError> {
    check_rights(path, found, FILE_MODE)
}

/// Opens `path` for reading and writing, creating it with rights 0600 if it is missing.
pub fn open_file(path: &Path) -> io::Result<File> {
    File::options().read(true).write(true).create(true).truncate(false).mode(FILE_MODE).open(path)
}

/// Opens `path` to write at its end, creating it with rights 0600 if it is missing.
pub fn open_to_append(path: &Path) -> io::Result<File> {
    File::options().append(true).create(true).mode(FILE_MODE).open(path)
}

/// Creates the new file `path` for its owner alone.
pub fn create_new(path: &Path) -> io::Result<File> {
    File::options().write(true).create_new(true).mode(FILE_MODE).open(path)
}

/// Makes new, renamed and removed entries of `dir` durable.
pub fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
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
