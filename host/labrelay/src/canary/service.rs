//! The canary's service as a process: started, asked how far it is, and always ended.

use std::fs::File;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use labrelay_os::control;

use super::exits::this_program;
use super::site::Site;
use crate::status::Status;

/// Far longer than the service needs for a few hundred small files, also in a debug build on a busy machine.
const PATIENCE: Duration = Duration::from_secs(300);
/// How often is looked whether it is done.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// A running service, ended with this value.
pub(super) struct Service(Child);

impl Service {
    /// Starts it over the site, with its log in a file.
    pub(super) fn start(site: &Site) -> anyhow::Result<Self> {
        let mut command: Command = this_program()?;
        command
            .arg("canary-service")
            .arg("--config")
            .arg(site.config())
            .arg("--captured")
            .arg(site.captured());
        command.env("LABRELAY_LOG", "trace").stdin(Stdio::null());
        let log = File::create(site.log())?;
        command.stdout(log.try_clone()?).stderr(log);
        Ok(Self(command.spawn().context("can't start this very program")?))
    }

    /// Waits until the service says of itself that it is done.
    pub(super) fn wait(
        &mut self,
        site: &Site,
        what: &str,
        is: impl Fn(&Status) -> bool,
    ) -> anyhow::Result<Status> {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            if self.0.try_wait()?.is_some() {
                bail!("the service ended early: {}", std::fs::read_to_string(site.log()).unwrap_or_default());
            }
            // Asked too early a command would open the spool itself, and stand in the service's way.
            if control::is_open(&site.state()) {
                let mut status = this_program()?;
                let printed = status.args(["status", "--json", "--config"]).arg(site.config()).output()?;
                match serde_json::from_slice(&printed.stdout) {
                    Ok(status) if is(&status) => return Ok(status),
                    _ => {}
                }
            }
            std::thread::sleep(LOOK_EVERY);
        }
        bail!("not within {} s: the service {what}", PATIENCE.as_secs())
    }

    /// Ends it without a word.
    pub(super) fn stop(&mut self) {
        // Both fail only for a process that has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.stop();
    }
}
