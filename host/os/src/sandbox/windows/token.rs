//! The worker's token: no privilege, no group that grants more than every user has, low integrity.

#![allow(unsafe_code)]

use std::io;
use std::os::windows::io::{AsHandle as _, AsRawHandle as _, BorrowedHandle, OwnedHandle};

use windows_sys::Win32::Foundation::{HANDLE, LUID};
use windows_sys::Win32::Security::{
    CheckTokenMembership, CreateRestrictedToken, CreateWellKnownSid, GetSidSubAuthority,
    GetSidSubAuthorityCount, GetTokenInformation, IsWellKnownSid, LUID_AND_ATTRIBUTES, SECURITY_MAX_SID_SIZE,
    SID_AND_ATTRIBUTES, SetTokenInformation, TOKEN_ADJUST_DEFAULT, TOKEN_ASSIGN_PRIMARY, TOKEN_DUPLICATE,
    TOKEN_GROUPS, TOKEN_INFORMATION_CLASS, TOKEN_MANDATORY_LABEL, TOKEN_PRIVILEGES, TOKEN_QUERY, TOKEN_USER,
    TokenCapabilities, TokenGroups, TokenIntegrityLevel, TokenIsAppContainer, TokenPrivileges, TokenUser,
    WELL_KNOWN_SID_TYPE, WinAuthenticatedUserSid, WinBuiltinAdministratorsSid, WinBuiltinUsersSid,
    WinLowLabelSid, WinWorldSid,
};
use windows_sys::Win32::System::SystemServices::{
    SE_GROUP_INTEGRITY, SE_GROUP_LOGON_ID, SE_GROUP_USE_FOR_DENY_ONLY, SECURITY_MANDATORY_LOW_RID,
};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};

use crate::windows::{owned, sid_text, succeeded};

/// Groups that stay: everybody is in them, and the system's own libraries are read by them.
const KEPT: [WELL_KNOWN_SID_TYPE; 3] = [WinWorldSid, WinBuiltinUsersSid, WinAuthenticatedUserSid];
/// The privilege to pass through folders (`SeChangeNotifyPrivilege`), which everybody has and file access is slow without.
const PASS_THROUGH: LUID = LUID { LowPart: 23, HighPart: 0 };
/// `GetCurrentProcessToken` of processthreadsapi.h, which is no function.
const CURRENT_PROCESS_TOKEN: isize = -4;
/// Room for what is told of a token. The longest list is that of groups: 1,015 at most, in 68 bytes and a pointer each.
const MAX_INFORMATION_BYTES: u32 = 256 * 1024;

/// The most restricted token that the system makes of our own; the worker measures which it has got.
pub(crate) fn restricted() -> io::Result<OwnedHandle> {
    let ours = own(TOKEN_ASSIGN_PRIMARY | TOKEN_DUPLICATE | TOKEN_QUERY | TOKEN_ADJUST_DEFAULT)?;
    let token = without_rights(&ours).unwrap_or(ours);
    let _ = lower(token.as_handle()); // reported as missing by the worker
    Ok(token)
}

fn without_rights(token: &OwnedHandle) -> io::Result<OwnedHandle> {
    let (groups, privileges) = (
        Information::of(token.as_handle(), TokenGroups)?,
        Information::of(token.as_handle(), TokenPrivileges)?,
    );
    let denied: Vec<SID_AND_ATTRIBUTES> =
        groups.groups().iter().filter(|group| grants_more(group)).copied().collect();
    let deleted: Vec<LUID_AND_ATTRIBUTES> =
        privileges.privileges().iter().filter(|privilege| is_a_right(privilege)).copied().collect();
    let count = |length| u32::try_from(length).unwrap_or(u32::MAX);
    let mut restricted: HANDLE = std::ptr::null_mut();
    // SAFETY: the token is open, the identifiers lie in `groups`, which outlives the call, and the counts count the lists.
    let done = unsafe {
        CreateRestrictedToken(
            token.as_raw_handle(),
            0,
            count(denied.len()),
            denied.as_ptr(),
            count(deleted.len()),
            deleted.as_ptr(),
            0,
            std::ptr::null(),
            &mut restricted,
        )
    };
    succeeded(done)?;
    owned(restricted)
}

