//! The end of this process without any code that is run at an orderly end: for when a thread is stuck, and such code might
//! wait for what it holds.

#![allow(unsafe_code)]

/// Ends this process with `code`.
#[cfg(unix)]
pub fn now(code: u8) -> ! {
    // SAFETY: takes a number, and does not return.
    unsafe { libc::_exit(code.into()) }
}

/// Ends this process with `code`.
#[cfg(windows)]
pub fn now(code: u8) -> ! {
    use windows_sys::Win32::System::Threading::{GetCurrentProcess, TerminateProcess};
    // SAFETY: ends this very process. `ExitProcess` would wait for locks of the loader.
    unsafe { TerminateProcess(GetCurrentProcess(), code.into()) };
    std::process::abort() // not reached: a process may always end itself
}
