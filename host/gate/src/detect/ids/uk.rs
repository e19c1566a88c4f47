//! United Kingdom: NHS number and national insurance number.

use super::checksum::{digits, weighted};
use super::facts::Needs;
use super::{Detector, Strength};

pub(super) static ROWS: &[Detector] = &[
    Detector {
        name: "uk-nhs",
        what: "NHS number (England, Wales, Isle of Man)",
        strength: Strength::Checksum,
        source: "NHS Data Dictionary, NHS NUMBER: modulus 11 over nine digits",
        needs: Needs::NOTHING.digits(10),
        pattern: r"\b\d{3}[- .]?\d{3}[- .]?\d{4}\b",
        validate: Some(is_nhs_number),
        examples: &["943 476 5919", "401-023-2137", "4857773457"],
        harmless: &["943 476 591", "94 3476 59190"],
    },
    Detector {
        name: "uk-nino",
        what: "UK national insurance number",
        strength: Strength::Shape,
        source: "HM Revenue & Customs, National Insurance Manual NIM39110: prefixes and suffix A to D",
        needs: Needs::NOTHING.digits(6).letters(3),
        pattern: r"\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][ -]?\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[A-D]\b",
        validate: Some(has_valid_prefix),
        examples: &["AB 12 34 56 C", "JG103759A", "ab-12-34-56-d"],
        harmless: &["GB123456A", "DA123456A", "AO123456A", "AB123456E", "AB12345C"],
    },
];

fn is_nhs_number(text: &[u8]) -> bool {
    let Some(all) = digits::<10>(text) else { return false };
    weighted(&all, &[10, 9, 8, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
}

/// Prefixes that are never given out.
fn has_valid_prefix(text: &[u8]) -> bool {
    let prefix = text.get(..2).map(<[u8]>::to_ascii_uppercase);
    !matches!(prefix.as_deref(), Some(b"BG" | b"GB" | b"NK" | b"KN" | b"TN" | b"NT" | b"ZZ"))
}
