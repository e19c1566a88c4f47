//! United States: social security number and taxpayer number. (Medicare and NPI are in `us_health`.)

use super::checksum::{digits, number};
use super::facts::Needs;
use super::{Detector, Strength};

pub(super) static ROWS: &[Detector] = &[
    Detector {
        name: "us-ssn",
        what: "US social security number",
        strength: Strength::Shape,
        source: "Social Security Administration, SSN randomization (2011): no area 000, 666 or 9xx, no zero group or serial",
        needs: Needs::NOTHING.digits(9),
        pattern: r"\b\d{3}[- .]\d{2}[- .]\d{4}\b|^\d{9}$",
        validate: Some(is_ssn),
        examples: &["078-05-1120", "219 09 9999", "457.55.5462", "078051120", "SSN_078-05-1120"],
        harmless: &["000-12-3456", "666-12-3456", "900-12-3456", "123-00-4567", "123-45-0000", "123-456-789"],
    },
    Detector {
        name: "us-itin",
        what: "US individual taxpayer number",
        strength: Strength::Shape,
        source: "Internal Revenue Service, Publication 1915: 9xx, group 50-65, 70-88, 90-92 or 94-99",
        needs: Needs::NOTHING.digits(9),
        pattern: r"\b9\d{2}[- .]\d{2}[- .]\d{4}\b|^9\d{8}$",
        validate: Some(is_itin),
        examples: &["912-70-1234", "900 94 0001", "912701234"],
        harmless: &["912-69-1234", "912-93-1234", "812-70-1234"],
    },
];

fn is_ssn(text: &[u8]) -> bool {
    let Some([a, b, c, d, e, f @ ..]) = digits::<9>(text) else { return false };
    let area = number(&[a, b, c]);
    !matches!(area, 0 | 666 | 900..) && number(&[d, e]) != 0 && number(&f) != 0
}

fn is_itin(text: &[u8]) -> bool {
    let Some([_, _, _, d, e, ..]) = digits::<9>(text) else { return false };
    matches!(number(&[d, e]), 50..=65 | 70..=88 | 90..=92 | 94..=99)
}
