//! Poland: PESEL.

use super::checksum::{digits, number, weighted};
use super::dates::is_day;
use super::facts::Needs;
use super::{Detector, Strength};

pub(super) static ROWS: &[Detector] = &[Detector {
    name: "pl-pesel",
    what: "Polish PESEL number",
    strength: Strength::Checksum,
    source: "Ustawa o ewidencji ludności (2010), art. 15: date with the century in the month, weights 1 3 7 9",
    needs: Needs::NOTHING.digits(11),
    pattern: r"\b\d{6}[- ]?\d{5}\b",
    validate: Some(is_pesel),
    examples: &["44051401359", "022703 09403", "440514-01359"],
    harmless: &["44053201359", "4405140135"],
}];

fn is_pesel(text: &[u8]) -> bool {
    let Some(all) = digits::<11>(text) else { return false };
    let [_, _, c, d, e, f, ..] = all;
    let sum = weighted(&all, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]);
    sum.is_multiple_of(10) && is_day(None, number(&[c, d]) % 20, number(&[e, f]))
}
