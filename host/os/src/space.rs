//! How much room a disk has left. Counts what this process may use, not what is kept for administrators.

#![cfg_attr(windows, allow(unsafe_code))]

use std::io;
use std::path::Path;

/// Free bytes on the file system that holds `path`.
#[cfg(unix)]
pub fn free_bytes(path: &Path) -> io::Result<u64> {
    let found = rustix::fs::statvfs(path)?;
    Ok(found.f_bavail.saturating_mul(found.f_frsize))
}

/// Free bytes on the volume that holds the folder `path`, within this account's quota.
#[cfg(windows)]
pub fn free_bytes(path: &Path) -> io::Result<u64> {
    use windows_sys::Win32::Storage::FileSystem::GetDiskFreeSpaceExW;
    let (mut free, none) = (0, std::ptr::null_mut());
    let path = crate::windows::wide_path(path)?;
    // SAFETY: a path that ends with a zero, a variable of ours, and two results that nobody asks for.
    crate::windows::succeeded(unsafe { GetDiskFreeSpaceExW(path.as_ptr(), &mut free, none, none) })?;
    Ok(free)
}
