//! Limits of memory, files and processes: what a plugin can use up is its own worker's share, and no more.

use std::io;

use rustix::process::{Resource, Rlimit, setrlimit};

/// A worker's address space in bytes. It takes some 100 MiB as it starts (most of it never touched); a plugin reads its inputs
/// piece by piece, and the largest reply is 4 MiB. A balloon ends here, long before an old PC starts to swap.
const ADDRESS_SPACE: u64 = 512 * 1024 * 1024;
/// Open files: 64 inputs of a poll, the channel, the standard three, the library, and room for a mistake.
const OPEN_FILES: u64 = 128;

/// Sets them, for good: soft and hard alike.
pub(super) fn set() -> io::Result<()> {
    let limits = [
        (Resource::As, ADDRESS_SPACE),
        (Resource::Nofile, OPEN_FILES),
        (Resource::Fsize, 0),    // it writes no file
        (Resource::Nproc, 0),    // it starts no process and no thread
        (Resource::Memlock, 0),  // its pages may be swapped out before anybody else's
        (Resource::Msgqueue, 0), // it has no queue
    ];
    for (resource, most) in limits {
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    Ok(())
}
