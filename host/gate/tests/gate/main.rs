//! The gate from outside: what it refuses, what it lets through, and in which bytes.
#![cfg(test)] // so that helpers may unwrap as tests may

mod aggregates;
mod batch;
mod bound;
mod canonical;
mod corpus;
mod encodings;
mod envelope;
mod events;
mod insertion;
mod json;
mod memory;
mod record;
mod rules;
mod shipped;
mod support;
