//! How two readings of the same inputs differ, in words that name places and no content.

use std::collections::BTreeMap;

use labrelay_abi::UnitOutcome;
use labrelay_model::Position;

use crate::input::Input;
use crate::reading::{Given, Reading};

/// How the units of two readings differ, in words without content; `None` if they don't.
pub(crate) fn difference(one: &Reading, other: &Reading, inputs: &[Input]) -> Option<String> {
    let key = |given: &Given| (given.input, given.unit.position);
    let place = |(at, Position(position)): (usize, Position)| {
        let name = inputs.get(at).map(|input| input.name.display().to_string()).unwrap_or_default();
        format!("{name}, position {position}")
    };
    let (ours, theirs): (BTreeMap<_, _>, BTreeMap<_, _>) = (
        one.units.iter().map(|given| (key(given), given)).collect(),
        other.units.iter().map(|given| (key(given), given)).collect(),
    );
    let missing = ours.keys().find(|key| !theirs.contains_key(key));
    let added = theirs.keys().find(|key| !ours.contains_key(key));
    let changed =
        ours.iter().find(|(key, given)| theirs.get(key).is_some_and(|other| !is_same(given, other)));
    match (missing, added, changed) {
        (None, None, None) => None,
        (Some(at), ..) => Some(format!("a unit is lost: {}", place(*at))),
        (_, Some(at), _) => Some(format!("a unit is added: {}", place(*at))),
        (.., Some((at, _))) => Some(format!("a unit is another one: {}", place(*at))),
    }
}

/// The raw part of a refused unit is cut to the room of its reply, so it may differ.
fn is_same(one: &Given, other: &Given) -> bool {
    match (&one.unit.outcome, &other.unit.outcome) {
        (UnitOutcome::Refused(one, _), UnitOutcome::Refused(other, _)) => one == other,
        (outcome, other) => outcome == other,
    }
}
