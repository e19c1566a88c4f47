//! What a host with two workers costs that has nothing to do: processor, memory, wake-ups.

use std::fs;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::Bench;
use super::figure::{Figure, Goal};
use super::host::{Host, Status};
use super::receiver::Receiver;
use super::site::{Collected, Site};
use crate::cargo::repository;

/// Long enough for everything that happens each second, and for most of what happens each minute.
const WATCHED: Duration = Duration::from_secs(30);
/// Of one core, in percent.
const GOAL_PERCENT: f64 = 0.2;
/// Proportional memory of all processes.
const GOAL_MB: f64 = 15.0;
/// After the last file: connections and buffers come to rest.
const REST: Duration = Duration::from_secs(5);
const AT_MOST: Duration = Duration::from_secs(60);

/// Two families, one file each, so that both workers run; then nothing.
pub(super) fn measure(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    println!("idle …");
    let site = Site::new(bench, "idle")?;
    let (lmd, fcs) = (site.input().join("lmd"), site.input().join("fcs"));
    for (folder, family, file) in [(&lmd, "navios", "acquisition.LMD"), (&fcs, "dxflex", "acquisition.fcs")] {
        fs::create_dir_all(folder)?;
        let input = repository().join("fixtures").join(family).join("bead-qc/input").join(file);
        fs::copy(input, folder.join(file))?;
    }
    let mut receiver = Receiver::new(bench, &site)?;
    let url = receiver.start()?;
    let families = [
        Collected { family: "navios", source: "listmode", folder: &lmd, settings: "{}" },
        Collected { family: "dxflex", source: "listmode", folder: &fcs, settings: "{}" },
    ];
    site.configure(&families, &url, 1 << 30)?;
    receiver.enrol(&site, &Host::public_key(bench, &site)?)?;
    let mut host = Host::start(bench, &site)?;
    let delivered =
        |now: &Status| (now.accepted_units() == 2 && now.waiting() == 0 && now.is_idle()).then_some(());
    host.wait_until("both files landed", Duration::from_millis(200), AT_MOST, delivered)?;
    sleep(REST);
    let figures = watch(bench, &host);
    host.stop()?;
    receiver.stop()?;
    Ok(figures)
}

fn watch(bench: &Bench, host: &Host) -> Vec<Figure> {
    let tree = host.tree();
    let (start, spent, woken) = (Instant::now(), tree.threads_s(), tree.wakeups());
    sleep(WATCHED / u32::try_from(bench.part).unwrap_or(1));
    let seconds = start.elapsed().as_secs_f64();
    let percent = (tree.threads_s() - spent) / seconds * 100.0;
    let wakeups = (tree.wakeups() - woken) as f64 / seconds;
    vec![
        Figure::new("idle, two workers: of a core", "%", vec![percent], Goal::Under(GOAL_PERCENT)),
        Figure::new("idle, two workers: all processes", "MB", vec![tree.memory_mb()], Goal::Under(GOAL_MB)),
        Figure::known("idle, two workers: wake-ups a second", "", wakeups),
    ]
}
