//! Private folders and files on Windows: a list of rights that names this account, administrators and the system alone.
//!
//! A file takes its rights from the folder that it is made in, so that folder has to be private; `create_dir` sees to it.

#![allow(unsafe_code)]

use std::fs::{DirBuilder, File, Metadata};
use std::io;
use std::os::windows::io::AsRawHandle as _;
use std::path::Path;

use windows_sys::Win32::Foundation::LocalFree;
use windows_sys::Win32::Security::Authorization::{
    ConvertStringSecurityDescriptorToSecurityDescriptorW, GetNamedSecurityInfoW, GetSecurityInfo,
    SDDL_REVISION_1, SE_FILE_OBJECT, SetNamedSecurityInfoW,
};
use windows_sys::Win32::Security::{
    ACCESS_ALLOWED_ACE, ACE_HEADER, ACL, DACL_SECURITY_INFORMATION, GetAce, GetSecurityDescriptorDacl,
    PROTECTED_DACL_SECURITY_INFORMATION, PSECURITY_DESCRIPTOR, PSID,
};
use windows_sys::Win32::System::SystemServices::ACCESS_ALLOWED_ACE_TYPE;

use super::PrivateError;
use crate::sandbox::windows::token;
use crate::windows::{sid_text, succeeded, wide};

/// The system, administrators, and whoever owns the folder: who could take any right anyway.
const TRUSTED: [&str; 4] = ["S-1-5-18", "S-1-5-32-544", "S-1-3-0", "S-1-3-4"];
/// What an administrator runs to make a folder private again.
const FOLDER_CURE: &str = "*S-1-5-18:(OI)(CI)F\" \"*S-1-5-32-544:(OI)(CI)F";
const FILE_CURE: &str = "*S-1-5-18:F\" \"*S-1-5-32-544:F";

pub(super) fn make_dir(dir: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).create(dir)?;
    protect(dir)
}

/// Takes the rights that a folder has from above away, and gives full ones to those named alone, and to all within it.
fn protect(dir: &Path) -> io::Result<()> {
    let full = |who: &str| format!("(A;OICI;FA;;;{who})");
    let text = wide(format!("D:P{}{}{}", full("SY"), full("BA"), full(&token::own_account()?)));
    let mut descriptor: PSECURITY_DESCRIPTOR = std::ptr::null_mut();
    // SAFETY: a text that ends with a zero; the result is the system's, freed by `Descriptor`.
    succeeded(unsafe {
        let (version, no_size) = (SDDL_REVISION_1, std::ptr::null_mut());
        ConvertStringSecurityDescriptorToSecurityDescriptorW(text.as_ptr(), version, &mut descriptor, no_size)
    })?;
    let descriptor = Descriptor(descriptor);
    let (mut present, mut defaulted, mut list) = (0, 0, std::ptr::null_mut());
    // SAFETY: a valid descriptor, variables of ours; the list lies in the descriptor.
    succeeded(unsafe { GetSecurityDescriptorDacl(descriptor.0, &mut present, &mut list, &mut defaulted) })?;
    let what = DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION;
    let (path, none) = (wide(dir), std::ptr::null_mut());
    // SAFETY: a path that ends with a zero, and a list that lives until after the call.
    let code = unsafe {
        SetNamedSecurityInfoW(path.as_ptr(), SE_FILE_OBJECT, what, none, none, list, std::ptr::null_mut())
    };
    done(code)
}

pub(super) fn check_dir_rights(dir: &Path, _found: &Metadata) -> Result<(), PrivateError> {
    let path = wide(dir);
    let (mut list, mut descriptor, none) = (std::ptr::null_mut(), std::ptr::null_mut(), std::ptr::null_mut());
    // SAFETY: a path that ends with a zero, variables of ours; the result is the system's, freed by `Descriptor`.
    let code = unsafe {
        let what = DACL_SECURITY_INFORMATION;
        let (path, kind) = (path.as_ptr(), SE_FILE_OBJECT);
        GetNamedSecurityInfoW(path, kind, what, none, none, &mut list, std::ptr::null_mut(), &mut descriptor)
    };
    check(dir, code, list, Descriptor(descriptor), FOLDER_CURE)
}

