//! `labrelay quarantine …`, with the service running and without: the program itself on a spool with refused units.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // all of this is test code

mod commands;
mod requeue;
mod site;
