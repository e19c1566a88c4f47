//! The program `labrelay-worker`: one worker process, started by the host and by nobody else.
//!
//! Apart from the host, so that a worker costs no memory for code that it never runs, and holds nothing that a plugin could use.

use std::process::ExitCode;

fn main() -> ExitCode {
    labrelay_worker::worker_main()
}
