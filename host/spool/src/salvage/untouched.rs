//! A file as a database that may be written to while the file itself stays as it is: changes are kept in memory.
//!
//! redb writes when it opens (it notes that the file is in use, and repairs what a crash left); a damaged file is
//! evidence, and is looked at without being changed.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use redb::StorageBackend;

/// Bytes that are kept together: a page of redb.
const BLOCK: u64 = 4096;

/// The file, and what was written over it.
#[derive(Debug)]
pub(super) struct Untouched(Mutex<State>);

#[derive(Debug)]
struct State {
    file: File,
    length: u64,
    changed: BTreeMap<u64, Vec<u8>>,
}

impl Untouched {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        Ok(Self(Mutex::new(State { file, length, changed: BTreeMap::new() })))
    }

    fn with<T>(&self, work: impl FnOnce(&mut State) -> io::Result<T>) -> io::Result<T> {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl State {
    /// One block as it is now; zeros behind the file's end.
    fn block(&mut self, number: u64) -> io::Result<Vec<u8>> {
        if let Some(changed) = self.changed.get(&number) {
            return Ok(changed.clone());
        }
        let mut block = Vec::new();
        self.file.seek(SeekFrom::Start(number * BLOCK))?;
        (&self.file).take(BLOCK).read_to_end(&mut block)?;
        block.resize(BLOCK as usize, 0);
        Ok(block)
    }
}

/// The pieces of `length` bytes from `offset` on: number of the block, first byte in it, length.
fn pieces(offset: u64, length: usize) -> impl Iterator<Item = (u64, usize, usize)> {
    let mut done = 0;
    std::iter::from_fn(move || {
        let at = offset + done as u64;
        let first = (at % BLOCK) as usize;
        let piece = (BLOCK as usize - first).min(length - done);
        done += piece;
        (piece > 0).then_some((at / BLOCK, first, piece))
    })
}

impl StorageBackend for Untouched {
    fn len(&self) -> io::Result<u64> {
        self.with(|state| Ok(state.length))
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.with(|state| {
            let end = offset.checked_add(out.len() as u64).filter(|end| *end <= state.length);
            end.ok_or(io::ErrorKind::UnexpectedEof)?;
            let mut rest = out;
            for (number, first, length) in pieces(offset, rest.len()) {
                let block = state.block(number)?;
                let part = block.get(first..first + length).ok_or(io::ErrorKind::UnexpectedEof)?;
                let (now, later) = rest.split_at_mut(length);
                now.copy_from_slice(part);
                rest = later;
            }
            Ok(())
        })
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        self.with(|state| {
            state.length = length;
            Ok(())
        })
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.with(|state| {
            let mut rest = data;
            for (number, first, length) in pieces(offset, data.len()) {
                let mut block = state.block(number)?;
                let (now, later) = rest.split_at(length);
                let part = block.get_mut(first..first + length).ok_or(io::ErrorKind::UnexpectedEof)?;
                part.copy_from_slice(now);
                state.changed.insert(number, block);
                rest = later;
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back_and_the_file_stays_as_it_is() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let bytes: Vec<u8> = (0..10_000u32).map(|n| n as u8).collect();
        std::fs::write(file.path(), &bytes).unwrap();
        let untouched = Untouched::open(file.path()).unwrap();
        untouched.set_len(20_000).unwrap();
        untouched.write(4_000, &[7; 5_000]).unwrap();
        untouched.write(19_990, &[9; 10]).unwrap();
        let mut now = vec![1; 20_000];
        untouched.read(0, &mut now).unwrap();
        let mut expected = bytes.clone();
        expected[4_000..9_000].fill(7);
        expected.resize(19_990, 0);
        expected.extend([9; 10]);
        assert!(now == expected);
        assert!(untouched.read(19_999, &mut [0; 2]).is_err(), "behind the end");
        assert!(std::fs::read(file.path()).unwrap() == bytes);
    }
}
