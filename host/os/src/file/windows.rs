//! Files of other programs on Windows: shared in every way, so that nobody is kept from writing, renaming or deleting.

#![allow(unsafe_code)]

use std::fs::{File, OpenOptions};
use std::io;
use std::os::windows::fs::{FileExt as _, OpenOptionsExt as _};
use std::os::windows::io::AsRawHandle as _;
use std::path::Path;

use windows_sys::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_CANT_ACCESS_FILE, ERROR_LOCK_VIOLATION, ERROR_SHARING_VIOLATION,
};
use windows_sys::Win32::Storage::FileSystem::{
    BY_HANDLE_FILE_INFORMATION, FILE_ATTRIBUTE_DIRECTORY, FILE_ATTRIBUTE_REPARSE_POINT,
    FILE_ATTRIBUTE_TEMPORARY, FILE_BASIC_INFO, FILE_FLAG_BACKUP_SEMANTICS, FILE_FLAG_DELETE_ON_CLOSE,
    FILE_FLAG_OPEN_REPARSE_POINT, FILE_READ_ATTRIBUTES, FILE_SHARE_DELETE, FILE_SHARE_READ, FILE_SHARE_WRITE,
    FILE_TYPE_DISK, FileBasicInfo, GetFileInformationByHandle, GetFileInformationByHandleEx, GetFileType,
};

use super::{FileFacts, FileId, FileKind, FileStamp};
use crate::windows::succeeded;

const SHARED: u32 = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
/// Between 1601, from which Windows counts, and 1970, in its own unit of 100 ns.
const UNIX_EPOCH_TICKS: i64 = 116_444_736_000_000_000;
const TICK_NS: i64 = 100;

/// Opens `path` for its attributes alone, which no share mode of others forbids.
pub(super) fn facts_of_path(path: &Path) -> io::Result<FileFacts> {
    let opened = OpenOptions::new()
        .access_mode(FILE_READ_ATTRIBUTES)
        .share_mode(SHARED)
        .custom_flags(FILE_FLAG_OPEN_REPARSE_POINT | FILE_FLAG_BACKUP_SEMANTICS)
        .open(path)?;
    facts_of_file(&opened)
}

/// Windows keeps what it can of a temporary file in memory, and removes it with the last handle, however that is closed.
pub(super) fn unnamed(bytes: &[u8]) -> io::Result<File> {
    let name = format!("labrelay-{:016x}", getrandom::u64().map_err(io::Error::other)?);
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .share_mode(0)
        .attributes(FILE_ATTRIBUTE_TEMPORARY)
        .custom_flags(FILE_FLAG_DELETE_ON_CLOSE)
        .open(std::env::temp_dir().join(name))?;
    io::Write::write_all(&mut file, bytes)?;
    io::Seek::rewind(&mut file)?;
    Ok(file)
}

pub(super) fn facts_of_file(file: &File) -> io::Result<FileFacts> {
    let handle = file.as_raw_handle();
    let mut found = BY_HANDLE_FILE_INFORMATION::default();
    // SAFETY: the handle is open, the result a variable of ours.
    let done = unsafe { GetFileInformationByHandle(handle, &mut found) };
    // SAFETY: only asks.
    let on_disk = unsafe { GetFileType(handle) } == FILE_TYPE_DISK;
    if !on_disk {
        let (id, stamp) =
            (FileId { volume: 0, file: 0 }, FileStamp { size: 0, modified_ns: 0, changed_ns: 0 });
        return Ok(FileFacts { id, stamp, kind: FileKind::Special });
    }
    succeeded(done)?;
    let times = times(file)?;
    Ok(FileFacts {
        id: FileId {
            volume: found.dwVolumeSerialNumber.into(),
            file: joined(found.nFileIndexHigh, found.nFileIndexLow),
        },
        stamp: FileStamp {
            size: joined(found.nFileSizeHigh, found.nFileSizeLow),
            modified_ns: nanoseconds(times.LastWriteTime),
            changed_ns: nanoseconds(times.ChangeTime),
        },
        kind: kind(found.dwFileAttributes),
    })
}

/// With the time of the last change of anything, which a file system without it (FAT) gives as 0.
fn times(file: &File) -> io::Result<FILE_BASIC_INFO> {
    let mut times = FILE_BASIC_INFO::default();
    let size = size_of::<FILE_BASIC_INFO>() as u32;
    // SAFETY: a structure of this class, of this size.
    let done = unsafe {
        GetFileInformationByHandleEx(file.as_raw_handle(), FileBasicInfo, (&raw mut times).cast(), size)
    };
    succeeded(done)?;
    if times.ChangeTime == 0 {
        times.ChangeTime = times.LastWriteTime;
    }
    Ok(times)
}

fn joined(high: u32, low: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

fn nanoseconds(ticks: i64) -> i64 {
    ticks.saturating_sub(UNIX_EPOCH_TICKS).saturating_mul(TICK_NS)
}

/// A reparse point is a link, a mount, or a file that a cloud service or archive keeps elsewhere: reading it would follow or
/// fetch something.
fn kind(attributes: u32) -> FileKind {
    if attributes & FILE_ATTRIBUTE_REPARSE_POINT != 0 {
        FileKind::Link
    } else if attributes & FILE_ATTRIBUTE_DIRECTORY != 0 {
        FileKind::Directory
    } else {
        FileKind::Regular
    }
}

/// Reads once at `offset`. Windows moves the file's position with it, which nobody here relies on.
pub(super) fn read_some(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    file.seek_read(buffer, offset)
}

/// Opens `path` for reading, shared with everybody; a link in the last part is an error.
pub fn open_shared(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new()
        .read(true)
        .share_mode(SHARED)
        .custom_flags(FILE_FLAG_OPEN_REPARSE_POINT)
        .open(path)?;
    match facts_of_file(&file)?.kind {
        FileKind::Link => Err(io::Error::from_raw_os_error(ERROR_CANT_ACCESS_FILE.cast_signed())),
        FileKind::Regular | FileKind::Directory | FileKind::Special => Ok(file),
    }
}

/// Opens `path` for reading; a link in the last part is an error.
pub(crate) fn open_no_link(path: &Path) -> io::Result<File> {
    open_shared(path)
}

/// Whether [`open_shared`] failed since `path` names a link.
pub fn is_link(error: &io::Error) -> bool {
    error.raw_os_error() == Some(ERROR_CANT_ACCESS_FILE.cast_signed())
}

/// Whether `error` says that another program keeps the file to itself for the moment.
pub fn is_in_use(error: &io::Error) -> bool {
    [ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION]
        .into_iter()
        .any(|code| error.raw_os_error() == Some(code.cast_signed()))
}

/// Whether a name could not be given or taken away since another program has the file open. "Access denied" is what Windows
/// says of a file to be replaced that is open, and of one that is deleted once everybody has closed it.
pub(super) fn may_be_held(error: &io::Error) -> bool {
    is_in_use(error) || error.raw_os_error() == Some(ERROR_ACCESS_DENIED.cast_signed())
}
