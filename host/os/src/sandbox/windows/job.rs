//! The job object: a worker ends when the host's handle to it closes, whatever becomes of the host; and its limits.

#![allow(unsafe_code)]

use std::io;
use std::os::windows::io::{AsHandle as _, AsRawHandle as _, BorrowedHandle, OwnedHandle};

use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, IsProcessInJob, JOB_OBJECT_CPU_RATE_CONTROL_ENABLE,
    JOB_OBJECT_CPU_RATE_CONTROL_HARD_CAP, JOB_OBJECT_LIMIT_ACTIVE_PROCESS,
    JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE,
    JOB_OBJECT_LIMIT_PROCESS_MEMORY, JOB_OBJECT_UILIMIT_DESKTOP, JOB_OBJECT_UILIMIT_DISPLAYSETTINGS,
    JOB_OBJECT_UILIMIT_EXITWINDOWS, JOB_OBJECT_UILIMIT_GLOBALATOMS, JOB_OBJECT_UILIMIT_HANDLES,
    JOB_OBJECT_UILIMIT_READCLIPBOARD, JOB_OBJECT_UILIMIT_SYSTEMPARAMETERS, JOB_OBJECT_UILIMIT_WRITECLIPBOARD,
    JOBOBJECT_BASIC_UI_RESTRICTIONS, JOBOBJECT_CPU_RATE_CONTROL_INFORMATION,
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION, JOBOBJECTINFOCLASS, JobObjectBasicUIRestrictions,
    JobObjectCpuRateControlInformation, JobObjectExtendedLimitInformation, QueryInformationJobObject,
    SetInformationJobObject,
};
use windows_sys::Win32::System::Threading::GetCurrentProcess;

use crate::windows::{owned, succeeded};

/// A worker's committed memory in bytes, as on Linux: a plugin reads its inputs piece by piece.
const MEMORY_BYTES: usize = 512 * 1024 * 1024;
/// The most processor time, in hundredths of a percent of all processors: the instrument's own program keeps three quarters.
const PROCESSOR_RATE: u32 = 2500;

const ENDINGS: u32 = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
    | JOB_OBJECT_LIMIT_ACTIVE_PROCESS
    | JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION;
const CAPPED: u32 = JOB_OBJECT_CPU_RATE_CONTROL_ENABLE | JOB_OBJECT_CPU_RATE_CONTROL_HARD_CAP;
const NO_DESKTOP: u32 = JOB_OBJECT_UILIMIT_DESKTOP
    | JOB_OBJECT_UILIMIT_DISPLAYSETTINGS
    | JOB_OBJECT_UILIMIT_EXITWINDOWS
    | JOB_OBJECT_UILIMIT_GLOBALATOMS
    | JOB_OBJECT_UILIMIT_HANDLES
    | JOB_OBJECT_UILIMIT_READCLIPBOARD
    | JOB_OBJECT_UILIMIT_SYSTEMPARAMETERS
    | JOB_OBJECT_UILIMIT_WRITECLIPBOARD;

/// A job of one process. Closing it ends the process.
#[derive(Debug)]
pub(crate) struct Job(OwnedHandle);

impl Job {
    /// A new job with every limit that the system knows; the worker measures which it has got.
    pub(crate) fn new() -> io::Result<Self> {
        // SAFETY: makes a new job without a name, whose handle no child inherits.
        let job = owned(unsafe { CreateJobObjectW(std::ptr::null(), std::ptr::null()) })?;
        let mut limits = JOBOBJECT_EXTENDED_LIMIT_INFORMATION::default();
        limits.BasicLimitInformation.LimitFlags = ENDINGS | JOB_OBJECT_LIMIT_PROCESS_MEMORY;
        limits.BasicLimitInformation.ActiveProcessLimit = 1;
        limits.ProcessMemoryLimit = MEMORY_BYTES;
        set(job.as_handle(), JobObjectExtendedLimitInformation, &limits)?;
        let mut rate = JOBOBJECT_CPU_RATE_CONTROL_INFORMATION { ControlFlags: CAPPED, ..Default::default() };
        rate.Anonymous.CpuRate = PROCESSOR_RATE;
        let _ = set(job.as_handle(), JobObjectCpuRateControlInformation, &rate); // or the worker reports it missing
        Ok(Self(job))
    }

