//! What was read of a log, as a digest that can grow, be checked at its end alone, and be looked for in another file.
//!
//! A chain of SHA-256 over blocks of 64 KiB. The last block stands apart, so that looking whether a log still holds what
//! was read of it costs one block, whatever its size.

use std::fs::File;
use std::io;

use aws_lc_rs::digest::{Context, SHA256, digest};
use labrelay_os::file::read_at;
use serde::{Deserialize, Serialize};

/// Bytes in a block of the chain.
pub(super) const BLOCK_BYTES: u64 = 64 * 1024;

/// The first bytes of a log.
#[derive(Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Content {
    /// How many.
    pub(super) bytes: u64,
    /// Over all blocks but the last.
    chain: [u8; 32],
    /// Of the last block, as far as it goes.
    last: [u8; 32],
}

impl Content {
    /// Nothing of a log.
    pub(super) const NOTHING: Self = Self { bytes: 0, chain: [0; 32], last: [0; 32] };

    /// The first `to` bytes of `file`, if they begin with these; `None` if the file holds something else by now, or less.
    pub(super) fn extended(&self, file: &File, to: u64) -> io::Result<Option<Self>> {
        let mut block = Block { start: self.last_block(), bytes: Vec::new() };
        let (mut chain, mut unproven) = (self.chain, self.bytes > 0);
        loop {
            if !block.read(file, to)? {
                return Ok(None);
            }
            if unproven && block.digest_up_to(self.bytes) != Some(self.last) {
                return Ok(None);
            }
            unproven = false;
            let last = sha256(&block.bytes);
            if block.end() >= to {
                return Ok(Some(Self { bytes: to, chain, last }));
            }
            chain = chained(&chain, &last);
            block.start = block.end();
        }
    }

    /// Whether `file` holds the last block of this where it was. The blocks before it are not looked at.
    pub(super) fn ends_in(&self, file: &File) -> io::Result<bool> {
        Ok(self.bytes == 0 || self.extended(file, self.bytes)?.is_some())
    }

    /// Whether `file` begins with all of this.
    pub(super) fn begins(&self, file: &File) -> io::Result<bool> {
        Ok(self.ends_in(file)? && Self::NOTHING.extended(file, self.bytes)? == Some(*self))
    }

    /// Where the last block starts.
    fn last_block(&self) -> u64 {
        self.bytes.saturating_sub(1) / BLOCK_BYTES * BLOCK_BYTES
    }
}

/// Whether two files hold the same in the last block below `end`.
pub(super) fn same_below(end: u64, one: &File, other: &File) -> io::Result<bool> {
    let start = end.saturating_sub(BLOCK_BYTES);
    let (mut first, mut second) = (Block { start, bytes: Vec::new() }, Block { start, bytes: Vec::new() });
    Ok(first.read(one, end)? && second.read(other, end)? && first.bytes == second.bytes)
}

/// A block while it is read.
struct Block {
    start: u64,
    bytes: Vec<u8>,
}

impl Block {
    /// Reads it, but not beyond `to`; whether the file had so much.
    fn read(&mut self, file: &File, to: u64) -> io::Result<bool> {
        let length = to.saturating_sub(self.start).min(BLOCK_BYTES);
        self.bytes.resize(usize::try_from(length).unwrap_or(0), 0);
        Ok(read_at(file, self.start, &mut self.bytes)? == self.bytes.len())
    }

    fn end(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }

    /// `None` if the block does not reach so far.
    fn digest_up_to(&self, end: u64) -> Option<[u8; 32]> {
        let length = usize::try_from(end.checked_sub(self.start)?).ok()?;
        Some(sha256(self.bytes.get(..length)?))
    }
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    digest(&SHA256, bytes).as_ref().try_into().unwrap_or_default()
}

fn chained(chain: &[u8; 32], block: &[u8; 32]) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    context.update(chain);
    context.update(block);
    context.finish().as_ref().try_into().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn file_of(bytes: &[u8]) -> (tempfile::TempDir, File) {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("log"), bytes).unwrap();
        let file = File::open(dir.path().join("log")).unwrap();
        (dir, file)
    }

    fn bytes(count: usize) -> Vec<u8> {
        (0..count).map(|at| (at % 251) as u8).collect()
    }

    #[test]
    fn however_it_grew_it_is_the_same_content() {
        let block = usize::try_from(BLOCK_BYTES).unwrap();
        let all = bytes(3 * block + 7);
        let (_dir, file) = file_of(&all);
        let at_once = Content::NOTHING.extended(&file, all.len() as u64).unwrap().unwrap();
        let mut grown = Content::NOTHING;
        for to in [1, 5, block - 1, block, block + 1, 2 * block, 3 * block, 3 * block + 7] {
            grown = grown.extended(&file, to as u64).unwrap().unwrap();
            assert!(grown.ends_in(&file).unwrap() && grown.begins(&file).unwrap());
        }
        assert!(grown == at_once);
        assert!(grown.extended(&file, all.len() as u64 + 1).unwrap().is_none());
    }

    #[test]
    fn a_change_in_the_last_block_is_seen_cheaply_and_any_other_by_reading_all() {
        let mut all = bytes(200_000);
        let (_dir, file) = file_of(&all);
        let content = Content::NOTHING.extended(&file, 200_000).unwrap().unwrap();
        all[10] ^= 1;
        let (_dir, early) = file_of(&all);
        assert!(content.ends_in(&early).unwrap() && !content.begins(&early).unwrap());
        all[10] ^= 1;
        all[199_999] ^= 1;
        let (_dir, late) = file_of(&all);
        assert!(!content.ends_in(&late).unwrap());
        assert!(!same_below(200_000, &file, &late).unwrap() && same_below(199_999, &file, &late).unwrap());
    }
}
