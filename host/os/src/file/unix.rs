//! Files of other programs on Unix.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::OFlags;

use super::{FileFacts, FileId, FileKind, FileStamp};

const NANOSECONDS: i64 = 1_000_000_000;

pub(super) fn facts_of_path(path: &Path) -> io::Result<FileFacts> {
    Ok(FileFacts::from(&path.symlink_metadata()?))
}

pub(super) fn facts_of_file(file: &File) -> io::Result<FileFacts> {
    Ok(FileFacts::from(&file.metadata()?))
}

#[cfg(target_os = "linux")]
pub(super) fn unnamed(bytes: &[u8]) -> io::Result<File> {
    use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};
    let mut file = File::from(memfd_create("input", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?);
    io::Write::write_all(&mut file, bytes)?;
    io::Seek::rewind(&mut file)?;
    fcntl_add_seals(&file, SealFlags::SEAL | SealFlags::SHRINK | SealFlags::GROW | SealFlags::WRITE)?;
    Ok(file)
}

#[cfg(not(target_os = "linux"))]
pub(super) fn unnamed(_: &[u8]) -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into()) // the host is made for Linux and Windows
}

/// Reads once at `offset`, leaving the file's own position alone.
pub(super) fn read_some(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    file.read_at(buffer, offset)
}

impl From<&Metadata> for FileFacts {
    fn from(metadata: &Metadata) -> Self {
        Self {
            id: FileId { volume: metadata.dev(), file: metadata.ino() },
            stamp: FileStamp {
                size: metadata.len(),
                modified_ns: nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
                changed_ns: nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
            },
            kind: kind(metadata),
        }
    }
}

/// Saturates in the year 2262, since a time stamp is whatever somebody wrote there.
fn nanoseconds(seconds: i64, rest: i64) -> i64 {
    seconds.saturating_mul(NANOSECONDS).saturating_add(rest)
}

fn kind(metadata: &Metadata) -> FileKind {
    let kind = metadata.file_type();
    if kind.is_file() {
        FileKind::Regular
    } else if kind.is_dir() {
        FileKind::Directory
    } else if kind.is_symlink() {
        FileKind::Link
    } else {
        debug_assert!(kind.is_fifo() || kind.is_socket() || kind.is_char_device() || kind.is_block_device());
        FileKind::Special
    }
}

/// Opens `path` for reading, shared with everybody, without waiting: a pipe has no writer to wait for, a
/// device gets no side effect of waiting, a link in the last part is an error.
pub fn open_shared(path: &Path) -> io::Result<File> {
    let flags = OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::NOCTTY | OFlags::CLOEXEC;
    OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path)
}

/// Opens `path` for reading; a link in the last part is an error.
pub(crate) fn open_no_link(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).custom_flags(OFlags::NOFOLLOW.bits().cast_signed()).open(path)
}

/// Whether [`open_shared`] failed since `path` names a link.
pub fn is_link(error: &io::Error) -> bool {
    rustix::io::Errno::from_io_error(error) == Some(rustix::io::Errno::LOOP)
}

/// Whether `error` says that another program keeps the file to itself for the moment.
pub fn is_in_use(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::ResourceBusy | io::ErrorKind::ExecutableFileBusy
    )
}

/// Whether a name could not be given or taken away since another program has the file open: never on Unix.
pub(super) fn may_be_held(_error: &io::Error) -> bool {
    false
}
