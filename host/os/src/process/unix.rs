//! Worker processes on Unix: plain children, which confine themselves.
#![allow(unsafe_code)]

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use rustix::process::{Signal, set_parent_process_death_signal};

use super::StartedWorker;
use crate::channel::Channel;
use crate::core_dump;

/// A worker's process.
pub type WorkerChild = std::process::Child;

/// Starts `program` with the other end of the channel as its standard input and nothing else of ours: no
/// environment, no descriptor that we have opened (Rust opens all close-on-exec), no terminal signals. What it prints
/// comes out of one pipe.
pub fn start_worker(program: &Path, args: &[OsString]) -> io::Result<StartedWorker> {
    let (channel, theirs) = Channel::pair()?;
    let (output, stdout) = io::pipe()?;
    let stderr = stdout.try_clone()?;
    let child = Command::new(program)
        .args(args)
        .env_clear()
        .current_dir("/")
        .process_group(0)
        .stdin(Stdio::from(theirs))
        .stdout(stdout)
        .stderr(stderr)
        .spawn()?;
    Ok(StartedWorker { child, channel, output })
}

/// In the worker, before anything else: forbids core dumps; asks the system to end this process when the thread
/// that started it ends, so that none is orphaned; closes what the host itself may have inherited without close-on-exec; and
/// takes the channel from standard input, which then is empty.
pub fn become_worker() -> io::Result<Channel> {
    core_dump::forbid()?;
    close_inherited()?;
    set_parent_process_death_signal(Some(Signal::KILL))?;
    let socket = io::stdin().as_fd().try_clone_to_owned()?;
    rustix::stdio::dup2_stdin(File::open("/dev/null")?)?;
    Ok(Channel::from_end(socket))
}

fn close_inherited() -> io::Result<()> {
    let mut inherited = Vec::new();
    for entry in std::fs::read_dir("/proc/self/fd")? {
        let number = entry?.file_name().to_str().and_then(|name| name.parse::<i32>().ok());
        inherited.extend(number.filter(|number| *number > 2));
    }
    for number in inherited {
        // SAFETY: only asked whether it is open; that of the listing itself no longer is.
        let is_open = rustix::io::fcntl_getfd(unsafe { BorrowedFd::borrow_raw(number) }).is_ok();
        if is_open {
            // SAFETY: nothing in this process has opened anything yet, so this one has no other owner.
            drop(unsafe { OwnedFd::from_raw_fd(number) });
        }
    }
    Ok(())
}

/// Opens a plugin's library for a worker to load.
pub fn open_library(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// What a worker has to be told beside the open `library`: nothing.
pub fn library_name(_library: &File) -> io::Result<Vec<u8>> {
    Ok(Vec::new())
}

/// A path by which this process can open `library` again, as the dynamic loader wants one; `name` is that of
/// [`library_name`].
pub fn path_of_library(file: &File, _name: &[u8]) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()))
}

/// The number by which `file` is known within this process.
pub fn raw_number(file: &File) -> u64 {
    u64::try_from(file.as_raw_fd()).unwrap_or(u64::MAX)
}

/// The signal that ended a process, if one did.
pub fn ending_signal(status: ExitStatus) -> Option<i32> {
    status.signal()
}
