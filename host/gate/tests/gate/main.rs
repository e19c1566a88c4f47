//! The gate from outside: what it refuses, what it lets through, and in which bytes.

mod batch;
mod canonical;
mod corpus;
mod json;
mod record;
mod rules;
mod support;
