//! The worker process of this crate's tests and measurements: `labrelay worker` without the rest. Not installed.

use std::process::ExitCode;

fn main() -> ExitCode {
    labrelay_worker::worker_main()
}
