//! The log of a service that has no standard error: a file in the state folder, in a bounded number of bytes.
//!
//! A line that can't be written is lost: a full disk must not end the service.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use labrelay_os::private;

use crate::rotation::Rotation;

const NAME: &str = "labrelay.log";
/// Some 30,000 lines a file: weeks of a service that does its work, and a day of one that complains.
const ROTATION: Rotation = Rotation { max_bytes: 4 << 20, kept: 4 };

/// Where lines go, once that is known.
static FILE: Mutex<Option<LogFile>> = Mutex::new(None);

/// From now on lines go into a file in the folder `state`.
pub(crate) fn begin(state: &Path) -> io::Result<()> {
    let file = LogFile::open(state.join(NAME))?;
    *FILE.lock().unwrap_or_else(PoisonError::into_inner) = Some(file);
    Ok(())
}

/// Writes a line: into the file, or to standard error before there is one.
#[derive(Debug)]
pub(super) struct Line;

impl Write for Line {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        match &mut *FILE.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(file) => file.add(line).map(|()| line.len()),
            None => io::stderr().write(line),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct LogFile {
    path: PathBuf,
    file: File,
    bytes: u64,
}

impl LogFile {
    fn open(path: PathBuf) -> io::Result<Self> {
        let file = private::open_to_append(&path)?;
        let bytes = file.metadata()?.len();
        Ok(Self { path, file, bytes })
    }

    fn add(&mut self, line: &[u8]) -> io::Result<()> {
        if self.bytes >= ROTATION.max_bytes {
            match ROTATION.make_room(&self.path).and_then(|()| Self::open(self.path.clone())) {
                Ok(new) => *self = new,
                // Somebody reads it, so that it can't be renamed just now: it grows on, and is tried when as much has come.
                Err(_) => self.bytes = 0,
            }
        }
        self.bytes += line.len() as u64;
        self.file.write_all(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_added_and_a_full_file_makes_room() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(NAME);
        let read = || std::fs::read_to_string(&path).unwrap();
        LogFile::open(path.clone()).unwrap().add(b"one\n").unwrap();
        let mut log = LogFile::open(path.clone()).unwrap();
        log.add(b"two\n").unwrap();
        assert_eq!(read(), "one\ntwo\n");
        let full = vec![b'x'; ROTATION.max_bytes as usize];
        for _ in 0..2 * ROTATION.kept {
            log.add(&full).unwrap();
        }
        log.add(b"last\n").unwrap();
        assert_eq!(read(), "last\n");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1 + ROTATION.kept as usize);
    }

    #[test]
    fn before_there_is_a_file_lines_go_to_standard_error_and_then_into_it() {
        let dir = tempfile::tempdir().unwrap();
        Line.write_all(b"a line of a test, on standard error\n").unwrap();
        begin(dir.path()).unwrap();
        Line.write_all(b"a line\n").unwrap();
        assert_eq!(std::fs::read_to_string(dir.path().join(NAME)).unwrap(), "a line\n");
    }
}
