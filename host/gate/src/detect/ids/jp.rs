//! Japan: individual number (My Number).

use super::checksum::digits;
use super::facts::Needs;
use super::{Detector, Strength};

pub(super) static ROWS: &[Detector] = &[Detector {
    name: "jp-my-number",
    what: "Japanese individual number (My Number)",
    strength: Strength::Checksum,
    source: "Ministry of Internal Affairs and Communications, Ordinance 85 of 2014, art. 5: modulus 11",
    needs: Needs::NOTHING.digits(12),
    pattern: r"\b\d{4}[- ]?\d{4}[- ]?\d{4}\b",
    validate: Some(is_my_number),
    examples: &["4071 8263 9519", "603928175045", "6039-2817-5045"],
    harmless: &["4071 8263 951"],
}];

fn is_my_number(text: &[u8]) -> bool {
    let Some([head @ .., check]) = digits::<12>(text) else { return false };
    let weights = [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2];
    let rest = head.iter().zip(weights).map(|(digit, weight)| digit * weight).sum::<u32>() % 11;
    let expected = if rest <= 1 { 0 } else { 11 - rest };
    check == expected
}
