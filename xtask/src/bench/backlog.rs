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
/// From the start of a host, after a kill too, until a batch has landed.
const GOAL_FIRST_BATCH_S: f64 = 0.2;
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
    let (after_stop, after_kill, delivering_mb) = restarts(bench, &site, &mut receiver)?;

    let name = |what: &str| format!("{} MB in the spool, receiver away: {what}", bytes / 1_000_000);
    Ok(vec![
        Figure::new(name("host and worker, peak"), "MB", vec![peak_mb], Goal::Under(GOAL_MB)),
        Figure::new(name("host and worker, resting"), "MB", vec![resting_mb], Goal::Under(GOAL_MB)),
        Figure::known(name("worker, gate and durable spool"), "records/s", per_s),
        Figure::new(name("start to first batch landed"), "s", after_stop, Goal::Under(GOAL_FIRST_BATCH_S)),
        Figure::new(
            name("start after a kill to first batch landed"),
            "s",
            after_kill,
            Goal::Under(GOAL_FIRST_BATCH_S),
        ),
        Figure::new(
            name("host and worker while delivering, peak"),
            "MB",
            vec![delivering_mb],
            Goal::Under(GOAL_MB),
        ),
    ])
}

/// Seconds from the start of the process until a batch has left the spool, after a stop and after a kill; then memory for
/// some seconds more.
fn restarts(
    bench: &Bench,
    site: &Site,
    receiver: &mut Receiver,
) -> anyhow::Result<(Vec<f64>, Vec<f64>, f64)> {
    let url = receiver.start()?;
    configure(bench, site, &url)?;
    let (mut after_stop, mut after_kill) = (Vec::new(), Vec::new());
    for _ in 0..bench.runs {
        let (host, seconds) = first_batch(bench, site)?;
        after_stop.push(seconds);
        host.kill()?;
        let (host, seconds) = first_batch(bench, site)?;
        after_kill.push(seconds);
        host.stop()?;
    }
    let (host, _) = first_batch(bench, site)?;
    let memory = MemoryWatch::start(host.tree());
    sleep(REST);
    let peak_mb = memory.peak_mb();
    host.stop()?;
    receiver.stop()?;
    Ok((after_stop, after_kill, peak_mb))
}

/// Starts a host; gives the seconds until it has delivered something.
fn first_batch(bench: &Bench, site: &Site) -> anyhow::Result<(Host, f64)> {
    let start = Instant::now();
    let mut host = Host::start(bench, site)?;
    let mut most = 0;
    let less = |now: &Status| {
        most = most.max(now.waiting());
        (now.waiting() < most).then_some(())
    };
    let (first, ()) = host.wait_until("a first batch landed", Duration::from_millis(5), AT_MOST, less)?;
    Ok((host, (first - start).as_secs_f64()))
}

fn configure(bench: &Bench, site: &Site, url: &str) -> anyhow::Result<()> {
    let input = site.input();
    let log = Collected { family: "bench", source: "log", folder: &input, settings: "{repeat: 1000000}" };
    site.configure(&[log], url, bench.spool_bytes)
}
