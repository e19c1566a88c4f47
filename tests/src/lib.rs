//! What whole-system tests need: a site and a region of real processes in a temporary folder. Tests nothing itself.

// Helpers of tests are tests: a failed unwrap here is a failed test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

pub mod python;
pub mod site;

/// Says aloud that something was not tried, and what it would need.
#[allow(clippy::print_stdout)]
pub fn skipped(what: &str) {
    println!("SKIPPED: {what}");
}
