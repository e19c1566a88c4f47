//! Whether a library is the one that was signed. Who signed it, and whether anybody believes them, is not known here.

use std::fs::File;
use std::path::Path;

use labrelay_model::Digest;
use labrelay_os::file::read_at;
use sha2::{Digest as _, Sha256};

use crate::WorkerError;

/// Bytes of a library that are read at once to be hashed.
const HASH_STEP_BYTES: usize = 64 * 1024;

/// Before there is a worker, and of the open file that it will load: on Linux it loads by this handle, on Windows nobody can write
/// to the file or exchange it while it is open.
pub(crate) fn check_is_signed(library: &File, plugin: &Path, signed: &Digest) -> Result<(), WorkerError> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; HASH_STEP_BYTES];
    let mut offset = 0;
    loop {
        let read = read_at(library, offset, &mut buffer)
            .map_err(|why| WorkerError::PluginUnreadable { plugin: plugin.into(), why })?;
        hash.update(buffer.get(..read).unwrap_or_default());
        offset += read as u64;
        if read < buffer.len() {
            break;
        }
    }
    if hash.finalize().as_slice() == signed.0 {
        Ok(())
    } else {
        Err(WorkerError::NotTheSigned(plugin.into()))
    }
}
