//! The workers' AppContainer: a name of its own, and not one capability, so neither network nor anybody's files.

#![allow(unsafe_code)]

use std::ffi::c_void;
use std::io;

use windows_sys::Win32::Foundation::{ERROR_ALREADY_EXISTS, ERROR_PROC_NOT_FOUND, HMODULE};
use windows_sys::Win32::Security::{FreeSid, PSID, SECURITY_CAPABILITIES};
use windows_sys::Win32::System::LibraryLoader::{
    GetProcAddress, LOAD_LIBRARY_SEARCH_SYSTEM32, LoadLibraryExW,
};
use windows_sys::core::{HRESULT, PCSTR, PCWSTR, s, w};

/// Its name on this PC; all workers are in the same one, and share nothing through it.
const NAME: PCWSTR = w!("Labrelay.Worker");
const DESCRIPTION: PCWSTR = w!("Runs an instrument plugin of Labrelay, without network and files.");
/// `HRESULT_FROM_WIN32(ERROR_ALREADY_EXISTS)`.
const EXISTS: HRESULT = (0x8007_0000 | ERROR_ALREADY_EXISTS).cast_signed();

/// The container's identifier.
#[derive(Debug)]
pub(crate) struct Container(PSID);

type Function = unsafe extern "system" fn() -> isize;
type Create = unsafe extern "system" fn(PCWSTR, PCWSTR, PCWSTR, *const c_void, u32, *mut PSID) -> HRESULT;
type Derive = unsafe extern "system" fn(PCWSTR, *mut PSID) -> HRESULT;

impl Container {
    /// Makes it, or finds it. An error where the system has none.
    pub(crate) fn ensure() -> io::Result<Self> {
        // SAFETY: a library of the system, from its own folder.
        let library =
            unsafe { LoadLibraryExW(w!("userenv.dll"), std::ptr::null_mut(), LOAD_LIBRARY_SEARCH_SYSTEM32) };
        let create = function(library, s!("CreateAppContainerProfile"))?;
        let derive = function(library, s!("DeriveAppContainerSidFromAppContainerName"))?;
        // SAFETY: the functions of these names are declared so in userenv.h.
        let create = unsafe { std::mem::transmute::<Function, Create>(create) };
        // SAFETY: likewise.
        let derive = unsafe { std::mem::transmute::<Function, Derive>(derive) };
        let mut sid: PSID = std::ptr::null_mut();
        // SAFETY: texts that end with a zero, no capability, a variable of ours.
        let mut result = unsafe { create(NAME, NAME, DESCRIPTION, std::ptr::null(), 0, &mut sid) };
        if result == EXISTS {
            // SAFETY: likewise.
            result = unsafe { derive(NAME, &mut sid) };
        }
        if result < 0 || sid.is_null() {
            return Err(io::Error::from_raw_os_error(result));
        }
        Ok(Self(sid))
    }

    /// What a process is started with to be in it; valid while the container is.
    pub(crate) fn capabilities(&self) -> SECURITY_CAPABILITIES {
        SECURITY_CAPABILITIES { AppContainerSid: self.0, ..SECURITY_CAPABILITIES::default() }
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        // SAFETY: both functions document that their identifier is freed so.
        unsafe { FreeSid(self.0) };
    }
}

/// Looked up by name: a program that is linked with a function which its system lacks does not even start.
fn function(library: HMODULE, name: PCSTR) -> io::Result<Function> {
    if library.is_null() {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: an open library, a name that ends with a zero.
    let found = unsafe { GetProcAddress(library, name) };
    found.ok_or_else(|| io::Error::from_raw_os_error(ERROR_PROC_NOT_FOUND.cast_signed()))
}
