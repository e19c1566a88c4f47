//! How much room a disk has left. Counts what this process may use, not what is kept for administrators.

use std::io;
use std::path::Path;

/// Free bytes on the file system that holds `path`.
pub fn free_bytes(path: &Path) -> io::Result<u64> {
    let found = rustix::fs::statvfs(path)?;
    Ok(found.f_bavail.saturating_mul(found.f_frsize))
}
