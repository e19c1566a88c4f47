//! Python, for readers that are not ours. A machine without it skips such a test, by name.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::site::{Row, repository, rows_of, text_of};

/// A Python that can import `module`: the one that `cargo xtask test` prepares in `target/venv`, or the system's.
pub fn with(module: &str) -> Option<PathBuf> {
    let prepared = repository().join("target/venv/bin/python");
    [prepared.as_path(), Path::new("python3")]
        .into_iter()
        .find(|python| imports(python, module))
        .map(Into::into)
}

/// Every row of a lake, as Python's `deltalake` reads it; `None` without a Python that can.
pub fn rows(lake: &Path) -> Option<Vec<Row>> {
    let reader = repository().join("tests/lake_rows.py");
    let output = Command::new(with("deltalake, pyarrow")?).arg(reader).arg(lake).output().unwrap();
    assert!(output.status.success(), "{}", text_of(&output));
    Some(rows_of(&String::from_utf8(output.stdout).unwrap()))
}

fn imports(python: &Path, module: &str) -> bool {
    let output = Command::new(python).args(["-c", &format!("import {module}")]).output();
    output.is_ok_and(|output| output.status.success())
}
