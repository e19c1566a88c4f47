//! Memory with a full spool, because the receiver is away, and the first delivery after a restart.

use std::thread::sleep;
use std::time::{Duration, Instant};

use super::Bench;
use super::figure::{Figure, Goal};
use super::host::{Host, Status};
use super::input::write_log;
use super::processes::MemoryWatch;
use super::receiver::Receiver;
use super::site::{Collected, Site};

/// Lines of the log, which is read again and again.
const LINES: u64 = 200_000;
/// Nothing listens there.
const NOBODY: &str = "https://localhost:1";
/// Proportional memory of host and worker.
const GOAL_MB: f64 = 40.0;
/// Until buffers have been given back.
const REST: Duration = Duration::from_secs(5);
const LOOK_EVERY: Duration = Duration::from_millis(20);
const AT_MOST: Duration = Duration::from_secs(1200);

/// Peak and resting memory, speed without a receiver, and the time that a restart takes.
pub(super) fn measure(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    println!("backlog of {} MB …", bench.spool_bytes / 1_000_000);
    let site = Site::new(bench, "backlog")?;
    write_log(&site.input().join("log.txt"), LINES)?;
    let mut receiver = Receiver::new(bench, &site)?;
    configure(bench, &site, NOBODY)?;
    receiver.enrol(&site, &Host::public_key(bench, &site)?)?;

    let mut host = Host::start(bench, &site)?;
    let memory = MemoryWatch::start(host.tree());
    let some = |now: &Status| (now.accepted() > 0).then_some(now.accepted());
    let (start, before) = host.wait_until("first commit", LOOK_EVERY, AT_MOST, some)?;
    let full = |now: &Status| now.is_full().then(|| (now.accepted(), now.waiting_bytes()));
    let (end, (records, bytes)) = host.wait_until("a full spool", LOOK_EVERY, AT_MOST, full)?;
    let per_s = (records - before) as f64 / (end - start).as_secs_f64();
    let peak_mb = memory.peak_mb();
    sleep(REST);
    let resting_mb = host.tree().memory_mb();
    host.stop()?;
    let (restart_s, delivering_mb) = restart(bench, &site, &mut receiver)?;

    let name = |what: &str| format!("{} MB in the spool, receiver away: {what}", bytes / 1_000_000);
    Ok(vec![
        Figure::new(name("host and worker, peak"), "MB", vec![peak_mb], Goal::Under(GOAL_MB)),
        Figure::new(name("host and worker, resting"), "MB", vec![resting_mb], Goal::Under(GOAL_MB)),
        Figure::known(name("worker, gate and durable spool"), "records/s", per_s),
        Figure::known(name("from start to first batch landed"), "s", restart_s),
        Figure::new(
            name("host and worker while delivering, peak"),
            "MB",
            vec![delivering_mb],
            Goal::Under(GOAL_MB),
        ),
    ])
}

/// From the start of the process until a batch has left the spool; memory for some seconds more.
fn restart(bench: &Bench, site: &Site, receiver: &mut Receiver) -> anyhow::Result<(f64, f64)> {
    let url = receiver.start()?;
    configure(bench, site, &url)?;
    let start = Instant::now();
    let mut host = Host::start(bench, site)?;
    let memory = MemoryWatch::start(host.tree());
    let mut most = 0;
    let less = |now: &Status| {
        most = most.max(now.waiting());
        (now.waiting() < most).then_some(())
    };
    let (first, ()) = host.wait_until("a first batch landed", Duration::from_millis(5), AT_MOST, less)?;
    sleep(REST);
    let peak_mb = memory.peak_mb();
    host.stop()?;
    receiver.stop()?;
    Ok(((first - start).as_secs_f64(), peak_mb))
}

fn configure(bench: &Bench, site: &Site, url: &str) -> anyhow::Result<()> {
    let input = site.input();
    let log = Collected { family: "bench", source: "log", folder: &input, settings: "{repeat: 1000000}" };
    site.configure(&[log], url, bench.spool_bytes)
}
