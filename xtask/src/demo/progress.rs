//! Waits until everything that lies in the input has come to its end, and shows how it goes.

use std::thread::sleep;
use std::time::{Duration, Instant};

use super::family::Family;
use super::host::{Host, Status};
use super::receiver::{Receiver, Rows};
use super::tally::Tally;

/// How often host and lake are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Nothing has changed for so long: waiting on would change nothing. Longer than a file's settling,
/// and longer than a worker's first restarts.
const STALLED_AFTER: Duration = Duration::from_secs(45);

/// Returns when all is in the lake, or when it is clear that it never will be: the tally tells which.
pub(super) fn wait(
    host: &mut Host,
    receiver: &mut Receiver,
    families: &[Family],
    at_most: Duration,
) -> anyhow::Result<()> {
    let start = Instant::now();
    let mut last: Option<(Tally, Instant)> = None;
    loop {
        host.ensure_running()?;
        receiver.ensure_running()?;
        let status = host.status()?;
        let delivered = status.spool.batches == 0;
        let rows = if delivered { receiver.rows_in_lake()? } else { Rows::new() };
        let tally = Tally::new(families, &status, &rows);
        if is_complete(&status, &tally) {
            return Ok(());
        }
        if last.as_ref().is_none_or(|(seen, _)| *seen != tally) {
            println!("{:>4} s  {}", start.elapsed().as_secs(), describe(&status, &tally));
            last = Some((tally, Instant::now()));
        }
        let stalled = last.as_ref().is_some_and(|(_, since)| since.elapsed() > STALLED_AFTER);
        if stalled || start.elapsed() > at_most {
            print_troubles(&status);
            return Ok(());
        }
        sleep(LOOK_EVERY);
    }
}

fn is_complete(status: &Status, tally: &Tally) -> bool {
    let idle = status.families.values().all(|family| family.idle);
    idle && status.spool.batches == 0 && tally.in_lake() > 0 && tally.complaints().is_empty()
}

fn describe(status: &Status, tally: &Tally) -> String {
    let sum = |count: fn(&super::tally::Counts) -> u64| {
        tally.streams().map(|(.., counts)| count(counts)).sum::<u64>()
    };
    format!(
        "{} units seen, {} records accepted, {} batches waiting, {} rows in the lake",
        sum(|counts| counts.seen()),
        sum(|counts| counts.records),
        status.spool.batches,
        tally.in_lake()
    )
}

/// What stands in the way, in the host's own words.
fn print_troubles(status: &Status) {
    println!("gave up waiting");
    let of_families =
        status.families.values().flat_map(|family| family.trouble.iter().chain(&family.unreadable));
    for trouble in of_families.chain(&status.delivery_trouble) {
        println!("  ! {trouble}");
    }
}
