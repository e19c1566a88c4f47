//! How many of the development corpus' identifying values the detectors find by themselves, and how many tokens of
//! clean lines they flag. Prints counts by class, locale and evasion, no value. The corpus lies outside the repository.

use std::collections::BTreeMap;
use std::path::PathBuf;

use labrelay_gate::detect::{disguise, find};

/// The longest text that a field holds.
const MAX_VALUE_BYTES: usize = 64;
/// As the gate's rule for unbound texts.
const LONG_NUMBER_DIGITS: usize = 8;

fn corpus(name: &str) -> Option<Vec<serde_json::Value>> {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "../../../shared/data/phi", name].iter().collect();
    let text = std::fs::read_to_string(path).ok();
    if text.is_none() {
        println!("SKIPPED: shared/data/phi is not here");
    }
    Some(text?.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

/// What can stand in a textual field at all.
fn is_value(text: &str) -> bool {
    text.len() <= MAX_VALUE_BYTES && text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

fn has_long_number(text: &str) -> bool {
    text.split(|character: char| !character.is_ascii_digit()).any(|run| run.len() >= LONG_NUMBER_DIGITS)
}

#[derive(Default)]
struct Count {
    all: usize,
    found: usize,
    disguised: usize,
    printable: usize,
    left: usize,
    /// Left, and without a run of digits that the gate refuses whatever it is.
    left_short: usize,
}

impl Count {
    fn add(&mut self, text: &str) {
        let (found, disguised) = (find(text).is_some(), disguise(text));
        self.all += 1;
        self.found += usize::from(found);
        self.disguised += usize::from(disguised && !found);
        self.printable += usize::from(is_value(text));
        let left = is_value(text) && !found && !disguised;
        self.left += usize::from(left);
        self.left_short += usize::from(left && !has_long_number(text));
    }
}

#[test]
#[ignore = "prints figures; reads the corpus beside the repository"]
fn identifying_values_found() {
    let Some(records) = corpus("phi.dev.jsonl") else { return };
    for key in ["class", "locale", "evasion"] {
        report(&records, "value", key);
    }
    report(&records, "text", "evasion");
}

/// Counts by `key` what is found if `part` of each record is the text.
fn report(records: &[serde_json::Value], part: &str, key: &str) {
    let mut counts: BTreeMap<&str, Count> = BTreeMap::new();
    for record in records {
        let Some(text) = record[part].as_str() else { continue };
        for group in [record[key].as_str().unwrap_or("none"), "~ all"] {
            counts.entry(group).or_default().add(text);
        }
    }
    println!("{part} by {key:<11} texts   found  +disguise   printable<=64    left  without long numbers");
    for (group, count) in &counts {
        let Count { all, found, disguised, printable, left, left_short } = count;
        println!(
            "{group:<20} {all:>6}  {found:>6}  {disguised:>9}   {printable:>13}  {left:>6}  {left_short:>20}"
        );
    }
}

#[test]
#[ignore = "prints figures; reads the corpus beside the repository"]
fn clean_tokens_flagged() {
    let Some(records) = corpus("clean.dev.jsonl") else { return };
    let mut by: BTreeMap<&str, usize> = BTreeMap::new();
    let mut tokens = 0;
    for token in records.iter().filter_map(|record| record["text"].as_str()).flat_map(str::split_whitespace) {
        if !is_value(token) {
            continue;
        }
        tokens += 1;
        let name = find(token).map(|detector| detector.name).or(disguise(token).then_some("~ disguise"));
        *by.entry(name.unwrap_or("~ none")).or_default() += 1;
    }
    println!("{tokens} tokens of clean lines: {by:#?}");
}
