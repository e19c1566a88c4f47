//! The channel on Windows: a pipe in both directions, and open files as handles that the host puts into the worker.
//!
//! Both ends work with overlapped operations, each of which has ended before the call returns: so a deadline holds, and a
//! buffer is never written to after it.

#![allow(unsafe_code)]

use std::fs::{File, OpenOptions};
use std::io;
use std::os::windows::fs::OpenOptionsExt as _;
use std::os::windows::io::{AsRawHandle as _, FromRawHandle as _, OwnedHandle, RawHandle};
use std::time::{Duration, Instant};

use windows_sys::Win32::Foundation::{
    DuplicateHandle, ERROR_BROKEN_PIPE, ERROR_IO_PENDING, ERROR_OPERATION_ABORTED, ERROR_PIPE_CONNECTED,
    HANDLE,
};
use windows_sys::Win32::Storage::FileSystem::{
    FILE_FLAG_FIRST_PIPE_INSTANCE, FILE_FLAG_OVERLAPPED, FILE_READ_ATTRIBUTES, FILE_READ_DATA,
    PIPE_ACCESS_DUPLEX, ReadFile, SECURITY_ANONYMOUS, SYNCHRONIZE, WriteFile,
};
use windows_sys::Win32::System::IO::{CancelIoEx, GetOverlappedResult, OVERLAPPED};
use windows_sys::Win32::System::Pipes::{
    ConnectNamedPipe, CreateNamedPipeW, PIPE_READMODE_BYTE, PIPE_REJECT_REMOTE_CLIENTS, PIPE_TYPE_BYTE,
    PIPE_WAIT,
};
use windows_sys::Win32::System::Threading::{CreateEventW, GetCurrentProcess, INFINITE, WaitForSingleObject};

use super::{MAX_FILES, too_many_files};
use crate::windows::{owned, succeeded, wide};

/// What the system keeps for either direction: the size of a socket's buffer, more or less.
const BUFFER_BYTES: u32 = 64 * 1024;
/// What a worker may do with an input.
const READ_ONLY: u32 = FILE_READ_DATA | FILE_READ_ATTRIBUTES | SYNCHRONIZE;
const HANDLE_BYTES: usize = 8;

/// One end of the pipe.
#[derive(Debug)]
pub struct Channel {
    pipe: OwnedHandle,
    /// The process at the other end, into which files are put; this one itself, if none is named.
    peer: Option<OwnedHandle>,
}

impl Channel {
    /// Makes a pair: our end, and the one that a child process gets as its standard input.
    ///
    /// The pipe has a name for a moment, which nobody can guess, one instance, and no client of another PC.
    pub fn pair() -> io::Result<(Self, OwnedHandle)> {
        let random = || getrandom::u64().map_err(io::Error::other);
        let name = format!(r"\\.\pipe\labrelay-{}-{:016x}{:016x}", std::process::id(), random()?, random()?);
        let open = PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE | FILE_FLAG_OVERLAPPED;
        let mode = PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS;
        let spelt = wide(&name);
        // SAFETY: the name ends with a zero and outlives the call; no security attributes are given.
        let pipe = unsafe {
            CreateNamedPipeW(spelt.as_ptr(), open, mode, 1, BUFFER_BYTES, BUFFER_BYTES, 0, std::ptr::null())
        };
        let ours = owned(pipe)?;
        // The only instance: whoever else had come first would have kept us out.
        let theirs = OpenOptions::new()
            .read(true)
            .write(true)
            .share_mode(0)
            .custom_flags(FILE_FLAG_OVERLAPPED)
            .security_qos_flags(SECURITY_ANONYMOUS)
            .open(&name)?;
        Ok((Self { pipe: ours, peer: None }, OwnedHandle::from(theirs)))
    }

    /// The end that a process was started with.
    pub fn from_end(pipe: OwnedHandle) -> Self {
        Self { pipe, peer: None }
    }

    /// Files that are sent from now on are put into `peer`.
    pub(crate) fn set_peer(&mut self, peer: OwnedHandle) {
        self.peer = Some(peer);
    }

    /// Sends `head`, then the handles under which the other end has `files` from now on, then `body`. `None` waits for ever.
    pub fn send(
        &self,
        head: &[u8],
        body: &[u8],
        files: &[&File],
        deadline: Option<Instant>,
    ) -> io::Result<()> {
        if files.len() > MAX_FILES {
            return Err(too_many_files());
        }
        let mut first = head.to_vec();
        for file in files {
            first.extend(self.put(file)?.to_le_bytes());
        }
        self.send_all(&first, deadline)?;
        self.send_all(body, deadline)
    }

