//! China: resident identity number.

use super::checksum::{capitals, digit, number};
use super::dates::is_day;
use super::facts::Needs;
use super::{Detector, Strength};

pub(super) static ROWS: &[Detector] = &[Detector {
    name: "cn-resident",
    what: "Chinese resident identity number",
    strength: Strength::Checksum,
    source: "GB 11643-1999: region, date of birth, serial, check character by ISO/IEC 7064 MOD 11-2",
    needs: Needs::NOTHING.digits(17),
    pattern: r"\b[1-9]\d{5}[- ]?\d{8}[- ]?\d{3}[\dX]\b",
    validate: Some(is_resident_number),
    examples: &["11010519491231002X", "440106 19820703 151X", "310115-19750228-0060", "11010519491231002x"],
    harmless: &["11010519491331002X", "310115 19750230 0060"],
}];

fn is_resident_number(text: &[u8]) -> bool {
    let Some(all) = capitals::<18>(text) else { return false };
    let values = all.map(|byte| digit(byte).unwrap_or(10));
    let [_, _, _, _, _, _, a, b, c, d, e, f, g, h, ..] = values;
    // MOD 11-2: each place weighs twice the one to its right.
    let sum = values.iter().fold(0, |sum, value| (sum * 2 + value) % 11);
    sum == 1 && is_day(Some(number(&[a, b, c, d])), number(&[e, f]), number(&[g, h]))
}
