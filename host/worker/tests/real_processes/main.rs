//! Real worker processes with real plugins, well-behaved and otherwise, as the host sees them.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // a failed helper is a failed test

mod faults;
mod loading;
mod miniature;
mod polling;
#[cfg(windows)]
mod windows;
