//! Vehicles.

use super::checksum::{capitals, digit};
use super::facts::Needs;
use super::{Detector, Strength};

pub(super) static ROWS: &[Detector] = &[Detector {
    name: "vin",
    what: "Vehicle identification number",
    strength: Strength::Checksum,
    source: "ISO 3779 with the check digit of 49 CFR 565.15: modulus 11 on the ninth place",
    needs: Needs::NOTHING.digits(3).length(17),
    pattern: r"\b[A-HJ-NPR-Z0-9]{13}[0-9]{4}\b",
    validate: Some(is_vin),
    examples: &["1M8GDM9AXKP042788", "WVWZZZ1J40W386752", "1m8gdm9axkp042788"],
    harmless: &["1M8GDM9AXKP04278", "1O8GDM9AXKP042788"],
}];

fn is_vin(text: &[u8]) -> bool {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let Some(all) = capitals::<17>(text) else { return false };
    let [_, _, _, _, _, _, _, _, check, ..] = all;
    let rest = all.iter().zip(WEIGHTS).map(|(&byte, weight)| value(byte) * weight).sum::<u32>() % 11;
    if rest == 10 { check == b'X' } else { digit(check) == Some(rest) }
}

/// Letters count as in EBCDIC: A to I 1 to 9, J to R 1 to 9, S to Z 2 to 9.
fn value(capital: u8) -> u32 {
    match capital {
        b'A'..=b'I' => u32::from(capital - b'A') + 1,
        b'J'..=b'R' => u32::from(capital - b'J') + 1,
        b'S'..=b'Z' => u32::from(capital - b'S') + 2,
        _ => digit(capital).unwrap_or(0),
    }
}
