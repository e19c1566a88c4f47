//! Bytes of ours as an open file that has no name: what the host made in memory reaches a worker like any other input.
//!
//! On Linux it lies in memory and is sealed: nobody changes it, the worker neither. Windows has no such file: there it is a
//! temporary one that nobody else can open and that goes with its last handle. Keeps nothing and knows nothing of what
//! the bytes are.

use std::fs::File;
use std::io::{self, Write as _};

/// An open file that holds `bytes` and can't be found by any name.
pub fn unnamed(bytes: &[u8]) -> io::Result<File> {
    let mut file = system::create()?;
    file.write_all(bytes)?;
    system::seal(&file)?;
    Ok(file)
}

#[cfg(unix)]
mod system {
    use super::{File, io};

    use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};

    /// What `/proc` shows of it to administrators.
    const LABEL: &str = "labrelay-input";

    pub(super) fn create() -> io::Result<File> {
        Ok(memfd_create(LABEL, MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?.into())
    }

    pub(super) fn seal(file: &File) -> io::Result<()> {
        let all = SealFlags::WRITE | SealFlags::GROW | SealFlags::SHRINK | SealFlags::SEAL;
        Ok(fcntl_add_seals(file, all)?)
    }
}

#[cfg(windows)]
mod system {
    use super::{File, io};

    use std::fs::OpenOptions;
    use std::os::windows::fs::OpenOptionsExt as _;

    use windows_sys::Win32::Foundation::{GENERIC_READ, GENERIC_WRITE};
    use windows_sys::Win32::Storage::FileSystem::{
        DELETE, FILE_ATTRIBUTE_TEMPORARY, FILE_FLAG_DELETE_ON_CLOSE,
    };

    /// Shared with nobody. Windows writes a temporary file to disk only if memory is short.
    pub(super) fn create() -> io::Result<File> {
        let random = || getrandom::u64().map_err(io::Error::other);
        let name = format!("labrelay-{:016x}{:016x}.tmp", random()?, random()?);
        OpenOptions::new()
            .access_mode(GENERIC_READ | GENERIC_WRITE | DELETE)
            .share_mode(0)
            .create_new(true)
            .write(true)
            .attributes(FILE_ATTRIBUTE_TEMPORARY)
            .custom_flags(FILE_FLAG_DELETE_ON_CLOSE)
            .open(std::env::temp_dir().join(name))
    }

    pub(super) fn seal(_: &File) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::{FileFacts, FileKind, read_at};

    #[test]
    fn it_holds_the_bytes_and_is_an_ordinary_file() {
        let file = unnamed(b"0123456789").unwrap();
        let facts = FileFacts::of_file(&file).unwrap();
        assert_eq!((facts.kind, facts.stamp.size), (FileKind::Regular, 10));
        let mut buffer = [0; 4];
        assert_eq!(read_at(&file, 6, &mut buffer).unwrap(), 4);
        assert_eq!(&buffer, b"6789");
        assert_eq!(unnamed(b"").unwrap().metadata().unwrap().len(), 0);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_changes_it_any_more() {
        let mut file = unnamed(b"0123456789").unwrap();
        assert!(file.write_all(b"x").is_err());
        assert!(file.set_len(3).is_err());
    }
}