fn lower(token: BorrowedHandle<'_>) -> io::Result<()> {
    let mut sid = [0_u32; (SECURITY_MAX_SID_SIZE as usize).div_ceil(4)];
    let mut size = SECURITY_MAX_SID_SIZE;
    // SAFETY: room for the longest identifier.
    succeeded(unsafe {
        CreateWellKnownSid(WinLowLabelSid, std::ptr::null_mut(), sid.as_mut_ptr().cast(), &mut size)
    })?;
    let label = SID_AND_ATTRIBUTES { Sid: sid.as_mut_ptr().cast(), Attributes: SE_GROUP_INTEGRITY as u32 };
    let label = TOKEN_MANDATORY_LABEL { Label: label };
    let size = size_of::<TOKEN_MANDATORY_LABEL>() as u32 + size;
    // SAFETY: a structure of this class, whose identifier lives until after the call.
    succeeded(unsafe {
        SetTokenInformation(token.as_raw_handle(), TokenIntegrityLevel, (&raw const label).cast(), size)
    })
}

/// Whether this process has no privilege and no group left but what everybody has.
pub(super) fn is_restricted() -> io::Result<bool> {
    has_no_rights(of_this_process())
}

fn has_no_rights(token: BorrowedHandle<'_>) -> io::Result<bool> {
    let information = Information::of(token, TokenPrivileges)?;
    let privileged = information.privileges().iter().any(is_a_right);
    let information = Information::of(token, TokenGroups)?;
    let denied = |group: &SID_AND_ATTRIBUTES| group.Attributes & SE_GROUP_USE_FOR_DENY_ONLY as u32 != 0;
    let open = information.groups().iter().any(|group| grants_more(group) && !denied(group));
    Ok(!privileged && !open)
}

/// Whether this process has low integrity, or less.
pub(super) fn is_low() -> io::Result<bool> {
    let information = Information::of(of_this_process(), TokenIntegrityLevel)?;
    // SAFETY: what this class gives; its identifier lies in the same buffer and has one part at least.
    let level = unsafe {
        let sid = (*information.start().cast::<TOKEN_MANDATORY_LABEL>()).Label.Sid;
        let last = (*GetSidSubAuthorityCount(sid)).saturating_sub(1);
        *GetSidSubAuthority(sid, last.into())
    };
    Ok(level <= SECURITY_MANDATORY_LOW_RID as u32)
}

/// Whether this process is in an AppContainer that has no capability.
pub(super) fn is_in_container() -> io::Result<bool> {
    let inside = Information::of(of_this_process(), TokenIsAppContainer)?.number() != 0;
    Ok(inside && Information::of(of_this_process(), TokenCapabilities)?.groups().is_empty())
}

/// The account that this process runs as, as `S-1-5-…`.
pub(crate) fn own_account() -> io::Result<String> {
    let information = Information::of(of_this_process(), TokenUser)?;
    // SAFETY: what this class gives; its identifier lies in the same buffer.
    unsafe { sid_text((*information.start().cast::<TOKEN_USER>()).User.Sid) }
}

/// Whether this process has the rights of administrators: not in a console that was opened without them.
pub(crate) fn is_administrator() -> io::Result<bool> {
    let mut sid = [0_u32; (SECURITY_MAX_SID_SIZE as usize).div_ceil(4)];
    let (sid, mut size) = (sid.as_mut_ptr().cast(), SECURITY_MAX_SID_SIZE);
    // SAFETY: room for the longest identifier.
    succeeded(unsafe {
        CreateWellKnownSid(WinBuiltinAdministratorsSid, std::ptr::null_mut(), sid, &mut size)
    })?;
    let mut is_member = 0;
    // SAFETY: the identifier that was just made, and a variable of ours; no token stands for our own.
    succeeded(unsafe { CheckTokenMembership(std::ptr::null_mut(), sid, &mut is_member) })?;
    Ok(is_member != 0)
}

