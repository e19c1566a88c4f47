//! What the Windows modules share: texts as Windows spells them, handles with an owner, errors, security identifiers.

#![allow(unsafe_code)]

pub(crate) mod access_list;

use std::ffi::OsStr;
use std::io;
use std::os::windows::ffi::OsStrExt as _;
use std::os::windows::io::{FromRawHandle as _, OwnedHandle};
use std::path::{Component, Path, Prefix};

use windows_sys::Win32::Foundation::{HANDLE, INVALID_HANDLE_VALUE, LocalFree, WIN32_ERROR};
use windows_sys::Win32::Security::Authorization::ConvertSidToStringSidW;
use windows_sys::Win32::Security::PSID;
use windows_sys::core::BOOL;

/// A folder's path has to leave room for a short file name (8.3) within the 260 of old Windows.
const LONG_PATH_UNITS: usize = 260 - 12;

/// UTF-16 with a zero at its end.
pub(crate) fn wide(text: impl AsRef<OsStr>) -> Vec<u16> {
    text.as_ref().encode_wide().chain([0]).collect()
}

/// A path for a call of the system's. The library does the same for its own calls: beyond this length, Windows takes a path in
/// its verbatim form alone, unless the PC's administrator has said otherwise.
pub(crate) fn wide_path(path: &Path) -> io::Result<Vec<u16>> {
    let path = std::path::absolute(path)?;
    let is_short = path.as_os_str().encode_wide().count() < LONG_PATH_UNITS;
    let (head, left_out) = match path.components().next() {
        Some(Component::Prefix(prefix)) if !is_short => match prefix.kind() {
            Prefix::Disk(_) => (r"\\?\", 0),
            Prefix::UNC(..) => (r"\\?\UNC", 1), // one of the two backslashes
            _ => ("", 0),                       // verbatim already, or a device
        },
        _ => ("", 0),
    };
    Ok(head.encode_utf16().chain(path.as_os_str().encode_wide().skip(left_out)).chain([0]).collect())
}

/// What stands before the first zero.
pub(crate) fn narrow(text: &[u16]) -> String {
    let end = text.iter().position(|unit| *unit == 0).unwrap_or(text.len());
    String::from_utf16_lossy(text.get(..end).unwrap_or_default())
}

/// The handle that a call has just made, or why it made none.
pub(crate) fn owned(made: HANDLE) -> io::Result<OwnedHandle> {
    if made.is_null() || made == INVALID_HANDLE_VALUE {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: only called with what a system call made for us to own.
    Ok(unsafe { OwnedHandle::from_raw_handle(made) })
}

/// The error of a call that gave `done`, if it failed.
pub(crate) fn succeeded(done: BOOL) -> io::Result<()> {
    if done == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// The error of a call that gives a code, if it failed.
pub(crate) fn coded(code: WIN32_ERROR) -> io::Result<()> {
    if code == 0 { Ok(()) } else { Err(io::Error::from_raw_os_error(code.cast_signed())) }
}

/// `S-1-5-…`.
///
/// # Safety
///
/// `sid` points to a valid security identifier.
pub(crate) unsafe fn sid_text(sid: PSID) -> io::Result<String> {
    let mut text = std::ptr::null_mut();
    // SAFETY: the caller's word for `sid`; the text is the system's, freed below.
    succeeded(unsafe { ConvertSidToStringSidW(sid, &mut text) })?;
    // SAFETY: the system ends it with a zero.
    let length = (0..).take_while(|at| unsafe { *text.add(*at) } != 0).count();
    // SAFETY: as many units have just been read.
    let spelt = String::from_utf16_lossy(unsafe { std::slice::from_raw_parts(text, length) });
    // SAFETY: allocated by the call above, as it documents.
    unsafe { LocalFree(text.cast()) };
    Ok(spelt)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelt(path: &str) -> String {
        narrow(&wide_path(Path::new(path)).unwrap())
    }

    #[test]
    fn only_a_long_path_takes_the_verbatim_form() {
        let long = "a".repeat(LONG_PATH_UNITS);
        assert_eq!(spelt(r"C:\a\b"), r"C:\a\b");
        assert_eq!(spelt(&format!(r"C:\{long}")), format!(r"\\?\C:\{long}"));
        assert_eq!(spelt(&format!(r"\\server\share\{long}\b")), format!(r"\\?\UNC\server\share\{long}\b"));
        assert_eq!(spelt(&format!(r"\\?\C:\{long}")), format!(r"\\?\C:\{long}"));
    }
}
