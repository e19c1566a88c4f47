//! On Unix: rights 0755 and 0644 whatever the umask, and an owner who is root or us.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use super::ReadableError;

/// Any right to write but the owner's.
const OTHERS_WRITE: u32 = 0o022;

/// What rights are given to.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Folder,
    File,
}

pub(super) fn let_read(path: &Path, kind: Kind) -> io::Result<()> {
    let mode = match kind {
        Kind::Folder => 0o755,
        Kind::File => 0o644,
    };
    fs::set_permissions(path, Permissions::from_mode(mode))
}

pub(super) fn check(path: &Path) -> Result<(), ReadableError> {
    let found = fs::metadata(path).map_err(|source| ReadableError::Io { path: path.into(), source })?;
    let refused = |cure: String| Err(ReadableError::Writable { path: path.into(), cure });
    if found.mode() & OTHERS_WRITE != 0 {
        return refused(format!("run: chmod go-w {}", path.display()));
    }
    let (owner, us) = (found.uid(), rustix::process::geteuid().as_raw());
    if owner != 0 && owner != us {
        return refused(format!("it belongs to account {owner}; run: chown root {}", path.display()));
    }
    Ok(())
}
