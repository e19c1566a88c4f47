//! What a line of the soak's files says: a function of its id, so that every row can be judged by itself.
//!
//! The format is that of `tests/bench/lines`. Some lines are of the kind that must stay at the site.

use std::fmt::Write as _;

use labrelay_model::Timestamp;
use labrelay_tests::site::SERIAL;
use serde_json::{Map, Value, json};

use super::random::scattered;

/// Stands in lines that must not leave, and nowhere else.
pub(super) const PERSON: &str = "Quenneville";
/// 2024-01-01, in microseconds: ids are seconds after it, and their largest, 9,000,000, is in the past.
const FIRST_US: i64 = 1_704_067_200_000_000;

/// A line of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// Has to be in the lake.
    Good(u64),
    /// Has to be in quarantine.
    Bad(Bad),
}

/// Why a line has to stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bad {
    /// A remark about a person instead of a line.
    Remark,
    /// A person's name where a state should be.
    NameAsState,
    /// A person's name where a lot should be.
    NameAsLot,
    /// A power that no laser has.
    Power,
    /// An instrument of another site.
    Stranger,
}

impl Bad {
    /// All of them.
    pub(super) const ALL: [Self; 5] =
        [Self::Remark, Self::NameAsState, Self::NameAsLot, Self::Power, Self::Stranger];

    /// The ledger's word for it.
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::Remark => "unparsable",
            Self::NameAsState => "not_in_values",
            Self::NameAsLot => "too_long",
            Self::Power => "out_of_range",
            Self::Stranger => "not_in_inventory",
        }
    }
}

/// The bytes of a file of these lines.
pub(super) fn text(lines: &[Line]) -> String {
    lines.iter().fold(String::new(), |mut text, line| {
        let _ = match line {
            Line::Good(id) => writeln!(text, "{}", Sample::of(*id)),
            Line::Bad(Bad::Remark) => writeln!(text, "patient Rosalind {PERSON}, born 1950-02-03"),
            Line::Bad(Bad::NameAsState) => writeln!(text, "{}", Sample { state: PERSON, ..Sample::of(1) }),
            Line::Bad(Bad::NameAsLot) => writeln!(text, "{}", Sample { lot: PERSON.into(), ..Sample::of(2) }),
            Line::Bad(Bad::Power) => writeln!(text, "{}", Sample { red: 99_900, ..Sample::of(3) }),
            Line::Bad(Bad::Stranger) => writeln!(text, "{}", Sample { serial: "AB12345", ..Sample::of(4) }),
        };
        text
    })
}

/// What the lake has to hold of this id.
pub(super) fn fields(id: u64) -> Map<String, Value> {
    let Sample { serial, at_us, events, lost, red, blue, voltage, aborted, state, stop, lot, build } =
        Sample::of(id);
    let at = Timestamp::from_micros(at_us).map(|at| at.to_string());
    let fields = json!({
        "instrument": serial, "at": at, "events": events, "lost": lost, "red": decimal(red, 100),
        "blue": decimal(blue, 100), "voltage": decimal(voltage, 10), "aborted": aborted, "state": state,
        "stop": stop, "lot": lot, "build": build.to_string(),
    });
    fields.as_object().cloned().unwrap_or_default()
}

/// The id that a row claims to have.
pub(super) fn id_of(fields: &Map<String, Value>) -> Option<u64> {
    fields.get("events")?.as_u64()
}

/// As rows write it: 25 and not 25.0.
fn decimal(parts: u64, of: u64) -> Value {
    if parts.is_multiple_of(of) { json!(parts / of) } else { json!(parts as f64 / of as f64) }
}

struct Sample {
    serial: &'static str,
    at_us: i64,
    events: u64,
    lost: u64,
    /// Hundredths.
    red: u64,
    /// Hundredths.
    blue: u64,
    /// Tenths.
    voltage: u64,
    aborted: bool,
    state: &'static str,
    stop: &'static str,
    lot: String,
    build: u64,
}

impl Sample {
    fn of(id: u64) -> Self {
        let mixed = scattered(id);
        let part = |from: u32, below: u64| (mixed >> from) % below;
        // Few lots and builds, as in a laboratory: a field whose values are nearly all new is frozen by the gate.
        let letter = if part(40, 2) == 0 { 'A' } else { 'B' };
        Self {
            serial: SERIAL,
            at_us: FIRST_US.saturating_add_unsigned(id.saturating_mul(1_000_000)),
            events: id,
            lost: part(5, 1000),
            red: 2400 + part(10, 200),
            blue: 2100 + part(15, 200),
            voltage: 2000 + part(20, 6000),
            aborted: part(50, 10) == 0,
            state: one_of(["idle", "running", "cleaning", "error"], part(25, 4)),
            stop: one_of(["time", "events", "user", "other"], part(30, 4)),
            lot: format!("LOT-{:04}{letter}", part(35, 10)),
            build: 1000 + part(45, 10),
        }
    }
}

impl std::fmt::Display for Sample {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { serial, at_us, events, lost, red, blue, voltage, aborted, state, stop, lot, build } = self;
        let (red, blue, voltage) = (*red as f64 / 100.0, *blue as f64 / 100.0, *voltage as f64 / 10.0);
        write!(
            f,
            "{serial},{at_us},{events},{lost},{red},{blue},{voltage},{aborted},{state},{stop},{lot},{build}"
        )
    }
}

fn one_of(words: [&'static str; 4], index: u64) -> &'static str {
    words.into_iter().cycle().nth(index as usize).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_must_stay_is_one_line_each_and_what_may_leave_names_nobody() {
        let bad: Vec<Line> = Bad::ALL.into_iter().map(Line::Bad).collect();
        assert_eq!(text(&bad).lines().count(), Bad::ALL.len());
        let good: Vec<Line> = (0..1000).map(Line::Good).collect();
        assert!(!text(&good).contains(PERSON));
    }

    #[test]
    fn a_row_gives_its_id_back() {
        assert_eq!(id_of(&fields(8_999_999)), Some(8_999_999));
        assert_ne!(fields(1), fields(2));
    }
}
