//! Is every row of a live database handed out once, whatever happens to the file, and does its writer notice nothing?

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)] // all of this is test code

mod hostile;
mod lab;
mod life;
mod model;
mod rows;
mod writer;
