//! India: Aadhaar.

use super::checksum::{digits, verhoeff};
use super::facts::Needs;
use super::{Detector, Strength};

pub(super) static ROWS: &[Detector] = &[Detector {
    name: "in-aadhaar",
    what: "Indian Aadhaar number",
    strength: Strength::Checksum,
    source: "UIDAI, A UID Numbering Scheme (2010): 12 digits, none begins with 0 or 1, Verhoeff check digit",
    needs: Needs::NOTHING.digits(12),
    pattern: r"\b[2-9]\d{3}[- ]?\d{4}[- ]?\d{4}\b",
    validate: Some(|text| digits::<12>(text).is_some_and(|all| verhoeff(&all))),
    examples: &["2341 2341 2346", "4991-5678-2103", "234123412346"],
    harmless: &["1341 2341 2346", "2341 2341 234"],
}];
