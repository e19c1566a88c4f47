//! One command per job of the repository: `cargo xtask demo`, `test`, `bench`, `book`, `fuzz`, `mutants`, `fixtures`,
//! `phi-report`, `soak`, `windows`, `package`, `deb`, `reproducible`.
//!
//! Holds nothing that a laboratory's PC needs.

#![allow(clippy::print_stdout, clippy::print_stderr)] // it speaks to a person

mod bench;
mod book;
mod cargo;
mod check;
mod deb;
mod demo;
mod fixtures;
mod fuzz;
mod mutants;
mod package;
mod phi_report;
mod reproducible;
mod shipped;
mod soak;
mod windows;

use std::process::ExitCode;

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
    Test {
        /// Only the checks with these names, as the table shows them [default: all]
        #[arg(value_name = "CHECK")]
        only: Vec<String>,
    },
    /// Measure speed and memory in a release build; prints a table with the machine's load.
    Bench(bench::Options),
    /// Look for inputs that break what reads bytes of others
    Fuzz(fuzz::Options),
    /// Switch off the gate's rules one by one: for each, a test has to fail
    Mutants(mutants::Options),
    /// Kill, cut and fill everything for minutes, then compare source, ledger and lake.
    Soak(soak::Options),
    /// Measure what would leave of records with identifiers, and write docs/phi-report.md.
    PhiReport(phi_report::Options),
    /// Build host and plugins for Windows, and run under Wine what it can run
    Windows(windows::Options),
    /// Make what a laboratory installs on Windows: signed programs, MSI, setup.exe, bills of materials, checksums
    Package(package::Options),
    /// Make the Debian package of the host; with `--check`, also install, upgrade, remove and purge it
    Deb(deb::Options),
    /// The life of a package in a mount namespace; started by `deb --check` only
    #[command(hide = true)]
    DebLife(deb::Life),
    /// Build the same sources in two folders and compare what ships, byte by byte
    Reproducible(reproducible::Options),
    /// Write the manifest reference of the plugin authors' book anew, and check the book's links
    Book,
    /// Write the synthetic fixtures anew; their goldens are kept by hand.
    Fixtures,
}

fn main() -> ExitCode {
    let done = match Arguments::parse().job {
        Job::Demo(options) => demo::run(&options),
        Job::Test { only } => check::run(&only),
        Job::Bench(options) => bench::run(&options),
        Job::Fuzz(options) => fuzz::run(&options),
        Job::Mutants(options) => mutants::run(&options),
        Job::Soak(options) => soak::run(&options),
        Job::PhiReport(options) => phi_report::run(&options),
        Job::Package(options) => package::run(&options),
        Job::Windows(options) => windows::run(&options),
        Job::Deb(options) => deb::run(&options),
        Job::DebLife(life) => deb::run_life(&life),
        Job::Reproducible(options) => reproducible::run(&options),
        Job::Book => book::run(),
        Job::Fixtures => fixtures::run(),
    };
    // Not `main() -> anyhow::Result`: that prints a backtrace to a person who asked for none.
    done.map_or_else(
        |error| {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        },
        |()| ExitCode::SUCCESS,
    )
}