/// Integrity and logon session stand among the groups and grant nothing of files.
fn grants_more(group: &SID_AND_ATTRIBUTES) -> bool {
    let no_group = (SE_GROUP_INTEGRITY | SE_GROUP_LOGON_ID) as u32;
    // SAFETY: the identifiers of a token's groups are valid while its information is.
    let kept = KEPT.iter().any(|kept| unsafe { IsWellKnownSid(group.Sid, *kept) } != 0);
    group.Attributes & no_group == 0 && !kept
}

fn is_a_right(privilege: &LUID_AND_ATTRIBUTES) -> bool {
    (privilege.Luid.LowPart, privilege.Luid.HighPart) != (PASS_THROUGH.LowPart, PASS_THROUGH.HighPart)
}

fn own(access: u32) -> io::Result<OwnedHandle> {
    let mut token: HANDLE = std::ptr::null_mut();
    // SAFETY: this process, a variable of ours.
    succeeded(unsafe { OpenProcessToken(GetCurrentProcess(), access, &mut token) })?;
    owned(token)
}

/// For questions about this process's own token, which it may have no right to open.
fn of_this_process() -> BorrowedHandle<'static> {
    // SAFETY: a number that stands for it, in every process and for as long as it runs (`GetCurrentProcessToken`).
    unsafe {
        BorrowedHandle::borrow_raw(std::ptr::without_provenance_mut(CURRENT_PROCESS_TOKEN.cast_unsigned()))
    }
}

/// What the system tells of a token: a structure at the start, and behind it what that points to.
struct Information(Vec<u64>);

impl Information {
    fn of(token: BorrowedHandle<'_>, class: TOKEN_INFORMATION_CLASS) -> io::Result<Self> {
        let mut size = 0;
        // SAFETY: no room is given, so that it only tells how much it needs.
        unsafe { GetTokenInformation(token.as_raw_handle(), class, std::ptr::null_mut(), 0, &mut size) };
        let size = size.clamp(size_of::<u64>() as u32, MAX_INFORMATION_BYTES);
        let mut buffer = vec![0_u64; (size as usize).div_ceil(size_of::<u64>())];
        let mut used = 0;
        // SAFETY: room for `size` bytes, aligned for every structure of tokens.
        let done = unsafe {
            GetTokenInformation(token.as_raw_handle(), class, buffer.as_mut_ptr().cast(), size, &mut used)
        };
        succeeded(done)?;
        Ok(Self(buffer))
    }

    fn start(&self) -> *const u64 {
        self.0.as_ptr()
    }

    /// Of a class that is a number, or begins with one.
    fn number(&self) -> u32 {
        // SAFETY: the buffer has eight bytes at least.
        unsafe { *self.start().cast::<u32>() }
    }

    /// Of the classes that give a list of groups.
    fn groups(&self) -> &[SID_AND_ATTRIBUTES] {
        // SAFETY: the system has put as many behind the count, in this buffer.
        unsafe { self.list(std::mem::offset_of!(TOKEN_GROUPS, Groups)) }
    }

    /// Of [`TokenPrivileges`].
    fn privileges(&self) -> &[LUID_AND_ATTRIBUTES] {
        // SAFETY: as above.
        unsafe { self.list(std::mem::offset_of!(TOKEN_PRIVILEGES, Privileges)) }
    }

    /// What stands at `offset`, after its count.
    ///
    /// # Safety
    ///
    /// The information is such a list of `T`.
    unsafe fn list<T>(&self, offset: usize) -> &[T] {
        match self.number() as usize {
            0 => &[],
            // SAFETY: the caller's word.
            count => unsafe {
                std::slice::from_raw_parts(self.start().wrapping_byte_add(offset).cast(), count)
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restricted_token_has_lost_what_ours_has() {
        let ours = own(TOKEN_QUERY | TOKEN_DUPLICATE | TOKEN_ASSIGN_PRIMARY).unwrap();
        assert!(!has_no_rights(ours.as_handle()).unwrap(), "or this test shows nothing");
        let restricted = without_rights(&ours).unwrap();
        assert!(has_no_rights(restricted.as_handle()).unwrap());
    }
}
