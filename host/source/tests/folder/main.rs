//! The source *folder* over real files: what is the same input, when it has settled, what goes wrong.

// Helpers are tests too: a failed unwrap there is a failed test.
#![allow(clippy::unwrap_used)]

mod common;
mod identity;
mod settle;
mod trouble;
