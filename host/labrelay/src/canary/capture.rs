//! The service as it always runs, but for its last step: requests are put together and checked, then written to a
//! folder instead of being sent.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};

use labrelay_model::wire::Marks;
use labrelay_upload::{Cause, HttpsUploader, OutgoingBatch, Sent, Trouble, Uploader};

use crate::cli::CanaryServiceArgs;
use crate::life::Life;
use crate::{clock, receiver};

/// While this file is missing in the folder, the receiver seems to be down: batches wait in the spool.
pub(super) const OPEN: &str = "open";

/// Runs the hidden `labrelay canary-service`.
pub(crate) fn run(args: &CanaryServiceArgs) -> anyhow::Result<ExitCode> {
    let (config, keys) = crate::run::prepare(&args.config)?;
    let requests = receiver::uploader(&config, &keys)?;
    let capture = Capture { requests, folder: args.captured.clone(), sent: AtomicU64::new(0) };
    crate::run::serve(config, keys, &capture, &Life::in_foreground())?;
    Ok(ExitCode::SUCCESS)
}

struct Capture {
    requests: HttpsUploader,
    folder: PathBuf,
    sent: AtomicU64,
}

impl Uploader for Capture {
    async fn send(&self, batch: &OutgoingBatch) -> Result<Sent, Trouble> {
        if !self.folder.join(OPEN).exists() {
            return Err(Trouble::Retry { after: None, cause: Cause::ConnectionRefused });
        }
        let head = match self.requests.rehearse(batch) {
            Ok(head) => head,
            Err(why) => return Ok(Sent::Withheld(why)),
        };
        let number = self.sent.fetch_add(1, Ordering::Relaxed);
        let write =
            |kind: &str, bytes: &[u8]| fs::write(self.folder.join(format!("{number:06}.{kind}")), bytes);
        match write("head", head.as_bytes()).and_then(|()| write("body", &batch.body)) {
            Ok(()) => Ok(Sent::Landed),
            Err(_) => Err(Trouble::Retry { after: None, cause: Cause::BrokenOff }),
        }
    }

    async fn marks(&self) -> Result<Marks, Trouble> {
        Ok(Marks { marks: Vec::new(), now: clock::now() })
    }
}
