//! Starts the process itself: suspended, with no handle but those named, in every part of the sandbox that the system takes.

#![allow(unsafe_code)]

use std::ffi::{OsString, c_void};
use std::io;
use std::os::windows::io::{AsHandle as _, AsRawHandle as _, OwnedHandle};
use std::path::Path;

use windows_sys::Win32::Foundation::{HANDLE_FLAG_INHERIT, SetHandleInformation};
use windows_sys::Win32::System::SystemInformation::GetSystemDirectoryW;
use windows_sys::Win32::System::Threading::{
    CREATE_SUSPENDED, CREATE_UNICODE_ENVIRONMENT, CreateProcessAsUserW, DETACHED_PROCESS,
    DeleteProcThreadAttributeList, EXTENDED_STARTUPINFO_PRESENT, InitializeProcThreadAttributeList,
    LPPROC_THREAD_ATTRIBUTE_LIST, PROC_THREAD_ATTRIBUTE_CHILD_PROCESS_POLICY,
    PROC_THREAD_ATTRIBUTE_HANDLE_LIST, PROC_THREAD_ATTRIBUTE_MITIGATION_POLICY,
    PROC_THREAD_ATTRIBUTE_SECURITY_CAPABILITIES, PROCESS_INFORMATION, ResumeThread, STARTF_USESTDHANDLES,
    STARTUPINFOEXW, TerminateProcess, UpdateProcThreadAttribute,
};
use windows_sys::Win32::System::WindowsProgramming::PROCESS_CREATION_CHILD_PROCESS_RESTRICTED;

use super::ENDED;
use super::command_line::command_line;
use crate::sandbox::windows::container::Container;
use crate::sandbox::windows::job::Job;
use crate::sandbox::windows::{mitigations, token};
use crate::windows::{narrow, owned, succeeded, wide};

/// The attributes below.
const MAX_ATTRIBUTES: u32 = 4;
/// Longest path of the system's folder.
const MAX_SYSTEM_UNITS: usize = 260;

/// What to start.
pub(super) struct Start<'a> {
    pub(super) program: &'a Path,
    pub(super) args: &'a [OsString],
    /// Becomes standard input.
    pub(super) input: OwnedHandle,
    /// Becomes both outputs.
    pub(super) output: OwnedHandle,
}

/// A process that runs.
pub(super) struct Started {
    pub(super) process: OwnedHandle,
    pub(super) id: u32,
}

/// What a start is tried with; the system may lack either.
#[derive(Clone, Copy)]
struct Tried<'a> {
    container: Option<&'a Container>,
    mitigations: bool,
}

