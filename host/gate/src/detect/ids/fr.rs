//! France: NIR, the number on the Carte Vitale.

use super::checksum::{capitals, digit};
use super::facts::Needs;
use super::{Detector, Strength};

pub(super) static ROWS: &[Detector] = &[Detector {
    name: "fr-nir",
    what: "French social security number (NIR)",
    strength: Strength::Checksum,
    source: "INSEE, numéro d'inscription au répertoire: 13 places and a key of 97 minus the rest modulo 97; Corsica 2A, 2B",
    needs: Needs::NOTHING.digits(14),
    pattern: r"\b[1-478][ .-]?\d{2}[ .-]?\d{2}[ .-]?(?:\d{2}|2[AB])[ .-]?\d{3}[ .-]?\d{3}[ .-]?\d{2}\b",
    validate: Some(is_nir),
    examples: &["2 55 08 13 123 456 14", "185057800608491", "1.85.05.2A.006.084.35"],
    harmless: &["5 55 08 13 123 456 14", "2 55 08 13 123 456"],
}];

fn is_nir(text: &[u8]) -> bool {
    let Some(all) = capitals::<15>(text) else { return false };
    let read = all.iter().fold(0, |number, &byte| number * 10 + u64::from(digit(byte).unwrap_or(0)));
    // 2A counts as 19 and 2B as 18; both were read as 20, with six more places to the right of them.
    let less = if all.contains(&b'A') {
        1_000_000
    } else if all.contains(&b'B') {
        2_000_000
    } else {
        0
    };
    let (body, key) = (read / 100 - less, read % 100);
    key == 97 - body % 97
}
