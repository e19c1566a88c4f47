//! Names on Windows.

#![allow(unsafe_code)]

use std::path::PathBuf;

use windows_sys::Win32::NetworkManagement::NetManagement::{
    FILTER_NORMAL_ACCOUNT, MAX_PREFERRED_LENGTH, NERR_Success, NetApiBufferFree, NetUserEnum, USER_INFO_0,
};
use windows_sys::Win32::System::SystemInformation::{ComputerNameDnsFullyQualified, GetComputerNameExW};
use windows_sys::Win32::UI::Shell::GetProfilesDirectoryW;

use crate::windows::narrow;

/// Longest name of a host with its domain, and longest path of the folder of homes.
const MAX_UNITS: u32 = 1024;
/// Accounts that every Windows has, and folders beside the homes: words that stand for no person.
const NOBODYS: [&str; 9] = [
    "Administrator",
    "All Users",
    "Default",
    "Default User",
    "DefaultAccount",
    "defaultuser0",
    "Guest",
    "Public",
    "WDAGUtilityAccount",
];

pub(super) fn host_name() -> String {
    let mut name = [0; MAX_UNITS as usize];
    let mut length = MAX_UNITS;
    // SAFETY: room as long as said.
    let found = unsafe { GetComputerNameExW(ComputerNameDnsFullyQualified, name.as_mut_ptr(), &mut length) };
    if found == 0 { String::new() } else { narrow(&name) }
}

/// The PC's own accounts; those of a domain have a home folder here once they have logged in.
pub(super) fn accounts_here() -> Vec<String> {
    let (mut read, mut total, mut list) = (0, 0, std::ptr::null_mut());
    // SAFETY: this PC, a class of information, and variables of ours; the list is the system's, freed below.
    let done = unsafe {
        let (this_pc, no_resume) = (std::ptr::null(), std::ptr::null_mut());
        let filter = FILTER_NORMAL_ACCOUNT;
        NetUserEnum(this_pc, 0, filter, &mut list, MAX_PREFERRED_LENGTH, &mut read, &mut total, no_resume)
    };
    if done != NERR_Success || list.is_null() {
        return Vec::new();
    }
    let accounts = (0..read as usize).map(|index| {
        // SAFETY: the system has put `read` of these in a row, each with a text that ends with a zero.
        unsafe {
            let name = (*list.cast::<USER_INFO_0>().add(index)).usri0_name;
            let length = (0..).take_while(|at| *name.add(*at) != 0).count();
            narrow(std::slice::from_raw_parts(name, length))
        }
    });
    let accounts = accounts.filter(|name| !is_nobodys(name)).collect();
    // SAFETY: allocated by the call above, as it documents.
    unsafe { NetApiBufferFree(list.cast()) };
    accounts
}

/// Usually `C:\Users`.
pub(super) fn homes() -> PathBuf {
    let mut path = [0; MAX_UNITS as usize];
    let mut length = MAX_UNITS;
    // SAFETY: room as long as said.
    let found = unsafe { GetProfilesDirectoryW(path.as_mut_ptr(), &mut length) };
    if found == 0 { PathBuf::from(r"C:\Users") } else { narrow(&path).into() }
}

/// Whether no person is meant by it.
pub(super) fn is_nobodys(name: &str) -> bool {
    NOBODYS.iter().any(|nobodys| nobodys.eq_ignore_ascii_case(name)) || name.ends_with(".ini")
}
