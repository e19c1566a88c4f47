//! What a reader sees of an opened file: its size and its bytes at any place. It has no name and no path.

use std::io;

/// Something opened that can be read at any place.
pub trait Input {
    /// Size in bytes when it was opened.
    fn size(&self) -> u64;

    /// Reads from byte `offset` into `buf` and says how much; 0 means that the input ends there.
    fn read_at(&mut self, offset: u64, buf: &mut [u8]) -> io::Result<usize>;
}

/// Bytes in memory, as tests and messages have them.
impl Input for &[u8] {
    fn size(&self) -> u64 {
        self.len() as u64
    }

    fn read_at(&mut self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let rest = usize::try_from(offset).ok().and_then(|from| self.get(from..)).unwrap_or_default();
        let read = rest.len().min(buf.len());
        if let (Some(to), Some(from)) = (buf.get_mut(..read), rest.get(..read)) {
            to.copy_from_slice(from);
        }
        Ok(read)
    }
}
