//! Mitigation policies: no code made at run time, no child process, no extension points, no library from elsewhere.
//!
//! Not among them: switching off the system calls of windows and graphics. A program that links `user32` would not start,
//! and whether ours does is for its libraries to say.

#![allow(unsafe_code)]

use std::io;

use windows_sys::Win32::System::Threading::{
    GetCurrentProcess, GetProcessMitigationPolicy, PROCESS_MITIGATION_POLICY, ProcessChildProcessPolicy,
    ProcessDynamicCodePolicy, ProcessExtensionPointDisablePolicy, ProcessImageLoadPolicy,
    ProcessSignaturePolicy, SetProcessMitigationPolicy,
};

use crate::windows::succeeded;

// `PROCESS_CREATION_MITIGATION_POLICY_…_ALWAYS_ON` of winbase.h: a field of four bits each.
const EXTENSION_POINT_DISABLE: u64 = 1 << 32;
const PROHIBIT_DYNAMIC_CODE: u64 = 1 << 36;
const IMAGE_LOAD_NO_REMOTE: u64 = 1 << 52;
const IMAGE_LOAD_NO_LOW_LABEL: u64 = 1 << 56;
const IMAGE_LOAD_PREFER_SYSTEM32: u64 = 1 << 60;

/// What a worker is started with.
pub(crate) const AT_START: u64 = EXTENSION_POINT_DISABLE
    | PROHIBIT_DYNAMIC_CODE
    | IMAGE_LOAD_NO_REMOTE
    | IMAGE_LOAD_NO_LOW_LABEL
    | IMAGE_LOAD_PREFER_SYSTEM32;

/// The bits of each policy that have to be set, as winnt.h orders them.
const MEASURED: [(PROCESS_MITIGATION_POLICY, u32); 4] = [
    (ProcessDynamicCodePolicy, 0b1),
    (ProcessExtensionPointDisablePolicy, 0b1),
    (ProcessImageLoadPolicy, 0b111),
    (ProcessChildProcessPolicy, 0b1),
];

const MICROSOFT_SIGNED_ONLY: u32 = 0b1;

/// Whether this process was started with them.
pub(super) fn are_in_force() -> io::Result<bool> {
    for (policy, bits) in MEASURED {
        if get(policy)? & bits != bits {
            return Ok(false);
        }
    }
    Ok(true)
}

/// From now on no library is loaded but Microsoft's own. A plugin's, which is loaded by now, stays.
pub(super) fn take_system_libraries_alone() -> io::Result<()> {
    let flags = MICROSOFT_SIGNED_ONLY;
    // SAFETY: all policies here are a number of flags, whose size is given.
    succeeded(unsafe {
        SetProcessMitigationPolicy(ProcessSignaturePolicy, (&raw const flags).cast(), size_of::<u32>())
    })
}

fn get(policy: PROCESS_MITIGATION_POLICY) -> io::Result<u32> {
    let mut flags = 0_u32;
    // SAFETY: all policies here are a number of flags, whose size is given.
    succeeded(unsafe {
        GetProcessMitigationPolicy(GetCurrentProcess(), policy, (&raw mut flags).cast(), size_of::<u32>())
    })?;
    Ok(flags)
}
