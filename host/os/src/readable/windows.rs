//! On Windows: rights come from the folder above. In `Program Files` they are right by themselves: administrators write, users,
//! services and packaged apps read. A folder at the root of a drive lets every user write, and is refused.

use std::io;
use std::path::Path;

use windows_sys::Win32::Foundation::{GENERIC_ALL, GENERIC_WRITE};
use windows_sys::Win32::Storage::FileSystem::{
    DELETE, FILE_APPEND_DATA, FILE_DELETE_CHILD, FILE_WRITE_DATA, WRITE_DAC, WRITE_OWNER,
};

use super::ReadableError;
use crate::sandbox::windows::token;
use crate::windows::access_list::{self, Effect, Entry};

/// The system, administrators, Windows' own installer, and whoever has made what lies there: that is one of these, since nobody
/// else can make anything (Microsoft, "Well-known SIDs").
const WRITERS: [&str; 5] = [
    "S-1-5-18",
    "S-1-5-32-544",
    "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464",
    "S-1-3-0",
    "S-1-3-4",
];
/// Any right to change a file, a folder, what lies in it, or these rights.
const WRITE: u32 = GENERIC_ALL
    | GENERIC_WRITE
    | DELETE
    | WRITE_DAC
    | WRITE_OWNER
    | FILE_WRITE_DATA
    | FILE_APPEND_DATA
    | FILE_DELETE_CHILD;

/// What rights are given to.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Folder,
    File,
}

pub(super) fn let_read(_path: &Path, _kind: Kind) -> io::Result<()> {
    Ok(())
}

pub(super) fn check(path: &Path) -> Result<(), ReadableError> {
    let failed = |source| ReadableError::Io { path: path.into(), source };
    let entries = access_list::of(path).map_err(failed)?;
    let us = token::own_account().map_err(failed)?;
    let stranger = match &entries {
        Some(entries) => stranger(entries, &us),
        None => Some("everybody"),
    };
    let Some(stranger) = stranger else { return Ok(()) };
    let shown = path.display();
    let cure = format!(
        "{stranger} may; run: icacls \"{shown}\" /inheritance:d, then: icacls \"{shown}\" /remove:g *{stranger}, and grant it (RX) if it has to read"
    );
    Err(ReadableError::Writable { path: path.into(), cure })
}

/// Somebody else who may write here, or into what is made here.
fn stranger<'a>(entries: &'a [Entry], us: &str) -> Option<&'a str> {
    let writes = entries.iter().filter(|entry| entry.effect == Effect::Allows && entry.mask & WRITE != 0);
    writes.map(|entry| entry.who.as_str()).find(|who| *who != us && !WRITERS.contains(who))
}

#[cfg(test)]
mod tests {
    use windows_sys::Win32::Storage::FileSystem::{
        FILE_GENERIC_EXECUTE, FILE_GENERIC_READ, FILE_GENERIC_WRITE,
    };

    use super::*;
    use crate::windows::access_list::Reach;

    const US: &str = "S-1-5-21-1-2-3-1001";
    const USERS: &str = "S-1-5-32-545";
    const PACKAGED_APPS: &str = "S-1-15-2-1";

    fn entry(mask: u32, who: &str) -> Entry {
        Entry { effect: Effect::Allows, mask, who: who.into(), reach: Reach::Here }
    }

    #[test]
    fn readers_are_no_strangers_and_writers_are() {
        let read = FILE_GENERIC_READ | FILE_GENERIC_EXECUTE;
        let program_files = [
            entry(GENERIC_ALL, "S-1-5-32-544"),
            entry(GENERIC_ALL, US),
            entry(read, USERS),
            entry(read, PACKAGED_APPS),
        ];
        assert_eq!(stranger(&program_files, US), None);
        assert_eq!(stranger(&[entry(FILE_GENERIC_WRITE, USERS)], US), Some(USERS));
        assert_eq!(stranger(&[entry(DELETE, "S-1-5-11")], US), Some("S-1-5-11"));
    }

    #[test]
    fn rights_that_are_only_handed_down_count_too() {
        let within = Entry { reach: Reach::WithinAlone, ..entry(FILE_WRITE_DATA, USERS) };
        assert_eq!(stranger(&[within], US), Some(USERS));
    }
}
