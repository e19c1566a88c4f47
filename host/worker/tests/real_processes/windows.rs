//! What only Windows does its own way: a job ends a worker whose host is gone.

use std::fs;
use std::io::Read as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::miniature::plugin;

/// The worker hangs in its plugin, so that it can't notice the end of its channel.
#[test]
fn a_hung_worker_ends_with_a_host_that_was_killed() {
    let folder = tempfile::tempdir().unwrap();
    let (library, input) = (folder.path().join("moody.dll"), folder.path().join("input"));
    fs::copy(plugin("moody"), &library).unwrap();
    fs::write(&input, "hang").unwrap();
    let mut host = Command::new(env!("CARGO_BIN_EXE_labrelay-waiting-host"))
        .args([env!("CARGO_BIN_EXE_labrelay-worker").as_ref(), library.as_os_str(), input.as_os_str()])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = [0];
    host.stdout.take().unwrap().read_exact(&mut said).unwrap(); // it polls now
    std::thread::sleep(Duration::from_millis(500)); // nobody tells when the plugin has begun to hang
    fs::remove_file(&library).expect_err("a library that a process runs can't be removed");

    host.kill().unwrap();
    host.wait().unwrap();
    let patience = Instant::now() + Duration::from_secs(5);
    while let Err(error) = fs::remove_file(&library) {
        assert!(Instant::now() < patience, "the worker outlived its host: {error}");
        std::thread::yield_now();
    }
}
