//! Python, for readers that are not ours. A machine without it skips such a test, by name.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::site::repository;

/// A Python that can import `module`: the one that `cargo xtask test` prepares in `target/venv`, or the system's.
pub fn with(module: &str) -> Option<PathBuf> {
    let prepared = repository().join("target/venv/bin/python");
    [prepared.as_path(), Path::new("python3")]
        .into_iter()
        .find(|python| imports(python, module))
        .map(Into::into)
}

fn imports(python: &Path, module: &str) -> bool {
    let output = Command::new(python).args(["-c", &format!("import {module}")]).output();
    output.is_ok_and(|output| output.status.success())
}
