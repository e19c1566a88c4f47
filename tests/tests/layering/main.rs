//! The repository's shape, checked: which crate may depend on which, and where certain words may stand.
//!
//! The rules are those of ARCHITECTURE.md; each names its section there. What the compiler or Clippy can
//! say (style, missing documentation, `unwrap`) is not repeated here.

// All of this is test code, but Clippy's leave for tests covers only `#[test]` functions and `cfg(test)` modules.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod crates;
mod files;
mod words;

use std::fmt;
use std::path::{Path, PathBuf};

/// One breach of a rule: where it is, what it is, and where the rule is written.
#[derive(Debug, PartialEq, Eq)]
struct Breach {
    file: String,
    line: usize,
    what: String,
    rule: &'static str,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {} (rule: {})", self.file, self.line, self.what, self.rule)
    }
}

#[test]
fn crates_depend_on_what_the_map_allows() {
    assert_none(&crates::check(&crates::of_workspace(&repository())));
}

#[test]
fn words_stand_only_where_they_may() {
    let files = files::rust_files(&repository());
    assert!(files.len() > 40, "found only {} files: is this the repository's root?", files.len());
    assert_none(&files.iter().flat_map(words::check).collect::<Vec<_>>());
}

#[test]
fn every_file_has_a_header_and_a_readable_length() {
    assert_none(&files::rust_files(&repository()).iter().flat_map(files::check).collect::<Vec<_>>());
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the repository").to_owned()
}

#[track_caller]
fn assert_none(breaches: &[Breach]) {
    let lines: Vec<String> = breaches.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "{} breach(es):\n{}", lines.len(), lines.join("\n"));
}
