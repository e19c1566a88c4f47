//! One command per job of the repository: `cargo xtask demo`, `test`, `bench`, `fixtures`.
//!
//! Holds nothing that a laboratory's PC needs.

#![allow(clippy::print_stdout)] // it speaks to a person

mod bench;
mod cargo;
mod check;
mod demo;
mod fixtures;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(about = "One command per job of this repository", name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    job: Job,
}

#[derive(Subcommand)]
enum Job {
    /// Show the whole way of a record, from an instrument's files to the lake, on this machine.
    Demo(demo::Options),
    /// Check everything that the project checks.
    Test,
    /// Measure speed and memory in a release build; prints a table with the machine's load.
    Bench,
    /// Write the synthetic fixtures and their goldens anew.
    Fixtures,
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().job {
        Job::Demo(options) => demo::run(&options),
        Job::Test => check::run(),
        Job::Bench => bench::run(),
        Job::Fixtures => fixtures::run(),
    }
}