pub(super) fn check_file_rights(path: &Path, file: &File, _found: &Metadata) -> Result<(), PrivateError> {
    let (mut list, mut descriptor, none) = (std::ptr::null_mut(), std::ptr::null_mut(), std::ptr::null_mut());
    // SAFETY: an open file, variables of ours; the result is the system's, freed by `Descriptor`.
    let code = unsafe {
        let what = DACL_SECURITY_INFORMATION;
        let (file, kind) = (file.as_raw_handle(), SE_FILE_OBJECT);
        GetSecurityInfo(file, kind, what, none, none, &mut list, std::ptr::null_mut(), &mut descriptor)
    };
    check(path, code, list, Descriptor(descriptor), FILE_CURE)
}

/// Refuses a list of rights that grants anything to anybody else. `list` lies in `_owner`.
fn check(
    path: &Path,
    code: u32,
    list: *const ACL,
    _owner: Descriptor,
    cure: &'static str,
) -> Result<(), PrivateError> {
    let failed = |source| PrivateError::Io { path: path.into(), source };
    done(code).map_err(failed)?;
    if list.is_null() {
        return Err(PrivateError::TooWide { path: path.into(), who: "everybody".into(), cure });
    }
    let us = token::own_account().map_err(failed)?;
    // SAFETY: a valid list, which lives until this function ends.
    let granted = unsafe { granted(list) }.map_err(failed)?;
    match granted.into_iter().find(|who| *who != us && !TRUSTED.contains(&who.as_str())) {
        Some(who) => Err(PrivateError::TooWide { path: path.into(), who, cure }),
        None => Ok(()),
    }
}

/// Who is granted any right.
///
/// # Safety
///
/// `list` points to a valid list of rights.
unsafe fn granted(list: *const ACL) -> io::Result<Vec<String>> {
    let mut granted = Vec::new();
    // SAFETY: the caller's word.
    let count = unsafe { (*list).AceCount };
    for index in 0..count {
        let mut entry = std::ptr::null_mut();
        // SAFETY: a valid list, and an index below its count.
        succeeded(unsafe { GetAce(list, index.into(), &mut entry) })?;
        // SAFETY: every entry begins with this head.
        if u32::from(unsafe { (*entry.cast::<ACE_HEADER>()).AceType }) != ACCESS_ALLOWED_ACE_TYPE {
            continue; // what denies, or only notes
        }
        // SAFETY: an entry of this type has its identifier here.
        let sid: PSID = unsafe { (&raw mut (*entry.cast::<ACCESS_ALLOWED_ACE>()).SidStart).cast() };
        // SAFETY: likewise.
        granted.push(unsafe { sid_text(sid) }?);
    }
    Ok(granted)
}

/// Opens `path` for reading and writing, creating it if it is missing.
pub fn open_file(path: &Path) -> io::Result<File> {
    File::options().read(true).write(true).create(true).truncate(false).open(path)
}

/// Opens `path` to write at its end, creating it if it is missing.
pub fn open_to_append(path: &Path) -> io::Result<File> {
    File::options().append(true).create(true).open(path)
}

/// Creates the new file `path`.
pub(crate) fn create_new(path: &Path) -> io::Result<File> {
    File::options().write(true).create_new(true).open(path)
}

/// Nothing to do: NTFS keeps entries in its own journal, and has no way to sync a folder without the right to write to it.
pub fn sync_dir(_dir: &Path) -> io::Result<()> {
    Ok(())
}

fn done(code: u32) -> io::Result<()> {
    if code == 0 { Ok(()) } else { Err(io::Error::from_raw_os_error(code.cast_signed())) }
}

/// Memory of the system's.
struct Descriptor(PSECURITY_DESCRIPTOR);

impl Drop for Descriptor {
    fn drop(&mut self) {
        // SAFETY: allocated by the call that gave it, as it documents; nothing is freed for null.
        unsafe { LocalFree(self.0) };
    }
}
