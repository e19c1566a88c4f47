//! From lines to a catalogue and back: what is proposed loads, fits its lines and lines like them, and tells nothing.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // tests

use labrelay_manifest::{Inventory, Manifest, Matched, Matcher, SiteWords};
use labrelay_mining::{Heading, Miner, Proposal, Words};
use proptest::prelude::*;

fn learn(lines: &[&str], accept_words: bool) -> Proposal {
    let mut miner = Miner::new(Words::technical(), accept_words);
    lines.iter().for_each(|line| miner.add(line.as_bytes()));
    miner.finish(Heading::default())
}

/// The line's event and how many of its slots leave.
fn event_of(manifest: &Manifest, line: &str) -> Option<(String, usize)> {
    let (_, stream) = manifest.stream("event").unwrap();
    let site = Inventory::default();
    let site = SiteWords::new(site.roles.accounts(), site.zone.clone());
    let mut matched = Matched::default();
    Matcher::of(stream).unwrap().match_line(line.as_bytes(), &site, &mut matched).ok()?;
    let code = &stream.catalogue.as_ref().unwrap().events()[usize::from(matched.event)].code;
    Some((code.to_string(), matched.cells.len()))
}

const LASER: [&str; 4] = [
    "2026-03-01 10:22:33.125 Laser Blue power 20.1 mW below target 22.0 mW",
    "2026-03-01 10:24:33.125 Laser Blue power 19.8 mW below target 22.5 mW",
    "2026-03-02 11:00:00.001 Laser Blue power 7.5 mW below target 23.0 mW",
    "2026-03-02 11:00:01.001 Sample door opened",
];

#[test]
fn a_catalogue_fits_lines_like_those_it_was_learned_from() {
    let manifest = learn(&LASER, true).confirmed().unwrap();
    for line in LASER {
        assert!(event_of(&manifest, line).is_some(), "{line}");
    }
    let unseen = "2027-12-31 23:59:59.999 Laser Blue power 31.4 mW below target 30.0 mW";
    assert_eq!(event_of(&manifest, unseen), Some(("laser_blue_power_mw_below_target".into(), 2)));
    assert_eq!(
        event_of(&manifest, "2027-12-31 23:59:59.999 Laser Blue power 9999.9 mW below target 30.0 mW"),
        None
    );
    assert_eq!(event_of(&manifest, "2027-12-31 23:59:59.999 Patient door opened"), None);
}

#[test]
fn a_word_that_is_not_technical_is_for_a_person_to_confirm() {
    let proposal = learn(&["Operator Schneider opened the sample door"], false);
    assert!(proposal.yaml().contains("{?Schneider}"));
    assert!(!proposal.yaml().contains("schneider"), "nor may it name an event");
    Manifest::parse(proposal.yaml().as_bytes()).unwrap_err();
}

#[test]
fn identifiers_are_dropped_wherever_they_stand() {
    let lines = ["Sample tube AB-123456 loaded by arm", "Sample tube CD-987654 loaded by arm"];
    let manifest = learn(&lines, true).confirmed().unwrap();
    for tube in ["ZZ-111111", "123456789", "078-05-1120", "10.1.2.3", "Schneider"] {
        let (_, leaving) = event_of(&manifest, &format!("Sample tube {tube} loaded by arm")).unwrap();
        assert_eq!(leaving, 0, "{tube}");
    }
}

#[test]
fn what_a_word_announces_as_a_name_never_leaves() {
    let lines = ["Operator 17 opened door 1", "Operator 18 opened door 2", "Operator 25 opened door 3"];
    let manifest = learn(&lines, true).confirmed().unwrap();
    assert_eq!(
        event_of(&manifest, "Operator 21 opened door 2").map(|(_, leaving)| leaving),
        Some(1),
        "the door alone"
    );
}

#[test]
fn two_forms_of_one_line_make_one_event() {
    let lines = ["Task 17 done", "Task 0x1f done", "Task A-17 done", "Task blk_9 done"];
    let proposal = learn(&lines, true);
    assert_eq!(proposal.events(), 1);
    let manifest = proposal.confirmed().unwrap();
    assert!(lines.iter().all(|line| event_of(&manifest, line).is_some()));
}

#[test]
fn a_list_of_values_is_one_token_that_may_have_any_number_of_them() {
    let lines =
        ["1777305957,AW87515,PC7,706.48,32.9%,PASS", "10/27/2026 04:49,BE7723119,PC7,732.94,26.9%,PASS"];
    let manifest = learn(&lines, true).confirmed().unwrap();
    for line in lines.into_iter().chain(["1,2,3,4,5,6,7,8,9,10,11,12%,PASS"]) {
        assert_eq!(event_of(&manifest, line).map(|(_, leaving)| leaving), Some(0), "{line}");
    }
}

#[test]
fn lines_of_nothing_but_values_are_left_out() {
    let proposal = learn(&["12 34 0x55", "INFO 17", "Pump started"], true);
    assert_eq!((proposal.events(), proposal.left_out()), (1, 2));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_the_lines_the_proposal_loads_when_confirmed(
        lines in proptest::collection::vec("([A-Za-z]{1,8}|[0-9.,:/-]{1,12}|[!-~]{1,6}| ){1,8}", 1..12)
    ) {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let proposal = learn(&lines, true);
        if proposal.events() > 0 {
            prop_assert!(proposal.confirmed().is_ok(), "{}", proposal.yaml());
        }
    }
}
