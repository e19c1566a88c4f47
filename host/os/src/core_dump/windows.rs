//! Crash dumps off on Windows: an unhandled fault ends the process, and error reporting never hears of it.

#![allow(unsafe_code)]

use std::io;

use windows_sys::Win32::System::Diagnostics::Debug::{
    GetErrorMode, SEM_FAILCRITICALERRORS, SEM_NOGPFAULTERRORBOX, SetErrorMode,
};

/// No report of a fault, which is what writes a dump, and no box that asks somebody about a disk.
const QUIET: u32 = SEM_NOGPFAULTERRORBOX | SEM_FAILCRITICALERRORS;

/// Forbids crash dumps of this process, and of those that it starts. To be called first of all.
pub fn forbid() -> io::Result<()> {
    // SAFETY: only reads and sets flags of this process.
    unsafe { SetErrorMode(GetErrorMode() | QUIET) };
    if is_forbidden() { Ok(()) } else { Err(io::Error::other("the error mode can't be set")) }
}

/// Whether a fault of this process is reported to nobody.
pub fn is_forbidden() -> bool {
    // SAFETY: only reads flags of this process.
    unsafe { GetErrorMode() & QUIET == QUIET }
}
