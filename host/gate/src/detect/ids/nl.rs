//! Netherlands: BSN.

use super::checksum::digits;
use super::facts::Needs;
use super::{Detector, Strength};

pub(super) static ROWS: &[Detector] = &[Detector {
    name: "nl-bsn",
    what: "Dutch citizen service number (BSN)",
    strength: Strength::Checksum,
    source: "Rijksdienst voor Identiteitsgegevens, elfproef: weights 9 to 2 and -1, modulo 11",
    needs: Needs::NOTHING.digits(9),
    pattern: r"\b\d{3}[- .]?\d{3}[- .]?\d{3}\b|\b\d{4}[- .]\d{2}[- .]\d{3}\b",
    validate: Some(passes_elfproef),
    examples: &["111222333", "1234.56.782", "628-391-754", "628 391 754"],
    harmless: &["000000000", "12345678"],
}];

fn passes_elfproef(text: &[u8]) -> bool {
    let Some([head @ .., check]) = digits::<9>(text) else { return false };
    let sum: u32 = head.iter().zip((2..=9).rev()).map(|(digit, weight)| digit * weight).sum();
    sum > 0 && sum % 11 == check
}
