//! Accounts on Windows: security identifiers, with a name.

#![allow(unsafe_code)]

use windows_sys::Win32::System::WindowsProgramming::GetUserNameW;

use super::Account;
use crate::sandbox::windows::token;
use crate::windows::narrow;

/// Longest name of an account, with its zero (`UNLEN` of lmcons.h).
const MAX_NAME_UNITS: u32 = 257;

/// The account that this process runs as.
pub fn account() -> Account {
    Account { id: token::own_account().unwrap_or_default(), name: name() }
}

/// Windows keeps no earlier login for a process: who runs it is who logged in.
pub fn login() -> Option<Account> {
    None
}

fn name() -> Option<String> {
    let mut name = [0; MAX_NAME_UNITS as usize];
    let mut length = MAX_NAME_UNITS;
    // SAFETY: room as long as said.
    let found = unsafe { GetUserNameW(name.as_mut_ptr(), &mut length) } != 0;
    found.then(|| narrow(&name))
}
