//! Starting a worker process that keeps nothing but its channel, and being one.

use std::io::PipeReader;

use crate::channel::Channel;

mod memory;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

pub use memory::peak_memory_bytes;
#[cfg(unix)]
pub use unix::{
    WorkerChild, become_worker, ending_signal, library_name, open_library, path_of_library, raw_number,
    start_worker,
};
#[cfg(windows)]
pub use windows::{
    WorkerChild, become_worker, ending_signal, library_name, open_library, path_of_library, raw_number,
    start_worker,
};

/// A process that was started as a worker.
#[derive(Debug)]
pub struct StartedWorker {
    /// The process.
    pub child: WorkerChild,
    /// Our end of its channel.
    pub channel: Channel,
    /// What it prints; it may hold anything.
    pub output: PipeReader,
}