    /// Puts a process into it, for good.
    pub(crate) fn take(&self, process: BorrowedHandle<'_>) -> io::Result<()> {
        // SAFETY: both are open.
        succeeded(unsafe { AssignProcessToJobObject(self.0.as_raw_handle(), process.as_raw_handle()) })?;
        // Only now: a job within another one (that of a scheduler, a remote shell) may not have these, and should hold
        // nevertheless.
        let desktop = JOBOBJECT_BASIC_UI_RESTRICTIONS { UIRestrictionsClass: NO_DESKTOP };
        set(self.0.as_handle(), JobObjectBasicUIRestrictions, &desktop)
    }
}

/// Whether this process ends with its host and can start no other.
pub(super) fn ends_with_host_and_alone() -> io::Result<bool> {
    let mut in_job = 0;
    // SAFETY: this process, any job, a variable of ours.
    succeeded(unsafe { IsProcessInJob(GetCurrentProcess(), std::ptr::null_mut(), &mut in_job) })?;
    let limits = own_limits()?.BasicLimitInformation;
    Ok(in_job != 0 && limits.LimitFlags & ENDINGS == ENDINGS && limits.ActiveProcessLimit == 1)
}

/// Whether memory, processor time and the desktop are out of reach as [`Job::new`] says.
pub(super) fn is_limited() -> io::Result<bool> {
    let limits = own_limits()?;
    let memory = limits.BasicLimitInformation.LimitFlags & JOB_OBJECT_LIMIT_PROCESS_MEMORY != 0
        && limits.ProcessMemoryLimit <= MEMORY_BYTES;
    let rate: JOBOBJECT_CPU_RATE_CONTROL_INFORMATION = get(JobObjectCpuRateControlInformation)?;
    let desktop: JOBOBJECT_BASIC_UI_RESTRICTIONS = get(JobObjectBasicUIRestrictions)?;
    let capped = rate.ControlFlags & CAPPED == CAPPED;
    Ok(memory && capped && desktop.UIRestrictionsClass & NO_DESKTOP == NO_DESKTOP)
}

fn own_limits() -> io::Result<JOBOBJECT_EXTENDED_LIMIT_INFORMATION> {
    get(JobObjectExtendedLimitInformation)
}

/// Structures that stand for a class of information about jobs: numbers throughout, so that any bytes are one.
trait Information: Default {}
impl Information for JOBOBJECT_EXTENDED_LIMIT_INFORMATION {}
impl Information for JOBOBJECT_CPU_RATE_CONTROL_INFORMATION {}
impl Information for JOBOBJECT_BASIC_UI_RESTRICTIONS {}

fn set<T: Information>(job: BorrowedHandle<'_>, class: JOBOBJECTINFOCLASS, value: &T) -> io::Result<()> {
    let size = size_of::<T>() as u32;
    // SAFETY: an open job, and a structure with its own size; a class that is not its own fails.
    succeeded(unsafe {
        SetInformationJobObject(job.as_raw_handle(), class, (&raw const *value).cast(), size)
    })
}

/// Of the job that this process runs in.
fn get<T: Information>(class: JOBOBJECTINFOCLASS) -> io::Result<T> {
    const OWN: HANDLE = std::ptr::null_mut();
    let mut value = T::default();
    let size = size_of::<T>() as u32;
    // SAFETY: room for the structure, with its size, of which any bytes are a value.
    let done =
        unsafe { QueryInformationJobObject(OWN, class, (&raw mut value).cast(), size, std::ptr::null_mut()) };
    succeeded(done)?;
    Ok(value)
}
