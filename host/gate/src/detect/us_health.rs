//! United States health care: Medicare beneficiaries and providers.

use super::checksum::{digits, luhn_sum};
use super::facts::Needs;
use super::{Detector, Strength};

/// What the prefix 80840 (health care, United States) adds to the Luhn sum.
const PREFIX_SUM: u32 = 24;

pub(super) static ROWS: &[Detector] = &[
    Detector {
        name: "us-medicare",
        what: "Medicare beneficiary identifier (MBI)",
        strength: Strength::Shape,
        source: "CMS, Understanding the MBI: 11 places of fixed kind, letters without S L O I B Z",
        needs: Needs::NOTHING.digits(5).letters(4).length(11),
        pattern: r"\b[1-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y][0-9][- ]?[AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y][0-9][- ]?[AC-HJKMNP-RT-Y]{2}[0-9]{2}\b",
        validate: None,
        examples: &["1EG4-TE5-MK73", "1EG4TE5MK73", "1eg4 te5 mk72"],
        harmless: &["1SG4-TE5-MK73", "0EG4-TE5-MK73", "1EG4-TE5-MK7"],
    },
    Detector {
        name: "us-npi",
        what: "US national provider identifier (NPI)",
        strength: Strength::Checksum,
        source: "CMS, NPI check digit: Luhn over 80840 and the ten digits",
        needs: Needs::NOTHING.digits(10),
        pattern: r"\b[12]\d{3}[- ]?\d{3}[- ]?\d{3}\b",
        validate: Some(is_npi),
        examples: &["1234567893", "2008156400", "1234-567-893"],
        harmless: &["3234567893", "123456789"],
    },
];

fn is_npi(text: &[u8]) -> bool {
    digits::<10>(text).is_some_and(|all| (luhn_sum(&all) + PREFIX_SUM).is_multiple_of(10))
}
