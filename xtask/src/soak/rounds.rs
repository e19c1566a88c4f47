//! The course of a soak: rounds of writing and faults, each followed by a rest in which everything has to arrive.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{bail, ensure};

use super::ledger;
use super::random::Random;
use super::stage::{FAMILY, Stage};
use super::writer::{Overwriting, Writer};

/// Length of a round: many faults, and of the four kinds of rounds each comes in the shortest soak of two minutes.
const ROUND: Duration = Duration::from_secs(22);
/// Longest rest. After a bad round the host may wait for half a minute before it tries again, and after its spool was
/// deleted it reads everything again.
const REST: Duration = Duration::from_secs(180);
/// Between two looks while resting.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// The host looks through its folders every second; a busy machine may take longer.
const SEEN_WITHIN: Duration = Duration::from_secs(3);
/// Shortest and longest pause between two faults: often enough to meet each other, seldom enough for some work between.
const PAUSE_MS: (u64, u64) = (150, 700);
/// How long a disk stays full, or no receiver is there: long enough for the host to notice.
const OUTAGE: Duration = Duration::from_secs(3);

/// What else happens in a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Nothing.
    Plain,
    /// The state folder is copied before it, and put back at its end.
    Restored,
    /// The spool is deleted before it.
    Deleted,
}

/// In turn.
const KINDS: [Kind; 4] = [Kind::Plain, Kind::Restored, Kind::Plain, Kind::Deleted];

/// All rounds that fit into the time; at least one.
pub(super) fn run(
    stage: &mut Stage,
    writer: &mut Writer,
    random: &mut Random,
    length: Duration,
    stop: &AtomicBool,
) -> anyhow::Result<()> {
    let end = Instant::now() + length;
    for kind in KINDS.iter().cycle() {
        round(stage, writer, random, *kind, stop)?;
        rest(stage, writer, stop)?;
        println!(
            "{:>4} s left: {} units, all accounted for; {} rows in the lake",
            end.saturating_duration_since(Instant::now()).as_secs(),
            writer.oracle.units().all(),
            stage.rows()
        );
        if Instant::now() > end {
            break;
        }
    }
    Ok(())
}

fn round(
    stage: &mut Stage,
    writer: &mut Writer,
    random: &mut Random,
    kind: Kind,
    stop: &AtomicBool,
) -> anyhow::Result<()> {
    let overwriting = if kind == Kind::Plain { Overwriting::Allowed } else { Overwriting::Forbidden };
    match kind {
        Kind::Plain => writer.begin_a_line()?,
        Kind::Restored => stage.copy_state()?,
        Kind::Deleted => {
            stage.delete_spool()?;
            writer.oracle.spool_was_deleted();
        }
    }
    stage.network().is_bad(true);
    let end = Instant::now() + ROUND;
    while Instant::now() < end {
        ensure_wanted(stop)?;
        for _ in 0..1 + random.below(3) {
            writer.step(overwriting)?;
        }
        strike(stage, writer, random, overwriting)?;
        pause(random);
    }
    stage.network().is_bad(false);
    if kind == Kind::Restored {
        stage.restore_state()?;
    }
    Ok(())
}

fn strike(
    stage: &mut Stage,
    writer: &mut Writer,
    random: &mut Random,
    overwriting: Overwriting,
) -> anyhow::Result<()> {
    match random.below(100) {
        0..36 => stage.kill_host(),
        36..60 => stage.kill_worker(),
        60..90 => stage.kill_receiver(random),
        90..95 => stage.without_receivers(|stage| outage(stage, writer, random, overwriting))?,
        _ => stage.with_a_full_disk(|stage| outage(stage, writer, random, overwriting))?,
    }
    Ok(())
}

/// The instrument goes on, and a worker may die.
fn outage(
    stage: &mut Stage,
    writer: &mut Writer,
    random: &mut Random,
    overwriting: Overwriting,
) -> anyhow::Result<()> {
    let end = Instant::now() + OUTAGE;
    while Instant::now() < end {
        writer.step(overwriting)?;
        stage.kill_worker();
        pause(random);
    }
    Ok(())
}

/// No fault strikes and nothing is written, until all that was written is accounted for and delivered.
fn rest(stage: &Stage, writer: &mut Writer, stop: &AtomicBool) -> anyhow::Result<()> {
    let (start, expected) = (Instant::now(), writer.oracle.units().all());
    loop {
        ensure_wanted(stop)?;
        let status = stage.status();
        if status.units() >= expected && status.waiting_batches() == 0 {
            break;
        }
        if start.elapsed() > REST {
            bail!(
                "{expected} units were written; after {REST:?} without faults the host has {}, {} batches wait; it is {} {} {}",
                status.units(),
                status.waiting_batches(),
                status.state(FAMILY),
                status.trouble(FAMILY),
                status.delivery_trouble()
            );
        }
        sleep(LOOK_EVERY);
    }
    sleep(SEEN_WITHIN);
    writer.all_is_delivered()?;
    wait_for_gaps(stage, writer, stop)
}

/// A log that is gone is looked for before what was not read of it counts as a gap.
fn wait_for_gaps(stage: &Stage, writer: &Writer, stop: &AtomicBool) -> anyhow::Result<()> {
    let (start, expected) = (Instant::now(), writer.oracle.units().gaps);
    while ledger::units(stage.host()).gaps < expected {
        ensure_wanted(stop)?;
        ensure!(start.elapsed() < REST, "{expected} gaps were made; after {REST:?} the ledger has fewer");
        sleep(LOOK_EVERY);
    }
    Ok(())
}

fn pause(random: &mut Random) {
    let (shortest, longest) = PAUSE_MS;
    sleep(Duration::from_millis(shortest + random.below(longest - shortest)));
}

fn ensure_wanted(stop: &AtomicBool) -> anyhow::Result<()> {
    ensure!(!stop.load(Ordering::Relaxed), "stopped by a signal; all processes of the soak are ended");
    Ok(())
}