    /// Fills `buf`.
    pub fn receive(&self, buf: &mut [u8], deadline: Option<Instant>) -> io::Result<()> {
        let mut filled = 0;
        while let Some(rest) = buf.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.read_some(rest, deadline)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                received => filled += received,
            }
        }
        Ok(())
    }

    /// Fills `buf` like [`Channel::receive`], then takes as many open files as `announced` reads in it. For a worker alone,
    /// which has them from its host; a host takes no number from anybody.
    pub fn receive_with_files(
        &self,
        buf: &mut [u8],
        announced: impl FnOnce(&[u8]) -> usize,
        deadline: Option<Instant>,
    ) -> io::Result<Vec<File>> {
        self.receive(buf, deadline)?;
        let count = announced(buf);
        if count > MAX_FILES {
            return Err(too_many_files());
        }
        let mut numbers = vec![0; count * HANDLE_BYTES];
        self.receive(&mut numbers, deadline)?;
        let (numbers, _) = numbers.as_chunks::<HANDLE_BYTES>();
        // SAFETY: the host has put this handle into this process for it to own, and tells of it once.
        let own = |bytes: &[u8; HANDLE_BYTES]| unsafe { File::from_raw_handle(raw(*bytes)) };
        Ok(numbers.iter().map(own).collect())
    }

    /// A handle of the other end's process by which `file` can be read and nothing else.
    fn put(&self, file: &File) -> io::Result<u64> {
        // SAFETY: gives a constant.
        let us = unsafe { GetCurrentProcess() };
        let peer = self.peer.as_ref().map_or(us, |peer| peer.as_raw_handle());
        let mut put: HANDLE = std::ptr::null_mut();
        // SAFETY: both processes and the file are open; the result goes to a variable of ours.
        let done = unsafe { DuplicateHandle(us, file.as_raw_handle(), peer, &mut put, READ_ONLY, 0, 0) };
        succeeded(done)?;
        Ok(put.addr() as u64)
    }

    fn send_all(&self, mut rest: &[u8], deadline: Option<Instant>) -> io::Result<()> {
        while !rest.is_empty() {
            let sent = self.write_some(rest, deadline)?;
            rest = rest.get(sent..).unwrap_or_default();
        }
        Ok(())
    }

    /// Of a pipe with a name: waits until somebody has opened its other end.
    pub(crate) fn wait_for_client(&self) -> io::Result<()> {
        // SAFETY: `transfer` keeps the operation until it has ended.
        let begin = |pipe, operation: *mut OVERLAPPED| unsafe { ConnectNamedPipe(pipe, operation) };
        match self.transfer(begin, None) {
            Err(error) if error.raw_os_error() == Some(ERROR_PIPE_CONNECTED.cast_signed()) => Ok(()),
            other => other.map(drop),
        }
    }

    /// What is there, up to the length of `buf`; waits until something is. 0 once the other end is gone.
    pub(crate) fn read_some(&self, buf: &mut [u8], deadline: Option<Instant>) -> io::Result<usize> {
        let length = u32::try_from(buf.len()).unwrap_or(u32::MAX);
        let begin = |pipe, operation: *mut OVERLAPPED| {
            // SAFETY: `transfer` keeps the operation until it has ended, and the buffer is borrowed for as long.
            unsafe { ReadFile(pipe, buf.as_mut_ptr(), length, std::ptr::null_mut(), operation) }
        };
        match self.transfer(begin, deadline) {
            Err(error) if error.raw_os_error() == Some(ERROR_BROKEN_PIPE.cast_signed()) => Ok(0),
            other => other,
        }
    }

    /// Writes some of `buf`, once there is room.
    pub(crate) fn write_some(&self, buf: &[u8], deadline: Option<Instant>) -> io::Result<usize> {
        let length = u32::try_from(buf.len()).unwrap_or(u32::MAX);
        let begin = |pipe, operation: *mut OVERLAPPED| {
            // SAFETY: as in `read_some`; nothing is written to the buffer.
            unsafe { WriteFile(pipe, buf.as_ptr(), length, std::ptr::null_mut(), operation) }
        };
        self.transfer(begin, deadline)
    }

    /// Begins an operation, waits until `deadline`, and cancels it then. In any case it has ended when this returns.
    fn transfer(
        &self,
        begin: impl FnOnce(HANDLE, *mut OVERLAPPED) -> i32,
        deadline: Option<Instant>,
    ) -> io::Result<usize> {
        // SAFETY: makes a new event without a name.
        let event = owned(unsafe { CreateEventW(std::ptr::null(), 1, 0, std::ptr::null()) })?;
        let mut operation = OVERLAPPED { hEvent: event.as_raw_handle(), ..OVERLAPPED::default() };
        let pipe = self.pipe.as_raw_handle();
        if begin(pipe, &mut operation) == 0 {
            let error = io::Error::last_os_error();
            if error.raw_os_error() != Some(ERROR_IO_PENDING.cast_signed()) {
                return Err(error);
            }
        }
        // SAFETY: the event is open. Whatever this says, the next call says more.
        unsafe { WaitForSingleObject(event.as_raw_handle(), milliseconds_until(deadline)) };
        // SAFETY: the operation is this one. If it has ended, nothing is found to cancel.
        unsafe { CancelIoEx(pipe, &operation) };
        let mut moved = 0;
        // SAFETY: waits until the operation has ended, so that it and its buffer may go.
        if unsafe { GetOverlappedResult(pipe, &operation, &mut moved, 1) } == 0 {
            let error = io::Error::last_os_error();
            let cancelled = error.raw_os_error() == Some(ERROR_OPERATION_ABORTED.cast_signed());
            return Err(if cancelled { io::ErrorKind::TimedOut.into() } else { error });
        }
        Ok(usize::try_from(moved).unwrap_or(usize::MAX))
    }
}

fn raw(bytes: [u8; HANDLE_BYTES]) -> RawHandle {
    let number = usize::try_from(u64::from_le_bytes(bytes)).unwrap_or(0);
    std::ptr::without_provenance_mut(number)
}

/// Rounded up, so that nothing ends before its deadline.
fn milliseconds_until(deadline: Option<Instant>) -> u32 {
    let Some(deadline) = deadline else { return INFINITE };
    let left = deadline.saturating_duration_since(Instant::now()) + Duration::from_nanos(999_999);
    u32::try_from(left.as_millis()).unwrap_or(INFINITE - 1).min(INFINITE - 1)
}
