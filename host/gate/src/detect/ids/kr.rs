//! South Korea: resident registration number.

use super::checksum::{digits, number, weighted};
use super::dates::is_day;
use super::facts::Needs;
use super::{Detector, Strength};

pub(super) static ROWS: &[Detector] = &[
    Detector {
        name: "kr-rrn",
        what: "Korean resident registration number (until 2020)",
        strength: Strength::Checksum,
        source: "Resident Registration Act, Enforcement Rule art. 2: weights 2 to 9 and 2 to 5, modulo 11",
        needs: Needs::NOTHING.digits(13),
        pattern: r"\b\d{6}[- ]?[0-9]\d{6}\b",
        validate: Some(|text| is_dated(text) && has_check_digit(text)),
        examples: &["850101-1234566", "9303152987659"],
        harmless: &["851301-1234566", "850101-123456"],
    },
    Detector {
        name: "kr-rrn-2020",
        what: "Korean resident registration number (since October 2020, no check digit)",
        strength: Strength::Shape,
        source: "Resident Registration Act, Enforcement Rule as of October 2020: date, sex and century, six random digits",
        needs: Needs::NOTHING.digits(13),
        pattern: r"\b\d{6}-[1-8]\d{6}\b",
        validate: Some(is_dated),
        examples: &["201015-3123457", "930229-5000000"],
        harmless: &["201315-3123457", "201015-9123457"],
    },
];

fn is_dated(text: &[u8]) -> bool {
    let Some([_, _, c, d, e, f, ..]) = digits::<13>(text) else { return false };
    is_day(None, number(&[c, d]), number(&[e, f]))
}

fn has_check_digit(text: &[u8]) -> bool {
    let Some([head @ .., check]) = digits::<13>(text) else { return false };
    (11 - weighted(&head, &[2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11) % 10 == check
}
