//! Germany: tax identification number, health insurance number, pension insurance number.

use super::checksum::{capitals, digit, digits, mod_11_10, number};
use super::dates::is_day;
use super::facts::Needs;
use super::{Detector, Strength};

pub(super) static ROWS: &[Detector] = &[
    Detector {
        name: "de-tax-id",
        what: "German tax identification number",
        strength: Strength::Checksum,
        source: "Abgabenordnung 139b and BZSt: 11 digits, ISO/IEC 7064 MOD 11,10, one of the first ten stands two or three times",
        needs: Needs::NOTHING.digits(11),
        pattern: r"\b[1-9]\d[ /]?\d{3}[ /]?\d{3}[ /]?\d{3}\b",
        validate: Some(is_tax_id),
        examples: &["86 095 742 719", "65929970489", "47/032/895/218"],
        harmless: &["06 095 742 719", "12 345 678 903"],
    },
    Detector {
        name: "de-kvnr",
        what: "German health insurance number (KVNR)",
        strength: Strength::Checksum,
        source: "SGB V 290 and GKV-Spitzenverband: letter and nine digits, modulus 10 with weights 1 and 2",
        needs: Needs::NOTHING.digits(9).letters(1),
        pattern: r"\b[A-Z][ -]?\d{3}[ -]?\d{3}[ -]?\d{3}\b",
        validate: Some(is_kvnr),
        examples: &["A123456780", "T028 374 652", "a 123 456 780"],
        harmless: &["A12345678", "AB123456780"],
    },
    Detector {
        name: "de-pension",
        what: "German pension insurance number",
        strength: Strength::Checksum,
        source: "VKVV 2: area, date of birth, initial, serial, check digit by weights 2 1 2 5 7 1 2 1 2 1 2 1",
        needs: Needs::NOTHING.digits(11).letters(1),
        pattern: r"\b\d{2}[ -]?\d{6}[ -]?[A-Z][ -]?\d{3}\b",
        validate: Some(is_pension_number),
        examples: &["15 070649 C 103", "65170839J003"],
        harmless: &["15 071349 C 103", "15 320649 C 103"],
    },
];

fn is_tax_id(text: &[u8]) -> bool {
    let Some(all) = digits::<11>(text) else { return false };
    let times = |wanted| all.iter().take(10).filter(|&&digit| digit == wanted).count();
    let counts: [usize; 10] = std::array::from_fn(|digit| u32::try_from(digit).map_or(0, times));
    let repeated = counts.iter().filter(|&&count| count > 1).count();
    repeated == 1 && counts.iter().all(|&count| count < 4) && mod_11_10(&all)
}

fn is_kvnr(text: &[u8]) -> bool {
    let Some([letter, rest @ ..]) = capitals::<10>(text) else { return false };
    let Some([head @ .., check]) = digits::<9>(&rest) else { return false };
    let sum = letter_digits(letter).into_iter().chain(head).zip([1, 2].into_iter().cycle());
    sum.map(|(digit, weight)| cross_sum(digit * weight)).sum::<u32>() % 10 == check
}

fn is_pension_number(text: &[u8]) -> bool {
    let Some(all) = capitals::<12>(text) else { return false };
    let places = all.iter().flat_map(|&byte| match digit(byte) {
        Some(digit) => [None, Some(digit)],
        None => letter_digits(byte).map(Some),
    });
    let values: Vec<u32> = places.flatten().collect();
    let [_, _, a, b, c, d, _, _, _, _, _, _, check] = values.as_slice() else { return false };
    let weights = [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1];
    let sum: u32 = values.iter().zip(weights).map(|(digit, weight)| cross_sum(digit * weight)).sum();
    // Where a number would stand twice, 50 is added to the day.
    is_day(None, number(&[*c, *d]), number(&[*a, *b]) % 50) && sum % 10 == *check
}

/// A letter's place in the alphabet, as two digits.
fn letter_digits(capital: u8) -> [u32; 2] {
    let place = u32::from(capital.saturating_sub(b'A')) + 1;
    [place / 10, place % 10]
}

fn cross_sum(number: u32) -> u32 {
    number / 10 + number % 10
}
