//! A worker's process: ended and reaped in any case, so that none is left behind.

use std::process::ExitStatus;
use std::time::{Duration, Instant};

use labrelay_os::process::{WorkerChild, ending_signal};

use crate::Death;

/// How long a process that has closed its channel may take to be gone: the system needs less than 1 ms.
const EXIT_PATIENCE: Duration = Duration::from_secs(1);
/// How often to look whether it is gone.
const LOOK_AGAIN: Duration = Duration::from_micros(200);

#[derive(Debug)]
pub(crate) struct WorkerProcess {
    child: WorkerChild,
}

impl WorkerProcess {
    pub(crate) fn new(child: WorkerChild) -> Self {
        Self { child }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Ends it, if it has not ended yet.
    pub(crate) fn end(&mut self) {
        // Both fail only for a process that has already been reaped.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// How it ended, once its channel is closed.
    pub(crate) fn death(&mut self) -> Death {
        let patience = Instant::now() + EXIT_PATIENCE;
        while Instant::now() < patience {
            match self.child.try_wait() {
                Ok(Some(status)) => return death(status),
                Ok(None) => std::thread::sleep(LOOK_AGAIN),
                Err(_) => break,
            }
        }
        self.end();
        Death::LeftChannel
    }
}

impl Drop for WorkerProcess {
    fn drop(&mut self) {
        self.end();
    }
}

fn death(status: ExitStatus) -> Death {
    match ending_signal(status) {
        Some(signal) => Death::Signal(signal),
        None => Death::Exit(status.code().unwrap_or(-1)),
    }
}
