//! Delivery: against a real TLS server on loopback, and against a scripted receiver on a clock that tests move.

// Helpers are tests too: a failed unwrap there is a failed test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod deliver;
mod https;
mod line;
mod server;
mod shelf;
mod signature;
