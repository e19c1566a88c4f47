//! A worker process that a plugin has taken over, for tests: what it sends is what its argument says. Not installed.

use std::process::ExitCode;

use labrelay_os::process::become_worker;

/// The kind byte of the reply to the first request, that to confine itself.
const CONFINE: u8 = 6;

fn main() -> ExitCode {
    let Ok(channel) = become_worker() else { return ExitCode::FAILURE };
    let forged: &[u8] = match std::env::args().nth(1).as_deref() {
        Some("noise") => &[0xff; 64],
        Some("two-gigabytes") => &[0, 0, 0, 0x80, 1, 0, 0, 0, CONFINE, 0],
        Some("other-request") => &[1, 0, 0, 0, 99, 0, 0, 0, CONFINE, 0, 0],
        Some("no-verdict") => &[1, 0, 0, 0, 1, 0, 0, 0, CONFINE, 0, 7],
        Some("half-a-frame") => &[1, 0, 0],
        _ => &[],
    };
    let mut request = [0; 10];
    if channel.receive(&mut request, None).is_ok() && channel.send(forged, &[], &[], None).is_ok() {
        // Nothing more: the host has to end this.
        loop {
            std::thread::park();
        }
    }
    ExitCode::FAILURE
}
