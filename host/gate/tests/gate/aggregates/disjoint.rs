//! Whatever comes in whatever order, with whatever clock and crashes: no aggregate tells of fewer than five, and no
//! two of them, added or subtracted, tell of fewer.

use std::collections::{BTreeMap, BTreeSet};

use labrelay_gate::GateState;
use labrelay_model::Timestamp;
use proptest::prelude::*;

use super::bench::{Aggregate, Bench, MOST, OTHER, power};
use crate::support::{SERIAL, time};

const MINUTE_US: i64 = 60 * 1_000_000;
const FEWEST: usize = 5;

/// One poll: the clock moves, acquisitions are read, and windows close.
#[derive(Debug, Clone)]
struct Poll {
    /// Minutes that the clock moves; it may be set back.
    clock: i64,
    /// Each acquisition's age in minutes, below zero for an instrument whose clock is ahead, and its instrument.
    read: Vec<(i64, bool)>,
    end: End,
}

#[derive(Debug, Clone, Copy)]
enum End {
    Committed,
    /// The commit took place, and then the service ended.
    Restarted,
    /// The commit did not take place: the inputs are read again.
    Lost,
}

fn polls() -> impl Strategy<Value = Vec<Poll>> {
    let clock = prop_oneof![8 => 0..90_i64, 3 => 0..1500_i64, 1 => -3000..0_i64, 1 => 5000..30_000_i64];
    let age = prop_oneof![6 => 0..30_i64, 3 => 0..600_i64, 2 => 0..12_000_i64, 1 => -1400..0_i64];
    let end = prop_oneof![3 => Just(End::Committed), 1 => Just(End::Restarted), 1 => Just(End::Lost)];
    let read = prop::collection::vec((age, prop::bool::weighted(0.8)), 0..8);
    let poll = (clock, read, end).prop_map(|(clock, read, end)| Poll { clock, read, end });
    prop::collection::vec(poll, 1..60)
}

/// An acquisition as it lies in its file.
#[derive(Debug, Clone)]
struct File {
    who: u16,
    at: Timestamp,
    serial: &'static str,
}

/// What left, and the files of all that was read.
#[derive(Default)]
struct Outcome {
    left: Vec<Aggregate>,
    files: BTreeMap<u16, File>,
}

fn run(every: &str, polls: Vec<Poll>) -> Outcome {
    let mut bench = Bench::new(every);
    let mut outcome = Outcome::default();
    let mut committed = bench.state.save(&bench.gate);
    let mut now = time("2026-03-04T09:40:00Z");
    let mut waiting: Vec<File> = Vec::new();
    for Poll { clock, read, end } in polls {
        now = now.saturating_add_micros(clock * MINUTE_US);
        for (age, first) in read {
            let Ok(who) = u16::try_from(outcome.files.len()) else { continue };
            if usize::from(who) < MOST {
                let at = now.saturating_add_micros(-age * MINUTE_US);
                let file = File { who, at, serial: if first { SERIAL } else { OTHER } };
                outcome.files.insert(who, file.clone());
                waiting.push(file);
            }
        }
        for file in &waiting {
            // A file that waited while the clock was set back may lie too far ahead: the gate refuses it.
            let cells = bench.specimen(file.who, file.at, file.serial, file.at).into_record();
            if let labrelay_gate::Verdict::Specimen(specimen) = bench.gate.check(cells, now) {
                let _ = bench.state.add(&specimen, now); // too late, or counted
            }
        }
        let closed = bench.state.close(&bench.gate, now);
        if !matches!(end, End::Lost) {
            outcome.left.extend(closed.iter().map(Aggregate::of));
            committed = bench.state.save(&bench.gate);
            waiting.clear();
        }
        if !matches!(end, End::Committed) {
            bench.state = GateState::restore(&bench.gate, Some(&committed), now).unwrap();
        }
    }
    let late = now.saturating_add_micros(60 * 24 * 60 * MINUTE_US);
    outcome.left.extend(bench.state.close(&bench.gate, late).iter().map(Aggregate::of));
    outcome
}

fn plain_figures(who: &BTreeSet<u16>) -> [f64; 4] {
    let powers: Vec<f64> = who.iter().map(|who| power(*who)).collect();
    let count = powers.len() as f64;
    let mean = powers.iter().sum::<f64>() / count;
    let squares = powers.iter().map(|power| (power - mean).powi(2)).sum::<f64>();
    let min = powers.iter().copied().fold(f64::INFINITY, f64::min);
    let max = powers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    [mean, min, max, (squares / (count - 1.0)).sqrt()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_aggregate_and_no_difference_of_two_tells_of_fewer_than_five(
        every in prop::sample::select(vec!["1h", "1d", "1w"]), polls in polls(),
    ) {
        let Outcome { left, files } = run(every, polls);
        for one in &left {
            prop_assert!(one.acquisitions >= FEWEST && one.acquisitions == one.who.len(), "{}", one.label());
        }
        for (at, one) in left.iter().enumerate() {
            for other in &left[at + 1..] {
                prop_assert!(one.who.is_disjoint(&other.who), "{} and {}", one.label(), other.label());
                let apart = one.who.symmetric_difference(&other.who).count();
                prop_assert!(one.who.difference(&other.who).count() >= FEWEST && apart >= 2 * FEWEST);
                prop_assert_ne!(&one.identity, &other.identity, "a window leaves once");
            }
        }
        prop_assert!(left.iter().flat_map(|one| &one.who).all(|who| files.contains_key(who)));
    }

    #[test]
    fn figures_are_those_of_the_plain_formulas(polls in polls()) {
        let Outcome { left, files } = run("1h", polls);
        for one in left {
            for (figure, plain) in ["mean", "min", "max", "sd"].into_iter().zip(plain_figures(&one.who)) {
                let told = one.fields[&format!("power_{figure}")].as_f64().unwrap();
                prop_assert!((told - plain).abs() < 0.000_51, "{figure}: {told} and {plain}");
            }
            let length = match one.window.as_str() { "1h" => 60, "1d" => 24 * 60, _ => 7 * 24 * 60 };
            let end = one.start.saturating_add_micros(length * MINUTE_US);
            for file in one.who.iter().map(|who| &files[who]) {
                prop_assert!(file.serial == one.serial && one.start <= file.at && file.at < end);
            }
        }
    }
}

/// The properties above hold for nothing as well: many acquisitions do leave.
#[test]
fn most_acquisitions_of_a_busy_instrument_leave() {
    let busy = Poll { clock: 12, read: vec![(1, true), (3, true)], end: End::Committed };
    let Outcome { left, files } = run("1h", vec![busy; 100]);
    let told = left.iter().map(|one| one.acquisitions).sum::<usize>();
    assert!(told + 4 >= files.len(), "the first hour holds fewer than five, and its week no others");
    assert!(left.iter().filter(|one| one.window == "1h").count() >= 19);
}
