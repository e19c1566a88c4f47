//! `labrelay manifest explain`: where the page goes, and what a wrong file leads to.

#![allow(clippy::unwrap_used)] // all of this is test code

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

fn manifest(family: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../manifests").join(format!("{family}.yaml"))
}

fn explain(file: &Path, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_labrelay"));
    command.args(["manifest", "explain"]).arg(file).args(more).output().unwrap()
}

#[test]
fn markdown_goes_to_standard_output_and_files_where_they_are_asked_for() {
    let output = explain(&manifest("navios"), &[]);
    let markdown = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && markdown.starts_with("# What Navios"), "{markdown}");

    let folder = TempDir::new().unwrap();
    let (html, out) = (folder.path().join("page.html"), folder.path().join("page.md"));
    let files = ["--html", html.to_str().unwrap(), "--out", out.to_str().unwrap()];
    let output = explain(&manifest("navios"), &files);
    assert!(output.status.success() && output.stdout.is_empty());
    assert_eq!(std::fs::read_to_string(out).unwrap(), markdown);
    assert!(std::fs::read_to_string(html).unwrap().starts_with("<!doctype html>"));
}

#[test]
fn another_version_is_compared() {
    let output = explain(&manifest("navios"), &["--against", manifest("dxflex").to_str().unwrap()]);
    let markdown = String::from_utf8(output.stdout).unwrap();
    assert!(markdown.contains("the other file is of the family `dxflex`"), "{markdown}");
}

#[test]
fn a_wrong_manifest_is_3() {
    let folder = TempDir::new().unwrap();
    let wrong = folder.path().join("wrong.yaml");
    std::fs::write(&wrong, "manifest: 1\nfamilly: navios\n").unwrap();
    let output = explain(&wrong, &[]);
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains("`familly`"));
}
