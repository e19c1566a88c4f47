//! Private folders and files on Windows: a list of rights that names administrators, the system and the service alone, and
//! this account if it is none of these.
//!
//! What is made has these rights from the beginning, and hands them down; it takes none from the folders above.

#![allow(unsafe_code)]

use std::fs::{File, Metadata};
use std::io;
use std::os::windows::fs::OpenOptionsExt as _;
use std::os::windows::io::AsRawHandle as _;
use std::path::Path;

use windows_sys::Win32::Foundation::{GENERIC_READ, GENERIC_WRITE};
use windows_sys::Win32::Security::Authorization::{
    ConvertStringSecurityDescriptorToSecurityDescriptorW, GetSecurityInfo, SDDL_REVISION_1, SE_FILE_OBJECT,
    SE_KERNEL_OBJECT, SE_OBJECT_TYPE,
};
use windows_sys::Win32::Security::{
    ACL, GetSecurityDescriptorDacl, OWNER_SECURITY_INFORMATION, PSECURITY_DESCRIPTOR, SECURITY_ATTRIBUTES,
};
use windows_sys::Win32::Storage::FileSystem::{
    CREATE_NEW, CreateDirectoryW, CreateFileW, FILE_APPEND_DATA, FILE_ATTRIBUTE_NORMAL,
    FILE_FLAG_BACKUP_SEMANTICS, FILE_READ_ATTRIBUTES, FILE_SHARE_DELETE, FILE_SHARE_READ, FILE_SHARE_WRITE,
    OPEN_ALWAYS, READ_CONTROL, SYNCHRONIZE,
};

use super::PrivateError;
use crate::file::while_held;
use crate::sandbox::windows::token;
use crate::windows::access_list::{self, Descriptor, Effect, Entry};
use crate::windows::{coded, owned, sid_text, succeeded, wide, wide_path};

/// Once, for constants that are joined from it.
macro_rules! service_sid {
    () => {
        "S-1-5-80-1750054954-2653966549-358812589-164331048-1478976330"
    };
}

