//! The door on Windows: a named pipe, named after the folder's own number, for those alone who may enter the folder.
//!
//! A pipe's name can be taken by anybody. So the service takes no pipe that is there already, and a command asks
//! nobody but the folder's owner, administrators, the system or its own account.

#![allow(unsafe_code)]

use std::cell::Cell;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::windows::fs::OpenOptionsExt as _;
use std::os::windows::io::OwnedHandle;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use windows_sys::Win32::Foundation::ERROR_PIPE_BUSY;
use windows_sys::Win32::Storage::FileSystem::{
    FILE_FLAG_FIRST_PIPE_INSTANCE, FILE_FLAG_OVERLAPPED, PIPE_ACCESS_DUPLEX, SECURITY_IDENTIFICATION,
};
use windows_sys::Win32::System::Pipes::{
    CreateNamedPipeW, PIPE_READMODE_BYTE, PIPE_REJECT_REMOTE_CLIENTS, PIPE_TYPE_BYTE, PIPE_WAIT,
    WaitNamedPipeW,
};

use crate::channel::Channel;
use crate::file::FileFacts;
use crate::private::{is_trusted_owner, private_rights};
use crate::windows::{owned, wide};

/// Connections at once: the one that is answered, and one that waits.
const MAX_INSTANCES: u32 = 2;
const BUFFER_BYTES: u32 = 64 * 1024;
/// How long a command waits for its turn.
const TURN: Duration = Duration::from_secs(10);
/// How often it looks whether it has come.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// The service's side.
#[derive(Debug)]
pub struct Listener {
    name: String,
    /// Always one, so that a command never finds the door gone.
    next: Mutex<Channel>,
}

impl Listener {
    /// Opens the door of `state`.
    pub fn bind(state: &Path) -> io::Result<Self> {
        let name = name(state)?;
        let first = instance(&name, FILE_FLAG_FIRST_PIPE_INSTANCE)?;
        Ok(Self { name, next: Mutex::new(first) })
    }

    /// Waits for somebody to come in.
    pub fn accept(&self) -> io::Result<Connection> {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        next.wait_for_client()?;
        let pipe = std::mem::replace(&mut *next, instance(&self.name, 0)?);
        Ok(Connection { pipe, patience: Cell::new(None) })
    }
}

/// A command and a service, each at its end.
#[derive(Debug)]
pub struct Connection {
    pipe: Channel,
    patience: Cell<Option<Duration>>,
}

impl Connection {
    /// To the service that runs on `state`; an error if none does.
    pub fn open(state: &Path) -> io::Result<Self> {
        let name = name(state)?;
        let until = Instant::now() + TURN;
        let pipe = loop {
            match connect(&name) {
                Err(error) if is_busy(&error) && Instant::now() < until => std::thread::sleep(LOOK_AGAIN),
                other => break other?,
            }
        };
        if !is_trusted_owner(&pipe, state)? {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the service is another account's"));
        }
        Ok(Self { pipe: Channel::from_end(OwnedHandle::from(pipe)), patience: Cell::new(None) })
    }

    /// From now on, how long the other end may take to send or take something.
    pub fn set_patience(&self, patience: Duration) -> io::Result<()> {
        self.patience.set(Some(patience));
        Ok(())
    }

    fn deadline(&self) -> Option<Instant> {
        self.patience.get().map(|patience| Instant::now() + patience)
    }
}

impl Read for &Connection {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if buf.is_empty() { Ok(0) } else { self.pipe.read_some(buf, self.deadline()) }
    }
}

impl Write for &Connection {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.pipe.write_some(buf, self.deadline())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Whether a service has opened its door on `state`; asks it nothing.
pub fn is_open(state: &Path) -> bool {
    let Ok(name) = name(state) else { return false };
    let name = wide(name);
    // SAFETY: a name that ends with a zero.
    unsafe { WaitNamedPipeW(name.as_ptr(), 1) != 0 }
}

/// The folder's number on its volume: the same for every way to write its path.
fn name(state: &Path) -> io::Result<String> {
    let id = FileFacts::of_path(state)?.id;
    Ok(format!(r"\\.\pipe\labrelay-control-{:x}-{:x}", id.volume, id.file))
}

fn instance(name: &str, first: u32) -> io::Result<Channel> {
    let (name, rights) = (wide(name), private_rights()?);
    let open = PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED | first;
    let mode = PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS;
    // SAFETY: a name that ends with a zero, and rights that live until after the call.
    let pipe = unsafe {
        let (name, size) = (name.as_ptr(), BUFFER_BYTES);
        CreateNamedPipeW(name, open, mode, MAX_INSTANCES, size, size, 0, &rights.attributes())
    };
    Ok(Channel::from_end(owned(pipe)?))
}

fn connect(name: &str) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .custom_flags(FILE_FLAG_OVERLAPPED)
        .security_qos_flags(SECURITY_IDENTIFICATION) // whoever answers learns who asks, and can do nothing as them
        .open(name)
}

fn is_busy(error: &io::Error) -> bool {
    error.raw_os_error() == Some(ERROR_PIPE_BUSY.cast_signed())
}
