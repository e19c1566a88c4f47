//! Somebody who is logged in to a Windows of Wine's, while its services are tried.

use std::process::{Child, Stdio};

use anyhow::{Context as _, ensure};

use super::toolchain::starts;
use super::wine::Prefix;

/// A program that keeps this Windows up. Wine's service manager ends some seconds after the last program, knows nothing of what
/// the next one is told meanwhile, and starts the service by itself when it begins anew.
pub(crate) struct Session(Child);

impl Session {
    /// Begins once nothing else runs there.
    pub(crate) fn begin(prefix: &Prefix<'_>) -> anyhow::Result<Self> {
        prefix.wait_until_quiet();
        let mut idle = prefix.program("cmd");
        idle.args(["/c", "pause"]).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let session = Self(idle.spawn().context("Wine could not be started")?);
        // Wine's own services have the outputs of whoever came first, and keep them: not of a command that is listened to.
        ensure!(starts(prefix.program("cmd").args(["/c", "ver"])), "Wine starts nothing");
        Ok(session)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        drop(self.0.stdin.take()); // ends it
        let _ = self.0.wait(); // fails only for a process that is gone
    }
}
