//! Every row's examples are its test: it fires on the ones and is silent on the others.

mod needs;

use proptest::prelude::*;

use super::facts::Facts;
use super::table::TABLE;
use super::{Detector, Strength, all, disguise, find, find_across};

/// What leaves of an instrument day by day.
const HARMLESS: &[&str] = &[
    "",
    "0",
    "FL1",
    "FL10-A",
    "A12B",
    "A2301X",
    "7547053",
    "LOT7547053",
    "LOT-0042A",
    "1042",
    "2.3.1",
    "1.0.0",
    "10.2",
    "v2.3.1",
    "1.0.19041.1",
    "10.11.12",
    "E-1042",
    "ERR_1042",
    "0x80070005",
    "0x1F",
    "FLOW-CHECK",
    "FLOW-SET PRO",
    "37.0",
    "-20.5",
    "23.4 Cel",
    "405nm",
    "488/10",
    "525-40",
    "CD45-FITC",
    "CD4/CD8",
    "IgG1",
    "PMT 3",
    "Q1-2026",
    "1b4e28ba",
    "2fa1",
    "11d2",
    "883f",
    "SN-AX10042",
    "AX10042",
    "B1_T2",
    "BLUE,RED",
    "W32.x64",
    "12:30:11",
    "08:15",
    "+3.14159",
    "1e-05",
    "50%",
    "%CD4",
    "R&D",
    "1 2 3",
    "A-B",
    "XYZ-99",
    "QC_LEVEL_2",
    "ISO8601",
    "TCP/IP",
    "COM3:",
    "READY",
    "SIP_ERROR#12",
    "CytExpert 2.5",
    "(3)",
    "[12]",
    "N/A",
    "OK;DONE",
    "KB5034441",
    "r12345",
];

fn fires(detector: &Detector, text: &str) -> bool {
    TABLE.findings(text, Facts::of(text)).any(|found| found.name == detector.name)
}

fn checked() -> impl Iterator<Item = (&'static Detector, &'static str)> {
    let rows = all().filter(|row| row.strength == Strength::Checksum);
    rows.flat_map(|row| row.examples.iter().map(move |example| (row, *example)))
}

#[test]
fn each_row_fires_on_its_examples_alone() {
    for row in all() {
        assert!(!row.examples.is_empty() && !row.harmless.is_empty(), "{} has no test", row.name);
        for example in row.examples {
            assert!(fires(row, example), "{} misses {example}", row.name);
            assert!(find(example).is_some());
        }
        for harmless in row.harmless {
            assert!(!fires(row, harmless), "{} fires on {harmless}", row.name);
        }
    }
}

#[test]
fn names_are_unique_and_every_row_says_who_specifies_it() {
    let mut names: Vec<_> = all().map(|row| row.name).collect();
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
    assert!(all().all(|row| !row.what.is_empty() && !row.source.is_empty()));
}

#[test]
fn a_wrong_check_digit_is_silence() {
    for (row, example) in checked() {
        let broken = with_next_digit(example);
        assert!(!fires(row, &broken), "{} fires on {broken}", row.name);
    }
}

/// The last digit, or else letter, replaced by the next one.
fn with_next_digit(text: &str) -> String {
    let place = text.rfind(|character: char| character.is_ascii_digit()).unwrap();
    let last = text.rfind(|character: char| character.is_ascii_alphanumeric()).unwrap();
    let place = if last > place && last == text.len() - 1 && text.len() - place < 3 { last } else { place };
    let next = match text.as_bytes()[place] {
        b'9' => '0',
        b'Z' => 'A',
        b'z' => 'a',
        byte => char::from(byte + 1),
    };
    format!("{}{next}{}", &text[..place], &text[place + 1..])
}

#[test]
fn check_digits_are_seen_through_every_spelling() {
    for (row, example) in checked().filter(|(_, example)| example.len() < 24) {
        let bare: String = example.chars().filter(char::is_ascii_alphanumeric).collect();
        let backwards: String = bare.chars().rev().collect();
        assert!(fires(row, &bare), "{}: {bare}", row.name);
        assert!(fires(row, &backwards), "{}: {backwards}", row.name);
        for separator in [" ", "-", ".", "/", "_"] {
            let apart = |text: &str| text.chars().map(String::from).collect::<Vec<_>>().join(separator);
            assert!(fires(row, &apart(&bare)), "{}: {}", row.name, apart(&bare));
            assert!(fires(row, &apart(&backwards)), "{}: {}", row.name, apart(&backwards));
        }
    }
}

#[test]
fn harmless_values_pass() {
    for text in HARMLESS {
        assert!(find(text).is_none(), "{text}: {}", find(text).unwrap().name);
        assert!(!disguise(text), "{text}");
    }
}

#[test]
fn neighbouring_harmless_values_pass_but_for_chance() {
    let pairs: Vec<_> =
        HARMLESS.iter().flat_map(|left| HARMLESS.iter().map(move |right| (left, right))).collect();
    let found = |(left, right): &(&&str, &&str)| {
        Some((left.to_string(), right.to_string(), find_across(left, right)?.name))
    };
    let wrong: Vec<_> = pairs.iter().filter_map(found).collect();
    assert!(wrong.len() * 500 < pairs.len(), "{wrong:?}");
}

#[test]
fn a_split_identifier_is_found_over_the_seam() {
    for (row, example) in checked() {
        let bare: String = example.chars().filter(char::is_ascii_alphanumeric).collect();
        for text in [example, bare.as_str()] {
            for at in 1..text.len() {
                let (left, right) = text.split_at(at);
                let lost =
                    find_across(left, right).is_none() && find(left).is_none() && find(right).is_none();
                assert!(!lost || left == right, "{}: {left} | {right}", row.name);
            }
        }
    }
    assert_eq!(find_across("078-05", "-1120").map(|row| row.name), Some("us-ssn"));
    assert_eq!(find_across("erika@mail.", "example.org").map(|row| row.name), Some("mail"));
    assert_eq!(find_across("LAB\\er", "ika").map(|row| row.name), Some("domain-account"));
}

#[test]
fn what_lies_on_one_side_is_no_split() {
    assert!(find("943 476 5919").is_some());
    assert!(find_across("943 476 5919", " FL1").is_none());
    assert!(find_across("FL1 ", "943 476 5919").is_none());
    assert!(find_across("94347", "65919").is_some());
    assert!(find_across("11122", "11122").is_none(), "a constant is no split token");
}

#[test]
fn an_identifier_is_found_within_a_line() {
    let line = |inner: &str| {
        format!("2026-03 INFO Acquisition of tube {inner} started, carousel 3, position 12, laser on")
    };
    assert!(find(&line("7")).is_none());
    for inner in [
        "943-476-5919",
        "9.4.3.4.7.6.5.9.1.9",
        "9195674349",
        "j.doe@example.org",
        "id_078-05-1120_x",
        r"C:\Users\jdoe",
    ] {
        assert!(find(&line(inner)).is_some(), "{inner}");
    }
}

proptest! {
    #[test]
    fn short_lots_pass(lot in "[A-Z]{1,2}[0-9]{4}[A-Z]?|[0-9]{4,7}") {
        prop_assert!(find(&lot).is_none());
        prop_assert!(!disguise(&lot));
    }
}
