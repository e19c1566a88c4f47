//! Files that are only ever added to, in a bounded place: a full one becomes `NAME.1`, and so on; the oldest goes.

use std::io;
use std::path::{Path, PathBuf};

use labrelay_os::file;

/// How much is kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rotation {
    /// A file of this size is full.
    pub max_bytes: u64,
    /// Full files kept beside the current one.
    pub kept: u32,
}

impl Rotation {
    /// Makes room at `path` if the file there is full.
    pub(crate) fn make_room(self, path: &Path) -> io::Result<()> {
        if std::fs::metadata(path).map_or(0, |found| found.len()) < self.max_bytes {
            return Ok(());
        }
        for number in (1..self.kept).rev() {
            if numbered(path, number).exists() {
                file::rename(&numbered(path, number), &numbered(path, number + 1))?;
            }
        }
        file::rename(path, &numbered(path, 1))
    }
}

fn numbered(path: &Path, number: u32) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{number}"));
    name.into()
}
