//! `cargo xtask soak`: the real programs under kills, a bad network, full disks and files that move; then source, ledger
//! and lake are compared. docs/soak.md says how to read it.
//!
//! Measures nothing and tests no single behaviour: for that there are `bench` and the tests.

mod compare;
mod content;
mod fault;
mod lake;
mod ledger;
mod logs;
mod oracle;
mod processes;
mod proxy;
mod random;
mod report;
mod rounds;
mod signals;
mod stage;
mod state_folder;
mod writer;

use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, bail, ensure};

use crate::cargo::{build, repository};
use crate::check;
pub(crate) use compare::Differences;
use fault::Fault;
pub(crate) use fault::Struck;
use labrelay_tests::site::Host;
pub(crate) use oracle::Oracle;
pub(crate) use random::Random;
use report::Figures;
pub(crate) use stage::FAMILY;
use stage::Stage;
pub(crate) use writer::{Overwriting, Writer};

/// From so many minutes on every fault has to strike.
const LONG_ENOUGH: u64 = 2;
/// What has landed is in the lake within this: a committer looks for what a killed one has left every 30 s.
const COMMITTED_WITHIN: Duration = Duration::from_secs(100);
/// A lake that has not grown for so long, and lacks nothing, will not: committers collect for a second.
const STANDS_STILL: Duration = Duration::from_secs(4);

/// What to soak.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// How long faults strike; writing all of it to the lake and comparing come on top
    #[arg(long, default_value_t = LONG_ENOUGH)]
    minutes: u64,
    /// Chooses files and faults; printed, so that a soak can be repeated [default: the clock]
    #[arg(long)]
    seed: Option<u64>,
}

impl Options {
    /// As short as every fault allows.
    pub(crate) fn for_ci() -> Self {
        Self { minutes: LONG_ENOUGH, seed: None }
    }
}

/// Builds, soaks, compares; an error if anything differs, or if a fault never struck.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let python = match check::python_reader()? {
        Ok(python) => python,
        Err(missing) => bail!("the lake can't be read without {missing}"),
    };
    build()?;
    soak(options, &python)
}

fn soak(options: &Options, python: &Path) -> anyhow::Result<()> {
    let seed = options.seed.map_or_else(of_clock, Ok)?;
    println!("soak of {} minutes, --seed {seed}", options.minutes);
    let stop = signals::stop()?;
    let struck = Struck::default();
    let mut stage = Stage::start(Random::new(seed), struck.clone())?;
    let mut writer = Writer::new(stage.input(), Random::new(seed ^ 1), struck.clone());
    let untried = if stage.has_a_disk() { Vec::new() } else { vec![Fault::DiskFull] };
    untried.iter().for_each(|fault| {
        println!("SKIPPED: {}: a small file system can't be mounted here (needs root)", fault.words())
    });

    let length = Duration::from_secs(options.minutes * 60);
    let done = rounds::run(&mut stage, &mut writer, &mut Random::new(seed ^ 2), length, &stop);
    let logs = keep_logs(&stage)?;
    done.with_context(|| {
        format!("repeat with --minutes {} --seed {seed}; logs: {}", options.minutes, logs.display())
    })?;
    let (rows, differences) = settled(python, &stage.lake(), stage.host(), &writer.oracle)?;
    let figures = Figures {
        owed: writer.oracle.owed().values().sum(),
        rows,
        refused: writer.oracle.units().quarantined.values().sum(),
        replays: stage.network().replays(),
        repeated: stage.repeated_rows(),
    };
    let mut idle = report::never_happened(&struck, &figures, &untried);
    if options.minutes < LONG_ENOUGH {
        idle.clear();
    }
    let names = |log: &str| log.contains(content::PERSON);
    ensure!(!stage.logs().iter().any(|(_, log)| names(log)), "a log names what must stay at the site");
    report::print(&figures, &struck, &differences, &idle);
    ensure!(
        differences.is_none(),
        "source, ledger and lake differ; repeat with --minutes {} --seed {seed}",
        options.minutes
    );
    ensure!(idle.is_empty(), "{} faults or replays never happened: this soak proves too little", idle.len());
    Ok(())
}

/// Reads the lake until it is whole and stands still, or long enough; gives its rows and what differs.
pub(crate) fn settled(
    python: &Path,
    lake: &Path,
    host: &Host,
    oracle: &Oracle,
) -> anyhow::Result<(u64, Differences)> {
    let (start, mut before) = (Instant::now(), None);
    loop {
        let rows = lake::rows(python, lake)?;
        let differences = compare::compare(oracle, &rows, &ledger::units(host));
        let stands_still = before.replace(rows.len()) == Some(rows.len());
        if (differences.missing == 0 && stands_still) || start.elapsed() > COMMITTED_WITHIN {
            return Ok((rows.len() as u64, differences));
        }
        sleep(STANDS_STILL);
    }
}

fn of_clock() -> anyhow::Result<u64> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())
}

/// The programs' logs hold no content.
fn keep_logs(stage: &Stage) -> anyhow::Result<PathBuf> {
    let folder = repository().join("target/soak");
    std::fs::create_dir_all(&folder)?;
    for (name, log) in stage.logs() {
        std::fs::write(folder.join(name), log)?;
    }
    Ok(folder)
}
