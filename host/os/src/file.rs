//! Files of other programs: what they are, and opening them so that their owner notices nothing. Files of ours: names that
//! change although another program looks at them (`file/held.rs`).
//!
//! Reads file attributes and bytes at an offset. Never writes content, locks, follows a link in the last part of a
//! path, or blocks on a pipe or device.

use std::fs::File;
use std::io;
use std::path::Path;

mod held;
mod opening;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use unix as system;
#[cfg(windows)]
use windows as system;

pub use held::{hard_link, remove, rename, while_held};
pub use opening::commands_to_open;
pub(crate) use system::open_no_link;
pub use system::{is_in_use, is_link, open_shared};

/// What stays the same while a file is renamed within its volume, and differs for any other file there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId {
    /// The volume, as the operating system numbers it.
    pub volume: u64,
    /// The file within the volume.
    pub file: u64,
}

/// What moves when somebody writes to a file. Times are nanoseconds since 1970 by the clock of whoever
/// holds the volume, which may be a file server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileStamp {
    /// Size in bytes.
    pub size: u64,
    /// Last write of content; copying tools set it back to the original's.
    pub modified_ns: i64,
    /// Last change of content *or attributes*: what no tool sets back.
    pub changed_ns: i64,
}

/// Kind of a directory entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// An ordinary file.
    Regular,
    /// A directory.
    Directory,
    /// A symbolic link.
    Link,
    /// Pipe, socket or device: reading it may block or do something.
    Special,
}

/// A file's attributes at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileFacts {
    /// Which file it is.
    pub id: FileId,
    /// Size and times.
    pub stamp: FileStamp,
    /// What kind of entry it is.
    pub kind: FileKind,
}

impl FileFacts {
    /// Attributes of what `path` names; a link in its last part is not followed.
    pub fn of_path(path: &Path) -> io::Result<Self> {
        system::facts_of_path(path)
    }

    /// Attributes of an open file, whatever its name is by now.
    pub fn of_file(file: &File) -> io::Result<Self> {
        system::facts_of_file(file)
    }
}

/// A file without a name that holds `bytes`, for a process that gets its handle and nothing else.
///
/// On Linux it lies in memory and nobody can change it; elsewhere in the account's temporary folder, and is gone with its last handle.
pub fn unnamed(bytes: &[u8]) -> io::Result<File> {
    system::unnamed(bytes)
}

/// Reads at `offset` until `buffer` is full or the file ends; on Unix it leaves the file's own position alone, which
/// whoever else holds the handle shares. Gives the number of bytes read.
pub fn read_at(file: &File, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match system::read_some(file, rest, offset.saturating_add(filled as u64)) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_rename_keeps_the_id_and_a_copy_has_another() {
        let dir = tempfile::tempdir().unwrap();
        let (old, new, copy) = (dir.path().join("a"), dir.path().join("b"), dir.path().join("c"));
        fs::write(&old, "x").unwrap();
        let before = FileFacts::of_path(&old).unwrap();
        fs::rename(&old, &new).unwrap();
        fs::copy(&new, &copy).unwrap();
        assert_eq!(FileFacts::of_path(&new).unwrap().id, before.id);
        assert_ne!(FileFacts::of_path(&copy).unwrap().id, before.id);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed_and_pipes_do_not_block() {
        let dir = tempfile::tempdir().unwrap();
        let (target, link, pipe) = (dir.path().join("a"), dir.path().join("l"), dir.path().join("p"));
        fs::write(&target, "x").unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        assert_eq!(FileFacts::of_path(&link).unwrap().kind, FileKind::Link);
        assert!(is_link(&open_shared(&link).unwrap_err()));
        let opened = open_shared(&pipe).unwrap();
        assert_eq!(FileFacts::of_file(&opened).unwrap().kind, FileKind::Special);
    }

    #[test]
    fn an_unnamed_file_holds_its_bytes_for_whoever_gets_the_handle() {
        let file = unnamed(b"message").unwrap();
        let mut buffer = [0; 16];
        assert_eq!(read_at(&file, 0, &mut buffer).unwrap(), 7);
        assert_eq!(&buffer[..7], b"message");
        #[cfg(target_os = "linux")]
        assert!(io::Write::write_all(&mut &file, b"other").is_err(), "a worker can't change it");
    }

    #[test]
    fn reading_stops_at_the_end_and_keeps_the_position() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        fs::write(&path, "0123456789").unwrap();
        let file = open_shared(&path).unwrap();
        let mut buffer = [0; 4];
        assert_eq!(read_at(&file, 8, &mut buffer).unwrap(), 2);
        assert_eq!(&buffer[..2], b"89");
        assert_eq!(read_at(&file, 100, &mut buffer).unwrap(), 0);
        if cfg!(unix) {
            assert_eq!(io::read_to_string(file).unwrap(), "0123456789");
        }
    }
}
