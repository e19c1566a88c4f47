//! `cargo xtask bench`: the speed and memory that the project promises, measured in a release build.
//!
//! A table for a person, with the machine and its load; no test, since figures depend on both. The programs run as
//! a site and a region run them. The measured numbers of record are in `docs/performance.md`.

mod backlog;
mod figure;
mod files;
mod gate;
mod host;
mod idle;
mod input;
mod machine;
mod processes;
mod receiver;
mod site;
mod sizes;
mod whole;

use std::path::PathBuf;

use figure::Figure;
use machine::Machine;

use crate::cargo::{Built, build_release, repository};

/// What the measurements can be told.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only these measurements [default: all]
    #[arg(long, value_enum, value_name = "NAME")]
    pub(crate) only: Vec<Measurement>,
    /// A tenth of the work, once: to see that it runs, not for figures to quote
    #[arg(long)]
    pub(crate) quick: bool,
    /// How often the measurements of speed are made
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub(crate) runs: u32,
    /// Bytes to leave in the spool while memory is measured
    #[arg(long, value_name = "BYTES", default_value_t = 1 << 30)]
    pub(crate) spool_bytes: u64,
    /// Folder for what is written meanwhile, emptied before each measurement; some gigabytes
    /// [default: bench-out in the repository's target folder]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

/// What can be measured.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Measurement {
    /// Records and log lines that the gate judges in a second, on one core
    Gate,
    /// Records from worker to landing in a second, and the host's memory
    Whole,
    /// Memory with a full spool, and the first delivery after a restart
    Backlog,
    /// Instrument files read in a second, and memory over a thousand of them
    Files,
    /// What a host costs that has nothing to do
    Idle,
    /// Sizes of programs and plugins
    Sizes,
}

const ALL: [Measurement; 6] = [
    Measurement::Gate,
    Measurement::Whole,
    Measurement::Backlog,
    Measurement::Files,
    Measurement::Idle,
    Measurement::Sizes,
];

/// What every measurement works with.
struct Bench {
    built: Built,
    /// The plugin that gives a record for each line of a log.
    plugin: PathBuf,
    out: PathBuf,
    runs: u32,
    spool_bytes: u64,
    /// Divides the work.
    part: u64,
}

/// Measures and prints a table.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    println!("building a release (the first time takes many minutes) …");
    let (built, plugin) = build_release()?;
    let bench = Bench::new(options, built, plugin)?;
    let machine = Machine::look()?;
    let mut figures = Vec::new();
    for measurement in ALL.into_iter().filter(|one| options.only.is_empty() || options.only.contains(one)) {
        figures.extend(bench.measure(measurement)?);
    }
    println!("\n{machine}\nload average: {} before, {} after\n", machine.load, machine::load()?);
    figure::print(&figures);
    std::fs::remove_dir_all(&bench.out)?;
    Ok(())
}

impl Bench {
    fn new(options: &Options, built: Built, plugin: PathBuf) -> anyhow::Result<Self> {
        let out = options.out.clone().unwrap_or_else(|| repository().join("target/bench-out"));
        let (runs, part) = if options.quick { (1, 10) } else { (options.runs.max(1), 1) };
        let out = std::path::absolute(out)?;
        std::fs::create_dir_all(&out)?;
        Ok(Self { built, plugin, out, runs, spool_bytes: options.spool_bytes / part, part })
    }

    fn measure(&self, measurement: Measurement) -> anyhow::Result<Vec<Figure>> {
        match measurement {
            Measurement::Gate => gate::measure(self),
            Measurement::Whole => whole::measure(self),
            Measurement::Backlog => backlog::measure(self),
            Measurement::Files => files::measure(self),
            Measurement::Idle => idle::measure(self),
            Measurement::Sizes => sizes::measure(self),
        }
    }
}
