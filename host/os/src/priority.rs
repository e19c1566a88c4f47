//! Work that waits for better-paid work: the priority of one thread. Sets nothing for the whole process.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub use unix::lower;
#[cfg(windows)]
pub use windows::lower;