/// The account `NT SERVICE\Labrelay`, as Windows derives it from the service's name (`sc.exe showsid Labrelay`): so it can be
/// named before the service is installed. What an administrator's command makes the service has to read, and the other way round.
pub const SERVICE_SID: &str = service_sid!();
/// The system, administrators, and whoever owns the folder: who could take any right anyway; and the service.
const TRUSTED: [&str; 5] = ["S-1-5-18", "S-1-5-32-544", SERVICE_SID, "S-1-3-0", "S-1-3-4"];
/// Of these, those who can own something.
const ALWAYS_TRUSTED: [&str; 3] = ["S-1-5-18", "S-1-5-32-544", SERVICE_SID];
/// What an administrator runs to make a folder private again.
const FOLDER_CURE: &str =
    concat!(r#"*S-1-5-18:(OI)(CI)F" "*S-1-5-32-544:(OI)(CI)F" "*"#, service_sid!(), ":(OI)(CI)F");
const FILE_CURE: &str = concat!(r#"*S-1-5-18:F" "*S-1-5-32-544:F" "*"#, service_sid!(), ":F");

pub(super) fn make_dir(dir: &Path) -> io::Result<()> {
    std::fs::create_dir_all(super::parent(dir))?;
    make_dir_with(dir, &private_rights()?)
}

/// Makes a folder with these rights from the beginning.
pub(crate) fn make_dir_with(dir: &Path, rights: &Rights) -> io::Result<()> {
    let path = wide_path(dir)?;
    // SAFETY: a path that ends with a zero, and rights that live until after the call.
    succeeded(unsafe { CreateDirectoryW(path.as_ptr(), &rights.attributes()) })
}

pub(super) fn check_dir_rights(dir: &Path, _found: &Metadata) -> Result<(), PrivateError> {
    check(dir, access_list::of(dir), FOLDER_CURE)
}

pub(super) fn check_file_rights(path: &Path, file: &File, _found: &Metadata) -> Result<(), PrivateError> {
    check(path, access_list::of_open(file), FILE_CURE)
}

/// Refuses a list of rights that grants anything to anybody else.
fn check(
    path: &Path,
    entries: io::Result<Option<Vec<Entry>>>,
    cure: &'static str,
) -> Result<(), PrivateError> {
    let failed = |source| PrivateError::Io { path: path.into(), source };
    let too_wide = |who| PrivateError::TooWide { path: path.into(), who, cure };
    let entries = entries.map_err(failed)?.ok_or_else(|| too_wide("everybody".into()))?;
    let us = token::own_account().map_err(failed)?;
    let granted = entries.into_iter().filter(|entry| entry.effect == Effect::Allows && entry.mask != 0);
    let stranger = granted.map(|entry| entry.who).find(|who| *who != us && !TRUSTED.contains(&who.as_str()));
    stranger.map_or(Ok(()), |who| Err(too_wide(who)))
}

/// Opens `path` for reading and writing, creating it for this account if it is missing.
pub fn open_file(path: &Path) -> io::Result<File> {
    open(path, GENERIC_READ | GENERIC_WRITE, OPEN_ALWAYS)
}

/// Opens `path` to write at its end, creating it for this account if it is missing.
pub fn open_to_append(path: &Path) -> io::Result<File> {
    open(path, FILE_APPEND_DATA | FILE_READ_ATTRIBUTES | READ_CONTROL | SYNCHRONIZE, OPEN_ALWAYS)
}

/// Creates the new file `path` for this account.
pub fn create_new(path: &Path) -> io::Result<File> {
    open(path, GENERIC_READ | GENERIC_WRITE, CREATE_NEW)
}

/// As `File::options` would, but that a new file has its rights from the beginning.
fn open(path: &Path, access: u32, disposition: u32) -> io::Result<File> {
    let (path, rights) = (wide_path(path)?, private_rights()?);
    let shared = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
    let (attributes, no_template) = (rights.attributes(), std::ptr::null_mut());
    let opened = while_held(|| {
        // SAFETY: a path that ends with a zero, and rights that live until after the call.
        owned(unsafe {
            CreateFileW(
                path.as_ptr(),
                access,
                shared,
                &attributes,
                disposition,
                FILE_ATTRIBUTE_NORMAL,
                no_template,
            )
        })
    });
    Ok(opened?.into())
}

/// Nothing to do: NTFS keeps entries in its own journal, and has no way to sync a folder without the right to write to it.
pub fn sync_dir(_dir: &Path) -> io::Result<()> {
    Ok(())
}

/// Full rights for the system, administrators and the service, handed down to what is made within; nothing comes from above.
/// For this account too, unless it is an administrator's: what one of them has made is all of theirs.
pub(crate) fn private_rights() -> io::Result<Rights> {
    match token::is_administrator()? {
        true => Rights::of(&["SY", "BA", SERVICE_SID]),
        false => Rights::of(&["SY", "BA", SERVICE_SID, &token::own_account()?]),
    }
}

/// What something new is made with.
pub(crate) struct Rights(Descriptor);

impl Rights {
    /// Full rights for these, as SDDL names them, and for nobody else.
    pub(crate) fn of(accounts: &[&str]) -> io::Result<Self> {
        Self::of_list(&accounts.iter().map(|who| format!("(A;OICI;FA;;;{who})")).collect::<String>())
    }

    /// With these entries (SDDL), and none from above. An administrator's belongs to all of them.
    pub(crate) fn of_list(entries: &str) -> io::Result<Self> {
        let owner = if token::is_administrator()? { "BA".into() } else { token::own_account()? };
        let text = wide(format!("O:{owner}D:P{entries}"));
        let mut descriptor: PSECURITY_DESCRIPTOR = std::ptr::null_mut();
        // SAFETY: a text that ends with a zero; the result is the system's, freed by `Descriptor`.
        succeeded(unsafe {
            let (text, none) = (text.as_ptr(), std::ptr::null_mut());
            ConvertStringSecurityDescriptorToSecurityDescriptorW(text, SDDL_REVISION_1, &mut descriptor, none)
        })?;
        Ok(Self(Descriptor(descriptor)))
    }

    /// The list alone, as long as this lives.
    pub(crate) fn list(&self) -> io::Result<*const ACL> {
        let (mut list, mut is_there, mut is_default) = (std::ptr::null_mut(), 0, 0);
        // SAFETY: a valid descriptor, and variables of ours.
        succeeded(unsafe { GetSecurityDescriptorDacl(self.0.0, &mut is_there, &mut list, &mut is_default) })?;
        Ok(list)
    }

    pub(crate) fn attributes(&self) -> SECURITY_ATTRIBUTES {
        let length = size_of::<SECURITY_ATTRIBUTES>() as u32;
        SECURITY_ATTRIBUTES { nLength: length, lpSecurityDescriptor: self.0.0, bInheritHandle: 0 }
    }
}

/// Whether whoever made `object` may be trusted with what belongs into `folder`: its owner, or somebody who can take any right.
pub(crate) fn is_trusted_owner(object: &File, folder: &Path) -> io::Result<bool> {
    let who = owner(object, SE_KERNEL_OBJECT)?;
    Ok(is_trusted(&who)? || who == owner_of_folder(folder)?)
}

/// Whether a folder is of this account, or of somebody who can take any right.
pub(crate) fn is_made_by_trusted(folder: &Path) -> io::Result<bool> {
    is_trusted(&owner_of_folder(folder)?)
}

fn is_trusted(who: &str) -> io::Result<bool> {
    Ok(ALWAYS_TRUSTED.contains(&who) || who == token::own_account()?)
}

fn owner_of_folder(folder: &Path) -> io::Result<String> {
    let opened =
        File::options().access_mode(READ_CONTROL).custom_flags(FILE_FLAG_BACKUP_SEMANTICS).open(folder)?;
    owner(&opened, SE_FILE_OBJECT)
}

fn owner(object: &File, kind: SE_OBJECT_TYPE) -> io::Result<String> {
    let (mut who, mut descriptor, none) = (std::ptr::null_mut(), std::ptr::null_mut(), std::ptr::null_mut());
    // SAFETY: an open object, variables of ours; the result is the system's, freed by `Descriptor`.
    let code = unsafe {
        let (object, what, no_list) =
            (object.as_raw_handle(), OWNER_SECURITY_INFORMATION, std::ptr::null_mut());
        GetSecurityInfo(object, kind, what, &mut who, none, no_list, no_list, &mut descriptor)
    };
    let _owner = Descriptor(descriptor);
    coded(code)?;
    // SAFETY: valid, and lives until this function ends.
    unsafe { sid_text(who) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(accounts: &[&str]) -> Result<(), PrivateError> {
        let dir = tempfile::tempdir().unwrap();
        let (folder, path) = (dir.path().join("state"), wide(dir.path().join("state")));
        let rights = Rights::of(accounts).unwrap();
        // SAFETY: a path that ends with a zero, and rights that live until after the call.
        succeeded(unsafe { CreateDirectoryW(path.as_ptr(), &rights.attributes()) }).unwrap();
        super::super::check_dir(&folder)
    }

    #[test]
    fn a_state_folder_may_have_a_path_longer_than_old_windows_takes() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("a".repeat(120)).join("b".repeat(120)).join("\u{e4}\u{5149}");
        super::super::create_dir(&folder).unwrap();
        let file = create_new(&folder.join("key")).unwrap();
        super::super::check_file(&folder.join("key"), &file).unwrap();
        crate::space::free_bytes(&folder).unwrap();
    }

    #[test]
    fn a_folder_that_others_may_enter_is_refused_with_the_cure() {
        let us = token::own_account().unwrap();
        made(&["SY", "BA", &us]).unwrap();
        let said = made(&["SY", "BA", &us, "WD"]).unwrap_err().to_string();
        assert!(said.contains("S-1-1-0") && said.contains("icacls"), "{said}");
    }
}
