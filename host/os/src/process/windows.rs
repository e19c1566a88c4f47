//! Worker processes on Windows: started confined, in a job that ends them with the host.

#![allow(unsafe_code)]

mod command_line;
mod start;

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::windows::ffi::OsStringExt as _;
use std::os::windows::fs::OpenOptionsExt as _;
use std::os::windows::io::{AsRawHandle as _, OwnedHandle};
use std::os::windows::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use windows_sys::Win32::Foundation::WAIT_OBJECT_0;
use windows_sys::Win32::Storage::FileSystem::{FILE_SHARE_READ, GetFinalPathNameByHandleW, VOLUME_NAME_DOS};
use windows_sys::Win32::System::Console::{GetStdHandle, STD_INPUT_HANDLE, SetStdHandle};
use windows_sys::Win32::System::LibraryLoader::{LOAD_LIBRARY_SEARCH_SYSTEM32, SetDefaultDllDirectories};
use windows_sys::Win32::System::Threading::{
    GetExitCodeProcess, INFINITE, TerminateProcess, WaitForSingleObject,
};

use super::StartedWorker;
use crate::channel::Channel;
use crate::core_dump;
use crate::sandbox::windows::job::Job;
use crate::windows::{owned, succeeded};

/// Exit code of a worker that was ended by us.
const ENDED: u32 = 1;
/// Longest path of a library, in the units that Windows counts: the longest that it knows.
const MAX_PATH_UNITS: usize = 32 * 1024;

/// A worker's process, and the job that it can't leave. Dropping it ends the process.
#[derive(Debug)]
pub struct WorkerChild {
    process: OwnedHandle,
    id: u32,
    _job: Job,
}

impl WorkerChild {
    /// Its process id.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// How it ended, if it has.
    pub fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
        self.wait_for(0)
    }

    /// Ends it.
    pub fn kill(&mut self) -> io::Result<()> {
        // SAFETY: the process is open.
        succeeded(unsafe { TerminateProcess(self.process.as_raw_handle(), ENDED) })
    }

    /// How it ended, once it has.
    pub fn wait(&mut self) -> io::Result<ExitStatus> {
        self.wait_for(INFINITE)?.ok_or_else(io::Error::last_os_error)
    }

    fn wait_for(&self, milliseconds: u32) -> io::Result<Option<ExitStatus>> {
        let process = self.process.as_raw_handle();
        // SAFETY: the process is open.
        if unsafe { WaitForSingleObject(process, milliseconds) } != WAIT_OBJECT_0 {
            return Ok(None);
        }
        let mut code = 0;
        // SAFETY: the process is open, the result a variable of ours.
        succeeded(unsafe { GetExitCodeProcess(process, &mut code) })?;
        Ok(Some(ExitStatus::from_raw(code)))
    }
}

/// Starts `program` confined, with the other end of the channel as its standard input and nothing else of ours: no
/// environment, no handle but its own three, no console. What it prints comes out of one pipe.
pub fn start_worker(program: &Path, args: &[OsString]) -> io::Result<StartedWorker> {
    let (mut channel, theirs) = Channel::pair()?;
    let (output, printed) = io::pipe()?;
    let job = Job::new()?;
    let started =
        start::Start { program, args, input: theirs, output: OwnedHandle::from(printed) }.run(&job)?;
    channel.set_peer(started.process.try_clone()?);
    let child = WorkerChild { process: started.process, id: started.id, _job: job };
    Ok(StartedWorker { child, channel, output })
}

/// In the worker, before anything else: forbids crash dumps; has libraries come from the system's folder alone; and takes the
/// channel from standard input, which then is empty. That it ends with its host is the job's matter.
pub fn become_worker() -> io::Result<Channel> {
    core_dump::forbid()?;
    // SAFETY: only sets a flag.
    succeeded(unsafe { SetDefaultDllDirectories(LOAD_LIBRARY_SEARCH_SYSTEM32) })?;
    // SAFETY: only asks.
    let input = owned(unsafe { GetStdHandle(STD_INPUT_HANDLE) })?;
    // SAFETY: leaves standard input empty, so that the channel has one owner.
    succeeded(unsafe { SetStdHandle(STD_INPUT_HANDLE, std::ptr::null_mut()) })?;
    Ok(Channel::from_end(input))
}

/// Opens a plugin's library for a worker to load. Nobody exchanges or changes it while it is open.
pub fn open_library(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).share_mode(FILE_SHARE_READ).open(path)
}

/// What a worker has to be told beside the open `library`: its path, since Windows loads by path alone, and a process in an
/// AppContainer can't ask for it.
pub fn library_name(library: &File) -> io::Result<Vec<u8>> {
    let mut path = vec![0_u16; MAX_PATH_UNITS];
    // SAFETY: the file is open, and the room is as long as said.
    let length = unsafe {
        let room = MAX_PATH_UNITS as u32;
        GetFinalPathNameByHandleW(library.as_raw_handle(), path.as_mut_ptr(), room, VOLUME_NAME_DOS)
    };
    let path =
        path.get(..length as usize).filter(|path| !path.is_empty()).ok_or_else(io::Error::last_os_error)?;
    Ok(path.iter().flat_map(|unit| unit.to_le_bytes()).collect())
}

/// The path that [`library_name`] told.
pub fn path_of_library(_library: &File, name: &[u8]) -> PathBuf {
    let (units, _) = name.as_chunks();
    let units: Vec<u16> = units.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
    OsString::from_wide(&units).into()
}

/// The number by which `file` is known within this process.
pub fn raw_number(file: &File) -> u64 {
    file.as_raw_handle().addr() as u64
}

/// Windows ends no process by a signal.
pub fn ending_signal(_status: ExitStatus) -> Option<i32> {
    None
}
