//! Italy: codice fiscale.

use super::checksum::{capitals, digit};
use super::facts::Needs;
use super::{Detector, Strength};

pub(super) static ROWS: &[Detector] = &[Detector {
    name: "it-codice-fiscale",
    what: "Italian tax code (codice fiscale)",
    strength: Strength::Checksum,
    source: "Decreto ministeriale 12 March 1974 and 23 December 1976: check letter modulo 26, letters for digits in homonyms",
    needs: Needs::NOTHING.letters(9).length(16),
    pattern: r"\b[A-Z]{3}[ -]?[A-Z]{3}[ -]?[\dLMNP-V]{2}[ -]?[A-EHLMPRST][ -]?[\dLMNP-V]{2}[ -]?[A-Z][\dLMNP-V]{3}[ -]?[A-Z]\b",
    validate: Some(is_codice_fiscale),
    examples: &["RSSMRA85T10A562S", "VRD LGU 72C55 F205P", "RSSMRA85T10A56NH", "vrdlgu72c55f205p"],
    harmless: &["RSSMRA85T10A562", "RSSMRA85F10A562S"],
}];

fn is_codice_fiscale(text: &[u8]) -> bool {
    let Some([head @ .., check]) = capitals::<16>(text) else { return false };
    let places = head.iter().zip([true, false].iter().cycle());
    let sum: u32 = places.map(|(&byte, &odd)| if odd { odd_value(byte) } else { ordinal(byte) }).sum();
    ordinal(check) == sum % 26
}

/// Digits and letters both count from 0.
fn ordinal(capital: u8) -> u32 {
    digit(capital).unwrap_or_else(|| u32::from(capital.saturating_sub(b'A')))
}

/// What a character counts on the first, third, … place.
fn odd_value(capital: u8) -> u32 {
    const VALUES: [u32; 26] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    usize::try_from(ordinal(capital)).ok().and_then(|place| VALUES.get(place)).copied().unwrap_or(0)
}
