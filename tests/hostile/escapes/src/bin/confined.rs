//! The worker process of these tests: `labrelay-worker` in this crate. Not installed.

use std::process::ExitCode;

fn main() -> ExitCode {
    labrelay_worker::worker_main()
}
