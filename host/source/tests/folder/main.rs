//! The source *folder* over real files: what is the same input, when it has settled, what goes wrong.

// Helpers are tests too: a failed unwrap there is a failed test.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;
mod identity;
mod names;
mod settle;
mod trouble;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;
