//! A folder of instrument files, each of 1 MB, read by a real host: how fast, and whether memory grows with it.

use std::time::Duration;

use super::Bench;
use super::figure::{Figure, Goal};
use super::host::{Host, Status};
use super::input::write_files;
use super::processes::MemoryWatch;
use super::receiver::Receiver;
use super::site::{Collected, Site};

/// Files, and again five times as many, which tells whether memory grows with them.
const FILES: u64 = 1000;
const MANY_FILES: u64 = 5000;
/// From the page cache; the events in them are not read.
const GOAL_FILES: f64 = 2000.0;
/// A run over five times as many files may need so much more, for paths and identities.
const GOAL_GROWTH_MB: f64 = 4.0;
const LOOK_EVERY: Duration = Duration::from_millis(5);
const AT_MOST: Duration = Duration::from_secs(300);

/// What one run gave.
struct Run {
    files_per_s: f64,
    peak_mb: f64,
}

/// Speed and memory.
pub(super) fn measure(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let few = runs(bench, FILES / bench.part)?;
    let many = runs(bench, MANY_FILES / bench.part)?;
    let speeds = |runs: &[Run]| runs.iter().map(|run| run.files_per_s).collect::<Vec<_>>();
    let growth = few.iter().zip(&many).map(|(few, many)| many.peak_mb - few.peak_mb).collect();
    let name = |files: u64, what: &str| format!("{} LMD files of 1 MB: {what}", files / bench.part);
    let peaks = few.iter().map(|run| run.peak_mb).collect();
    Ok(vec![
        Figure::new(name(FILES, "committed"), "files/s", speeds(&few), Goal::AtLeast(GOAL_FILES)),
        Figure::new(name(MANY_FILES, "committed"), "files/s", speeds(&many), Goal::AtLeast(GOAL_FILES)),
        Figure::new(name(FILES, "host and worker, peak"), "MB", peaks, Goal::None),
        Figure::new(name(MANY_FILES, "more than that"), "MB", growth, Goal::Under(GOAL_GROWTH_MB)),
    ])
}

fn runs(bench: &Bench, files: u64) -> anyhow::Result<Vec<Run>> {
    let folder = bench.out.join("lmd");
    write_files(&folder, files)?;
    let runs = (0..bench.runs).map(|_| run(bench, &folder, files)).collect();
    std::fs::remove_dir_all(&folder)?;
    runs
}

/// From the first commit until all files are committed and have landed.
fn run(bench: &Bench, folder: &std::path::Path, files: u64) -> anyhow::Result<Run> {
    println!("{files} files …");
    let site = Site::new(bench, "files")?;
    let mut receiver = Receiver::new(bench, &site)?;
    let url = receiver.start()?;
    site.configure(
        &[Collected { family: "navios", source: "listmode", folder, settings: "{}" }],
        &url,
        1 << 30,
    )?;
    receiver.enrol(&site, &Host::public_key(bench, &site)?)?;
    let mut host = Host::start(bench, &site)?;
    let memory = MemoryWatch::start(host.tree());
    let some = |now: &Status| (now.accepted_units() > 0).then_some(now.accepted_units());
    let (start, before) = host.wait_until("first file", LOOK_EVERY, AT_MOST, some)?;
    let all = |now: &Status| (now.accepted_units() >= files).then_some(());
    let (end, ()) = host.wait_until("last file", LOOK_EVERY, AT_MOST, all)?;
    host.status()?.ensure_all_accepted()?;
    let peak_mb = memory.peak_mb();
    host.stop()?;
    receiver.stop()?;
    Ok(Run { files_per_s: (files - before) as f64 / (end - start).as_secs_f64(), peak_mb })
}
