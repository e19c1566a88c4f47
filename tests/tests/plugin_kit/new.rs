//! `plugin new`: what it writes builds without a warning, passes its own tests and the kit, as it is.

use std::path::Path;
use std::process::Command;

use labrelay_tests::site::{host_program, repository, text_of};

/// Cargo as this test was started by, with a target folder that stays: the libraries are compiled once.
fn cargo(folder: &Path, arguments: &[&str]) {
    let mut command = Command::new(env!("CARGO"));
    command.args(arguments).current_dir(folder).env("CARGO_NET_OFFLINE", "true");
    command.env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("plugin-new"));
    command.env("LABRELAY", host_program()).env("RUSTFLAGS", "-D warnings");
    let output = command.output().unwrap();
    assert!(output.status.success(), "cargo {arguments:?}: {}", text_of(&output));
}

#[test]
fn a_new_plugin_builds_and_passes_at_once() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("acme-thermo");
    let mut command = Command::new(host_program());
    command.args(["plugin", "new", "--family", "acme-thermo", "--dir"]).arg(&folder);
    let output = command.arg("--sdk").arg(repository()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text_of(&output));
    cargo(&folder, &["fmt", "--check"]);
    cargo(&folder, &["test"]); // its own test, and tests/kit.rs, which runs `labrelay plugin test`

    let again = Command::new(host_program())
        .args(["plugin", "new", "--family", "acme-thermo", "--dir"])
        .arg(&folder)
        .output()
        .unwrap();
    assert_eq!(again.status.code(), Some(1), "what is there is left alone");
}
