//! A file's list of rights, read into plain entries, and what it means for an account. Changes none.

#![allow(unsafe_code)]

use std::fs::File;
use std::io;
use std::os::windows::io::AsRawHandle as _;
use std::path::Path;

use windows_sys::Win32::Foundation::{LocalFree, WIN32_ERROR};
use windows_sys::Win32::Security::Authorization::{GetNamedSecurityInfoW, GetSecurityInfo, SE_FILE_OBJECT};
use windows_sys::Win32::Security::{
    ACCESS_ALLOWED_ACE, ACE_HEADER, ACL, DACL_SECURITY_INFORMATION, GetAce, INHERIT_ONLY_ACE,
    OBJECT_SECURITY_INFORMATION, PSECURITY_DESCRIPTOR, PSID,
};
use windows_sys::Win32::System::SystemServices::{ACCESS_ALLOWED_ACE_TYPE, ACCESS_DENIED_ACE_TYPE};

use super::{coded, sid_text, succeeded, wide_path};

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) effect: Effect,
    /// Rights, as bits.
    pub(crate) mask: u32,
    /// Whom it concerns: `S-1-…`.
    pub(crate) who: String,
    pub(crate) reach: Reach,
}

/// What an entry does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    Allows,
    Denies,
}

/// What an entry speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// The file or folder itself, and perhaps what is made within.
    Here,
    /// What is made within, alone.
    WithinAlone,
}

/// Entries that allow or deny, in their order; those that only note are left out.
///
/// # Safety
///
/// `list` points to a valid list of rights.
unsafe fn entries(list: *const ACL) -> io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    // SAFETY: the caller's word.
    let count = unsafe { (*list).AceCount };
    for index in 0..count {
        let mut entry = std::ptr::null_mut();
        // SAFETY: a valid list, and an index below its count.
        succeeded(unsafe { GetAce(list, index.into(), &mut entry) })?;
        // SAFETY: every entry begins with this head.
        let ACE_HEADER { AceType: kind, AceFlags: flags, .. } = unsafe { *entry.cast::<ACE_HEADER>() };
        let effect = match u32::from(kind) {
            ACCESS_ALLOWED_ACE_TYPE => Effect::Allows,
            ACCESS_DENIED_ACE_TYPE => Effect::Denies,
            _ => continue,
        };
        let is_within_alone = u32::from(flags) & INHERIT_ONLY_ACE != 0;
        // SAFETY: entries of both types have their rights here.
        let mask = unsafe { (*entry.cast::<ACCESS_ALLOWED_ACE>()).Mask };
        // SAFETY: and their identifier here.
        let sid: PSID = unsafe { (&raw mut (*entry.cast::<ACCESS_ALLOWED_ACE>()).SidStart).cast() };
        // SAFETY: likewise.
        let who = unsafe { sid_text(sid) }?;
        let reach = if is_within_alone { Reach::WithinAlone } else { Reach::Here };
        entries.push(Entry { effect, mask, who, reach });
    }
    Ok(entries)
}

/// The entries of a file or folder; `None` where it has no list, and everybody has every right.
pub(crate) fn of(path: &Path) -> io::Result<Option<Vec<Entry>>> {
    let path = wide_path(path)?;
    asked(|what, list, descriptor| {
        let none = std::ptr::null_mut();
        // SAFETY: a path that ends with a zero, and variables of the caller's.
        unsafe {
            GetNamedSecurityInfoW(
                path.as_ptr(),
                SE_FILE_OBJECT,
                what,
                none,
                none,
                list,
                none.cast(),
                descriptor,
            )
        }
    })
}

/// Those of an open file.
pub(crate) fn of_open(file: &File) -> io::Result<Option<Vec<Entry>>> {
    asked(|what, list, descriptor| {
        let (file, none) = (file.as_raw_handle(), std::ptr::null_mut());
        // SAFETY: an open file, and variables of the caller's.
        unsafe { GetSecurityInfo(file, SE_FILE_OBJECT, what, none, none, list, none.cast(), descriptor) }
    })
}

/// Has the system give a list and what holds it.
fn asked(
    ask: impl FnOnce(OBJECT_SECURITY_INFORMATION, *mut *mut ACL, *mut PSECURITY_DESCRIPTOR) -> WIN32_ERROR,
) -> io::Result<Option<Vec<Entry>>> {
    let (mut list, mut descriptor) = (std::ptr::null_mut(), std::ptr::null_mut());
    let code = ask(DACL_SECURITY_INFORMATION, &mut list, &mut descriptor);
    let _owner = Descriptor(descriptor); // the system's, freed at the end
    coded(code)?;
    // SAFETY: a valid list, which lives until this function ends.
    if list.is_null() { Ok(None) } else { unsafe { entries(list) }.map(Some) }
}

/// Whether somebody who is all of `identities` gets all of `wanted`: entries are asked in their order, and the first word on
/// each right counts (Microsoft, "How AccessCheck works").
pub(crate) fn grants(entries: &[Entry], identities: &[&str], wanted: u32) -> bool {
    let mut missing = wanted;
    for entry in entries {
        let concerns = entry.reach == Reach::Here && identities.contains(&entry.who.as_str());
        match entry.effect {
            Effect::Denies if concerns && entry.mask & missing != 0 => return false,
            Effect::Allows if concerns => missing &= !entry.mask,
            _ => {}
        }
    }
    missing == 0
}

/// Memory of the system's.
pub(crate) struct Descriptor(pub(crate) PSECURITY_DESCRIPTOR);

impl Drop for Descriptor {
    fn drop(&mut self) {
        // SAFETY: allocated by the call that gave it, as it documents; nothing is freed for null.
        unsafe { LocalFree(self.0) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const READ: u32 = 1;
    const WRITE: u32 = 2;

    fn entry(effect: Effect, mask: u32, who: &str) -> Entry {
        Entry { effect, mask, who: who.into(), reach: Reach::Here }
    }

    #[test]
    fn the_first_word_on_a_right_counts() {
        let (allow, deny) =
            (|mask, who| entry(Effect::Allows, mask, who), |who| entry(Effect::Denies, READ, who));
        let us = ["S-1-5-80", "S-1-1-0"];
        assert!(grants(&[allow(READ, "S-1-1-0")], &us, READ));
        assert!(grants(&[allow(READ, "S-1-1-0"), allow(WRITE, "S-1-5-80")], &us, READ | WRITE));
        assert!(!grants(&[allow(READ, "S-1-1-0")], &us, READ | WRITE));
        assert!(!grants(&[allow(READ, "S-1-5-32-544")], &us, READ), "somebody else");
        assert!(!grants(&[deny("S-1-5-80"), allow(READ, "S-1-1-0")], &us, READ));
        assert!(grants(&[allow(READ, "S-1-1-0"), deny("S-1-5-80")], &us, READ));
        let within = Entry { reach: Reach::WithinAlone, ..allow(READ, "S-1-1-0") };
        assert!(!grants(&[within], &us, READ));
        assert!(!grants(&[], &us, READ));
    }
}
