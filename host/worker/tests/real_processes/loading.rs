//! Files that are no plugin, or none that this build may run: each has its own clear error.

use std::fs;
use std::path::{Path, PathBuf};

use labrelay_model::Digest;
use labrelay_worker::{Worker, WorkerError};
use sha2::{Digest as _, Sha256};

use crate::miniature::{file, moody, plugin, poll, spec};

fn start(plugin: &Path) -> WorkerError {
    Worker::start(&spec(plugin.to_owned())).unwrap_err()
}

fn written(folder: &tempfile::TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn a_missing_file_is_named() {
    let error = start(Path::new("/nowhere/libnavios.so"));
    assert!(matches!(error, WorkerError::PluginMissing(_)), "{error}");
    assert!(error.to_string().contains("/nowhere/libnavios.so"));
}

#[test]
fn files_that_are_no_library_are_told_from_damaged_ones() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in
        [("empty.so", b"".as_slice()), ("text.so", b"#!/bin/sh\necho hello\n"), ("40.so", &[0; 40])]
    {
        let error = start(&written(&folder, name, bytes));
        assert!(matches!(error, WorkerError::NotALibrary { .. }), "{name}: {error}");
        assert!(!error.to_string().contains("/proc/self"), "{error}");
    }
}

/// The loader of a truncated file dies of it: that must be the worker's end and not the host's.
#[test]
fn a_library_that_was_cut_short_is_refused_at_every_length() {
    let folder = tempfile::tempdir().unwrap();
    let whole = fs::read(plugin("other_layout")).unwrap();
    for part in (1..64).step_by(6) {
        let error = start(&written(&folder, "cut.so", &whole[..whole.len() * part / 64]));
        match error {
            WorkerError::DiedLoading { .. } | WorkerError::NotALibrary { .. } => {}
            // What is cut off late are symbols for debuggers, which loading does not need.
            WorkerError::OtherAbi(_) => assert!(part > 1),
            other => panic!("{part}/64: {other}"),
        }
    }
}

#[cfg(unix)]
#[test]
fn any_other_library_is_not_a_plugin() {
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    let libc = maps.split_whitespace().find(|word| word.contains("/libc.so")).unwrap();
    let error = start(Path::new(libc));
    assert!(matches!(error, WorkerError::NotAPlugin(_)), "{error}");
}

#[cfg(windows)]
#[test]
fn any_other_library_is_not_a_plugin() {
    let error = start(Path::new(r"C:\Windows\System32\version.dll"));
    assert!(matches!(error, WorkerError::NotAPlugin(_)), "{error}");
}

#[test]
fn another_layout_no_layout_and_a_failing_start_are_told_apart() {
    assert!(matches!(start(&plugin("other_layout")), WorkerError::OtherAbi(_)));
    assert!(matches!(start(&plugin("no_layout")), WorkerError::NoLayout(_)));
    let error = start(&plugin("start_fails"));
    assert!(matches!(error, WorkerError::FailedToStart(_)), "{error}");
    assert!(!error.to_string().contains("Jane"), "{error}");
}

#[test]
fn errors_are_short_and_name_the_file() {
    for name in ["other_layout", "no_layout", "start_fails"] {
        let text = start(&plugin(name)).to_string();
        assert!(text.contains(name) && text.lines().count() == 1 && text.len() < 600, "{text}");
    }
}

#[test]
fn two_plugins_are_two_plugins_and_a_bad_one_disturbs_nobody() {
    let mut good = moody();
    start(&plugin("other_layout"));
    let mut other = Worker::start(&spec(plugin("bare"))).unwrap();
    other.describe().unwrap_err(); // 100,000 bytes where 512 are allowed
    assert_eq!(poll(&mut good, &[file("lines\none\n")], None).unwrap().seen, 1);
}

#[test]
fn a_program_that_can_not_be_started_is_named() {
    let mut spec = spec(plugin("moody"));
    spec.program = "/nowhere/labrelay".into();
    let error = Worker::start(&spec).unwrap_err();
    assert!(error.to_string().contains("/nowhere/labrelay"), "{error}");
}

#[test]
fn a_library_that_is_not_the_signed_one_is_given_to_no_worker() {
    let folder = tempfile::tempdir().unwrap();
    let signed = fs::read(plugin("moody")).unwrap();
    let altered = written(&folder, "plugin.so", &[signed.as_slice(), b"!"].concat());
    let mut spec = spec(plugin("moody"));
    spec.sha256 = Some(Digest(Sha256::digest(&signed).into()));
    assert!(Worker::start(&spec).is_ok(), "the signed one itself is");
    spec.plugin = altered;
    spec.program = "/nowhere/labrelay".into(); // were it started, the error would be another
    let error = Worker::start(&spec).unwrap_err();
    assert!(matches!(error, WorkerError::NotTheSigned(_)), "{error}");
}
