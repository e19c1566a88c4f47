//! The whole way: worker, gate, spool and upload in the real host, to the real receiver on the same machine.

use std::time::{Duration, Instant};

use anyhow::ensure;

use super::Bench;
use super::figure::{Figure, Goal};
use super::host::Host;
use super::input::write_log;
use super::processes::MemoryWatch;
use super::receiver::Receiver;
use super::site::{Collected, Site};

/// Records in a run: several seconds of work.
const RECORDS: u64 = 1_200_000;
/// Landed in a second, with everything on two cores.
const GOAL_RECORDS: f64 = 120_000.0;
/// Proportional memory of host and worker.
const GOAL_MB: f64 = 40.0;
/// Far from both goals and from any default: nothing pauses.
const SPOOL_BYTES: u64 = 8 << 30;
/// One look costs the host a quarter of a millisecond.
const LOOK_EVERY: Duration = Duration::from_millis(50);
const AT_MOST: Duration = Duration::from_secs(600);

/// What one run gave.
struct Run {
    landed_per_s: f64,
    in_lake_per_s: f64,
    peak_mb: f64,
    host_s: f64,
    receiver_s: f64,
}

/// Speed to landing and to the lake, memory and processor time.
pub(super) fn measure(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let runs = (0..bench.runs).map(|_| run(bench)).collect::<anyhow::Result<Vec<_>>>()?;
    let all = |value: fn(&Run) -> f64| runs.iter().map(value).collect::<Vec<_>>();
    let landed = all(|run| run.landed_per_s);
    let memory = all(|run| run.peak_mb);
    Ok(vec![
        Figure::new("whole way: landed", "records/s", landed, Goal::AtLeast(GOAL_RECORDS)),
        Figure::new("whole way: in the lake", "records/s", all(|run| run.in_lake_per_s), Goal::None),
        Figure::new("whole way: host and worker, peak", "MB", memory, Goal::Under(GOAL_MB)),
        Figure::new(
            "whole way: host and worker, a million records",
            "CPU s",
            all(|run| run.host_s),
            Goal::None,
        ),
        Figure::new("whole way: receiver, a million records", "CPU s", all(|run| run.receiver_s), Goal::None),
    ])
}

/// From the first commit in the spool until the last record has landed, and until it is in the lake.
fn run(bench: &Bench) -> anyhow::Result<Run> {
    println!("whole way …");
    let records = RECORDS / bench.part;
    let site = Site::new(bench, "whole")?;
    write_log(&site.input().join("log.txt"), records)?;
    let mut receiver = Receiver::new(bench, &site)?;
    let url = receiver.start()?;
    let input = site.input();
    let log = Collected { family: "bench", source: "log", folder: &input, settings: "{}" };
    site.configure(&[log], &url, SPOOL_BYTES)?;
    receiver.enrol(&site, &Host::public_key(bench, &site)?)?;

    let mut host = Host::start(bench, &site)?;
    let memory = MemoryWatch::start(host.tree());
    let some = |count: u64| (count > 0).then_some(count);
    let (start, before) = host.wait_until("first commit", LOOK_EVERY, AT_MOST, |now| some(now.accepted()))?;
    let landed = |now: &super::host::Status| (now.accepted() >= records && now.waiting() == 0).then_some(());
    let (end, ()) = host.wait_until("landing", LOOK_EVERY, AT_MOST, landed)?;
    let host_s = host.tree().processor_s();
    let peak_mb = memory.peak_mb();
    let in_lake = wait_for_lake(&receiver, records)?;
    let receiver_s = receiver.tree()?.processor_s();
    host.status()?.ensure_all_accepted()?;
    host.stop()?;
    receiver.stop()?;

    let per_s = |until: Instant| (records - before) as f64 / (until - start).as_secs_f64();
    let per_million = |seconds: f64| seconds / records as f64 * 1e6;
    Ok(Run {
        landed_per_s: per_s(end),
        in_lake_per_s: per_s(in_lake),
        peak_mb,
        host_s: per_million(host_s),
        receiver_s: per_million(receiver_s),
    })
}

fn wait_for_lake(receiver: &Receiver, records: u64) -> anyhow::Result<Instant> {
    let start = Instant::now();
    while receiver.rows_in_lake()? < records {
        ensure!(start.elapsed() < AT_MOST, "not all is in the lake after {AT_MOST:?}");
        std::thread::sleep(Duration::from_millis(200));
    }
    ensure!(receiver.rows_in_lake()? == records, "more rows in the lake than were accepted");
    Ok(Instant::now())
}
