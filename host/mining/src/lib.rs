//! From log lines to a proposed event catalogue: mines templates, infers slots, writes the manifest to be reviewed.
//!
//! Lines in, YAML out: no I/O, no clock. What it proposes is a proposal: a word leaves the `{?word}` form only if it
//! is technical, stands in the product's messages, or a person confirms it.

mod clear;
mod event;
mod group;
mod hidden;
mod lexer;
mod line;
mod merge;
mod miner;
mod name;
mod overlap;
mod run;
mod seen;
mod slot;
mod widen;
mod words;
mod yaml;

pub use hidden::hidden_shape;
pub use line::{MAX_LINE_BYTES, is_readable};
pub use miner::{Counts, Miner, Proposal};
pub use words::Words;
pub use yaml::Heading;