impl Start<'_> {
    /// Starts it within `job`, in as much of the sandbox as the system takes. What it does without, the worker measures and
    /// the host judges, before anything of a plugin is loaded.
    pub(super) fn run(&self, job: &Job) -> io::Result<Started> {
        let token = token::restricted()?;
        let container = Container::ensure().ok();
        let all = Tried { container: container.as_ref(), mitigations: true };
        let fewer = [Tried { container: None, ..all }, Tried { container: None, mitigations: false }];
        let (thread, started) = fewer
            .into_iter()
            .fold(self.create(&token, all), |done, tried| done.or_else(|_| self.create(&token, tried)))?;
        let _ = job.take(started.process.as_handle()); // likewise measured
        // SAFETY: the thread is open and waits.
        if unsafe { ResumeThread(thread.as_raw_handle()) } == u32::MAX {
            let error = io::Error::last_os_error();
            // SAFETY: the process is open, and has not begun.
            unsafe { TerminateProcess(started.process.as_raw_handle(), ENDED) };
            return Err(error);
        }
        Ok(started)
    }

    fn create(&self, token: &OwnedHandle, tried: Tried<'_>) -> io::Result<(OwnedHandle, Started)> {
        let handles = [self.input.as_raw_handle(), self.output.as_raw_handle()];
        for handle in handles {
            // SAFETY: open. Only the process below is started with a list of handles that names it.
            succeeded(unsafe { SetHandleInformation(handle, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT) })?;
        }
        let capabilities = tried.container.map(Container::capabilities);
        let mut attributes = Attributes::new()?;
        attributes.set(PROC_THREAD_ATTRIBUTE_HANDLE_LIST, &handles)?;
        if let Some(capabilities) = &capabilities {
            attributes.set(PROC_THREAD_ATTRIBUTE_SECURITY_CAPABILITIES, capabilities)?;
        }
        if tried.mitigations {
            attributes.set(PROC_THREAD_ATTRIBUTE_MITIGATION_POLICY, &mitigations::AT_START)?;
            let child = &PROCESS_CREATION_CHILD_PROCESS_RESTRICTED;
            attributes.set(PROC_THREAD_ATTRIBUTE_CHILD_PROCESS_POLICY, child)?;
        }
        self.create_with(token, &mut attributes)
    }

    fn create_with(
        &self,
        token: &OwnedHandle,
        attributes: &mut Attributes,
    ) -> io::Result<(OwnedHandle, Started)> {
        let folder = system_folder()?;
        let (program, mut line) = (wide(self.program), command_line(self.program, self.args));
        let environment = wide(format!("SystemRoot={}\0", system_root(&folder)));
        let folder = wide(&folder);
        let mut startup = STARTUPINFOEXW { lpAttributeList: attributes.list(), ..Default::default() };
        startup.StartupInfo.cb = size_of::<STARTUPINFOEXW>() as u32;
        startup.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
        startup.StartupInfo.hStdInput = self.input.as_raw_handle();
        startup.StartupInfo.hStdOutput = self.output.as_raw_handle();
        startup.StartupInfo.hStdError = self.output.as_raw_handle();
        let flags = CREATE_SUSPENDED
            | CREATE_UNICODE_ENVIRONMENT
            | DETACHED_PROCESS // no console, which would be a second process
            | EXTENDED_STARTUPINFO_PRESENT;
        let mut made = PROCESS_INFORMATION::default();
        let none = std::ptr::null();
        // SAFETY: all texts end with a zero (the environment with two), and they, the handles and the attributes outlive
        // the call; the line may be changed by it.
        succeeded(unsafe {
            CreateProcessAsUserW(
                token.as_raw_handle(),
                program.as_ptr(),
                line.as_mut_ptr(),
                none,
                none,
                1,
                flags,
                environment.as_ptr().cast(),
                folder.as_ptr(),
                (&raw const startup).cast(),
                &mut made,
            )
        })?;
        let started = Started { process: owned(made.hProcess)?, id: made.dwProcessId };
        Ok((owned(made.hThread)?, started))
    }
}

/// Where a worker stands: a folder that every process may enter.
fn system_folder() -> io::Result<String> {
    let mut folder = [0; MAX_SYSTEM_UNITS];
    // SAFETY: room as long as said.
    if unsafe { GetSystemDirectoryW(folder.as_mut_ptr(), MAX_SYSTEM_UNITS as u32) } == 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(narrow(&folder))
}

/// The only variable that a worker has: the system's own libraries look for it.
fn system_root(folder: &str) -> &str {
    folder.rsplit_once('\\').map_or(folder, |(root, _)| root)
}

/// A list of attributes for the start of a process. Each points to a value that has to outlive the list.
struct Attributes<'a> {
    list: Vec<u64>,
    values: std::marker::PhantomData<&'a c_void>,
}

impl<'a> Attributes<'a> {
    fn new() -> io::Result<Self> {
        let mut size = 0;
        // SAFETY: no room is given, so that it only tells how much it needs.
        unsafe { InitializeProcThreadAttributeList(std::ptr::null_mut(), MAX_ATTRIBUTES, 0, &mut size) };
        let mut list = vec![0_u64; size.div_ceil(size_of::<u64>())];
        // SAFETY: as much room as it has asked for.
        succeeded(unsafe {
            InitializeProcThreadAttributeList(list.as_mut_ptr().cast(), MAX_ATTRIBUTES, 0, &mut size)
        })?;
        Ok(Self { list, values: std::marker::PhantomData })
    }

    fn list(&mut self) -> LPPROC_THREAD_ATTRIBUTE_LIST {
        self.list.as_mut_ptr().cast()
    }

    fn set<T>(&mut self, attribute: u32, value: &'a T) -> io::Result<()> {
        let (list, none) = (self.list(), std::ptr::null_mut::<c_void>());
        // SAFETY: the list is initialised, and the value, whose size is given, outlives it.
        succeeded(unsafe {
            let (attribute, value) = (attribute as usize, (&raw const *value).cast());
            UpdateProcThreadAttribute(list, 0, attribute, value, size_of::<T>(), none, none.cast())
        })
    }
}

impl Drop for Attributes<'_> {
    fn drop(&mut self) {
        // SAFETY: initialised by `new`, and not deleted before.
        unsafe { DeleteProcThreadAttributeList(self.list()) };
    }
}
