//! What a worker prints: counted, and thrown away unread, since a plugin or a vendor's library may print anything.

use std::io::{self, PipeReader, Read as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

/// Read at once; what is printed faster than it is read makes the worker wait and nobody else.
const CHUNK_BYTES: usize = 4096;
/// The thread does nothing but read into its chunk.
const STACK_BYTES: usize = 64 * 1024;

/// The number of bytes that a worker has printed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Output(Arc<AtomicU64>);

impl Output {
    /// Counts what comes out of `pipe` until the worker has ended.
    pub(crate) fn of(mut pipe: PipeReader) -> io::Result<Self> {
        let output = Self::default();
        let counter = output.clone();
        let count = move || {
            let mut chunk = [0; CHUNK_BYTES];
            while let Ok(read @ 1..) = pipe.read(&mut chunk) {
                counter.0.fetch_add(read as u64, Ordering::Relaxed);
                chunk.fill(0); // it may have held a patient's name
            }
        };
        thread::Builder::new().name("worker-output".into()).stack_size(STACK_BYTES).spawn(count)?;
        Ok(output)
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
