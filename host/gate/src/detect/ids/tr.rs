//! Turkey: T.C. Kimlik No.

use super::checksum::digits;
use super::facts::Needs;
use super::{Detector, Strength};

pub(super) static ROWS: &[Detector] = &[Detector {
    name: "tr-tckn",
    what: "Turkish identity number (TCKN)",
    strength: Strength::Checksum,
    source: "Nüfus ve Vatandaşlık İşleri, T.C. Kimlik Numarası: tenth digit of odd and even places, eleventh of the sum",
    needs: Needs::NOTHING.digits(11),
    pattern: r"\b[1-9]\d{2}[- ]?\d{3}[- ]?\d{3}[- ]?\d{2}\b",
    validate: Some(is_tckn),
    examples: &["10000000146", "345 678 912 38"],
    harmless: &["00000000146", "1000000014"],
}];

fn is_tckn(text: &[u8]) -> bool {
    let Some([a, b, c, d, e, f, g, h, i, tenth, last]) = digits::<11>(text) else { return false };
    let (odd, even) = (a + c + e + g + i, b + d + f + h);
    (odd * 7 + 10 * 8 - even) % 10 == tenth && (odd + even + tenth) % 10 == last
}
