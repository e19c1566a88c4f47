//! What whole-system tests need: a site and a region of real processes in a temporary folder. Tests nothing itself.

// Helpers of tests are tests: a failed unwrap here is a failed test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::io::Write as _;

pub mod python;
pub mod site;

/// Says aloud that something was not tried, and what it would need. Not by `println!`, which a test that passes
/// keeps to itself.
#[allow(clippy::explicit_write)]
pub fn skipped(what: &str) {
    writeln!(std::io::stderr(), "SKIPPED: {what}").unwrap();
}
