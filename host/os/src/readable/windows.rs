//! On Windows: rights come from the folder above. In `Program Files` they are right by themselves: administrators write, users,
//! services and packaged apps read.

use std::io;
use std::path::Path;

use super::ReadableError;

/// What rights are given to.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Folder,
    File,
}

pub(super) fn let_read(_path: &Path, _kind: Kind) -> io::Result<()> {
    Ok(())
}

/// Not looked at: who may write in the folder of an installation is the installer's matter (`docs/windows-checks.md`).
pub(super) fn check(path: &Path) -> Result<(), ReadableError> {
    match path.try_exists() {
        Ok(true) => Ok(()),
        Ok(false) => Err(ReadableError::Io { path: path.into(), source: io::ErrorKind::NotFound.into() }),
        Err(source) => Err(ReadableError::Io { path: path.into(), source }),
    }
}
