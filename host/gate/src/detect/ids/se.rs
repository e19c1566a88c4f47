//! Sweden: personal and coordination numbers.

use super::checksum::{digit, luhn, number};
use super::dates::is_day;
use super::facts::Needs;
use super::{Detector, Strength};

pub(super) static ROWS: &[Detector] = &[Detector {
    name: "se-personnummer",
    what: "Swedish personal number (personnummer, samordningsnummer)",
    strength: Strength::Checksum,
    source: "Skatteverket, SKV 704: date, serial, Luhn over the last ten digits; day plus 60 for coordination numbers",
    needs: Needs::NOTHING.digits(10),
    pattern: r"\b(?:19|20)?\d{6}[-+ ]?\d{4}\b",
    validate: Some(is_personal_number),
    examples: &["811218-9876", "19640823-3234", "701063-2391", "6408233234", "811218+9876"],
    harmless: &["811318-9876", "811299-9876"],
}];

fn is_personal_number(text: &[u8]) -> bool {
    let all: Vec<u32> = text.iter().filter_map(|&byte| digit(byte)).collect();
    let Some(short) = all.len().checked_sub(10).and_then(|century| all.get(century..)) else { return false };
    let [_, _, c, d, e, f, ..] = short else { return false };
    luhn(short) && is_day(None, number(&[*c, *d]), number(&[*e, *f]) % 60)
}
