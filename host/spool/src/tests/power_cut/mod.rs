//! Power cuts with torn and reordered writes, errors of the disk, full disks, clocks set back: nothing is lost or doubled.
//!
//! A plain model goes beside the spool (after SQLite's crash tests and Vector's model of its buffer). What a call has
//! promised holds after any cut; what a cut has interrupted is there whole or not at all. A disk that lies about
//! syncing is the negative control: with it the same trials must find losses.

mod chance;
mod disk;
mod model;
mod trial;

use proptest::prelude::*;

use chance::Chance;
use disk::{Fault, Sync};
use trial::{Action, Tally, Trial};

/// Calls to the disk that a commit makes, and some more: a cut may come at any of them, or between two commits.
const CALLS: u64 = 40;
const ACTIONS: u64 = 12;

fn any_action(chance: &mut Chance) -> Action {
    let calls = u32::try_from(chance.below(CALLS)).unwrap();
    match chance.below(16) {
        0..=6 => {
            let (records, hours) = (1 + chance.below(300), chance.below(48));
            Action::Commit { records: records as u32, second: (hours as i64 - 24) * 3600 }
        }
        7..=9 => Action::Land { turn: chance.below(2) as usize },
        10 => Action::Reopen,
        11 => Action::Break(Fault::OneErrorAfter(calls)),
        12 => Action::Break(Fault::Full),
        13 => Action::Mend,
        _ => Action::Break(Fault::PowerCutAfter(calls)),
    }
}

fn trial(sync: Sync, seed: u64) -> Result<Tally, String> {
    let mut chance = Chance::new(seed);
    let actions: Vec<Action> = (0..ACTIONS).map(|_| any_action(&mut chance)).collect();
    Trial::new(sync, seed).run(&actions).map_err(|why| format!("seed {seed}: {why}"))
}

#[test]
fn after_five_hundred_power_cuts_nothing_is_missing_and_nothing_doubled() {
    let mut sum = Tally::default();
    for seed in 0.. {
        let tally = trial(Sync::Honest, seed).unwrap();
        sum.cuts += tally.cuts;
        sum.torn += tally.torn;
        sum.errors += tally.errors;
        sum.full += tally.full;
        sum.there += tally.there;
        sum.not_there += tally.not_there;
        if sum.cuts >= 500 {
            break;
        }
    }
    // Each of these must have been met, or the trials try less than they say.
    assert!(sum.torn > 100 && sum.errors > 20 && sum.full > 20, "{sum:?}");
    assert!(sum.not_there > 50 && sum.there > 0, "{sum:?}");
}

#[test]
fn a_disk_that_lies_about_syncing_is_found_out() {
    let found = (0..50).filter(|seed| trial(Sync::Lying, *seed).is_err()).count();
    assert!(found > 25, "losses found in {found} of 50 trials");
}

/// The power is cut at the first call of a commit, at the second, at the third, until a commit needs no more.
#[test]
fn whichever_call_is_the_last_a_commit_is_there_whole_or_not_at_all() {
    let commit = Action::Commit { records: 20, second: 0 };
    for calls in 0.. {
        let actions = [commit, Action::Break(Fault::PowerCutAfter(calls)), commit];
        let mut interrupted = 0;
        for seed in 0..4 {
            let tally = Trial::new(Sync::Honest, seed).run(&actions).unwrap();
            interrupted += tally.there + tally.not_there;
        }
        if interrupted == 0 {
            assert!(calls > 5, "a commit writes and syncs");
            return;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_course_of_actions_keeps_to_the_model(seed: u64) {
        prop_assert_eq!(trial(Sync::Honest, seed).map(drop), Ok(()));
    }
}
