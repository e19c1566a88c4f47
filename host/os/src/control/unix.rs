//! The door on Unix: a socket in the state folder.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::AsRawFd as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The socket within the state folder.
const SOCKET: &str = "control.sock";

/// The service's side.
#[derive(Debug)]
pub struct Listener(UnixListener);

impl Listener {
    /// Opens the door of `state`, whatever an earlier service left there; only one may hold the folder.
    pub fn bind(state: &Path) -> io::Result<Self> {
        let _ = std::fs::remove_file(state.join(SOCKET)); // left by a service that was killed
        let (path, _folder) = short_path(state)?;
        Ok(Self(UnixListener::bind(path)?))
    }

    /// Waits for somebody to come in.
    pub fn accept(&self) -> io::Result<Connection> {
        Ok(Connection(self.0.accept()?.0))
    }
}

/// A command and a service, each at its end.
#[derive(Debug)]
pub struct Connection(UnixStream);

impl Connection {
    /// To the service that runs on `state`; an error if none does.
    pub fn open(state: &Path) -> io::Result<Self> {
        let (path, _folder) = short_path(state)?;
        Ok(Self(UnixStream::connect(path)?))
    }

    /// From now on, how long the other end may take to send or take something.
    pub fn set_patience(&self, patience: Duration) -> io::Result<()> {
        self.0.set_read_timeout(Some(patience))?;
        self.0.set_write_timeout(Some(patience))
    }
}

impl Read for &Connection {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        (&self.0).read(buf)
    }
}

impl Write for &Connection {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        (&self.0).write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        (&self.0).flush()
    }
}

/// Whether a service has opened its door on `state`; asks it nothing.
pub fn is_open(state: &Path) -> bool {
    state.join(SOCKET).exists()
}

/// The socket's path by way of an open folder: a socket's own path may have 108 bytes at most.
fn short_path(state: &Path) -> io::Result<(PathBuf, File)> {
    let folder = File::open(state)?;
    let path = PathBuf::from(format!("/proc/self/fd/{}/{SOCKET}", folder.as_raw_fd()));
    Ok((path, folder))
}
