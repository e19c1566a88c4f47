//! An opened input within the worker, made from the number in its [`Handle`](crate::Handle).
#![allow(unsafe_code)]

use std::fs::File;
use std::io;
use std::mem::ManuallyDrop;
#[cfg(unix)]
use std::os::fd::{FromRawFd as _, RawFd};
#[cfg(unix)]
use std::os::unix::fs::FileExt as _;
#[cfg(windows)]
use std::os::windows::fs::FileExt as _;
#[cfg(windows)]
use std::os::windows::io::FromRawHandle as _;

use crate::Handle;

/// An input that somebody else owns: reads at an offset, and closes nothing.
#[derive(Debug)]
pub struct RawInput {
    file: ManuallyDrop<File>,
    size: u64,
}

impl RawInput {
    /// The input behind `handle`. `None` if its number can be no descriptor of a process.
    ///
    /// Use it within the poll that the handle came with: the worker closes the descriptor after it. A number
    /// that is not open gives errors when reading, nothing worse.
    pub fn of(handle: &Handle) -> Option<Self> {
        #[cfg(unix)]
        let raw = RawFd::try_from(handle.raw).ok()?;
        #[cfg(windows)]
        let raw = std::ptr::without_provenance_mut(usize::try_from(handle.raw).ok()?);
        // SAFETY: `ManuallyDrop` keeps this `File` from ever closing a descriptor that it does not own, and the
        // only thing done with it is `pread`, which fails cleanly on a number that is not open for reading.
        #[cfg(unix)]
        let file = unsafe { File::from_raw_fd(raw) };
        // SAFETY: likewise, with `ReadFile` at an offset.
        #[cfg(windows)]
        let file = unsafe { File::from_raw_handle(raw) };
        Some(Self { file: ManuallyDrop::new(file), size: handle.size })
    }

    /// Where it ends for this poll, in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Reads at `offset` without moving any position that others share; 0 means the end. What a file has grown by since
    /// is not read: the host has not looked at it yet.
    pub fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let rest = usize::try_from(self.size.saturating_sub(offset)).unwrap_or(usize::MAX).min(buf.len());
        let buf = buf.get_mut(..rest).unwrap_or_default();
        #[cfg(unix)]
        return self.file.read_at(buf, offset);
        #[cfg(windows)]
        self.file.seek_read(buf, offset) // it moves the position, which nobody relies on there
    }
}
