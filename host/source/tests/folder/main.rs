//! The source *folder* over real files: what is the same input, when it has settled, what goes wrong.

mod common;
mod identity;
mod settle;
mod trouble;
