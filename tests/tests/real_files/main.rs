//! Real instrument files: what comes out of each, and that nothing identifying does.
//!
//! The files are shared between projects and may be absent; `cargo xtask test` runs these tests where they are there.

// All of this is test code, but Clippy's leave for tests covers only `#[test]` functions and `cfg(test)` modules.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod identifiers;
mod outcomes;
mod search;
mod traces;

use std::path::{Path, PathBuf};

use labrelay_tests::site::shared;

/// Every FCS and LMD file, in order of its name.
fn real_files() -> Vec<PathBuf> {
    let entries = |folder: &Path| -> Vec<PathBuf> {
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
    };
    let folders = entries(&shared()).into_iter().filter(|path| name_of(path).starts_with("fcs-"));
    let files = folders.flat_map(|folder| entries(&folder));
    let mut files: Vec<PathBuf> = files.filter(|path| !family_of(path).is_empty()).collect();
    files.sort_by_key(|path| name_of(path));
    files
}

/// The family whose folder source takes a file of this name; empty for other files.
fn family_of(path: &Path) -> &'static str {
    match path.extension().map(|ending| ending.to_ascii_lowercase()) {
        Some(ending) if ending == "lmd" => "navios",
        Some(ending) if ending == "fcs" => "dxflex",
        _ => "",
    }
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}
