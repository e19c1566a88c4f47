//! Spain: DNI and NIE.

use super::checksum::{capitals, digit};
use super::facts::Needs;
use super::{Detector, Strength};

pub(super) static ROWS: &[Detector] = &[
    Detector {
        name: "es-dni",
        what: "Spanish identity number (DNI)",
        strength: Strength::Checksum,
        source: "Real Decreto 1553/2005 and Ministerio del Interior: letter by the number modulo 23",
        needs: Needs::NOTHING.digits(8).letters(1),
        pattern: r"\b\d{2}\.?\d{3}\.?\d{3}[- .]?[A-HJ-NP-TV-Z]\b",
        validate: Some(has_right_letter),
        examples: &["12345678Z", "54.362.315-K", "12345678 z"],
        harmless: &["1234567Z", "12345678I"],
    },
    Detector {
        name: "es-nie",
        what: "Spanish foreigner's number (NIE)",
        strength: Strength::Checksum,
        source: "Orden INT/2058/2008 and Ministerio del Interior: X, Y, Z count as 0, 1, 2; letter as for the DNI",
        needs: Needs::NOTHING.digits(7).letters(2),
        pattern: r"\b[XYZ][- .]?\d{7}[- .]?[A-HJ-NP-TV-Z]\b",
        validate: Some(has_right_letter),
        examples: &["X1234567L", "Y-7654321-G", "z0357912z"],
        harmless: &["W1234567L", "X123456L"],
    },
];

fn has_right_letter(text: &[u8]) -> bool {
    const LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    let Some(all) = capitals::<9>(text) else { return false };
    let [head @ .., letter] = all;
    let places = head.iter().map(|&byte| digit(byte).unwrap_or_else(|| u32::from(byte.saturating_sub(b'X'))));
    let number = places.fold(0, |number, digit| number * 10 + digit);
    usize::try_from(number % 23).ok().and_then(|place| LETTERS.get(place)) == Some(&letter)
}
