//! Are plugins packed, signed, installed, exchanged under a running service, and taken back, with every record exactly once? The
//! real programs, real plugins, the real receiver and its lake.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)] // all of this is test code

mod exchange;
mod lab;
mod trust;
mod verbs;
