//! The source *tail* over real files: rotation in every way, what is read once, what is a gap.

// Helpers are tests too: a failed unwrap there is a failed test.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod lab;
mod model;
mod rotation;
mod sharing;
