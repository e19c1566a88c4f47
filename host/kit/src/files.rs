//! Reading small files whole, within a bound.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// The bytes of a file that may have `most`; a longer one is an error that says so.
pub(crate) fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    match u64::try_from(bytes.len()) {
        Ok(length) if length <= most => Ok(bytes),
        _ => Err(io::Error::other(format!("it has more than {most} bytes, the most that is read"))),
    }
}
