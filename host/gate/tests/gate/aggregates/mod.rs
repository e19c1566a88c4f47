//! Aggregates of acquisitions: which windows leave, what they say, and what no one can tell from them.

mod bench;
mod clock;
mod disjoint;
mod figures;
mod saved;
