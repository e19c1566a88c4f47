//! Full calendar dates in the usual orders: a date of birth or of a visit. A date that is declared as a timestamp
//! is no text and does not come here.

use super::checksum::{digit, number};
use super::facts::{Marks, Needs};
use super::{Detector, Strength};

/// Month names with their usual short forms: English, German, French, Spanish, Italian, Portuguese, Dutch. An accented
/// letter is the two bytes that are not ASCII.
macro_rules! months {
    () => {
        concat!(
            "(?:jan(?:uary|uar|vier|v|uari|eiro)?|j[^ -~]{2}n(?:ner)?|enero?|gen(?:naio)?",
            "|feb(?:ruary|ruar|rero|braio|ruari)?|f(?:e|[^ -~]{2})v(?:r(?:ier)?|ereiro)?",
            "|mar(?:ch|s|zo|t|[^ -~]{2}o)?|m(?:a|[^ -~]{2})rz|m(?:aa)?rt|apr(?:il|ile)?|avr(?:il)?|abr(?:il)?",
            "|may(?:o)?|mai(?:o)?|mei|mag(?:gio)?|june?|juni?|juin|junio|junho|giu(?:gno)?",
            "|july?|juli|juil(?:let)?|julio|julho|lug(?:lio)?",
            "|aug(?:ust|ustus)?|ao(?:u|[^ -~]{2})t|ago(?:sto)?|sept?(?:ember|embre|iembre)?|set(?:tembre|embro)?",
            "|oct(?:ober|obre|ubre)?|okt(?:ober)?|ott(?:obre)?|out(?:ubro)?|nov(?:ember|embre|iembre|embro)?",
            "|de[cz](?:ember|embro)?|d(?:e|[^ -~]{2})c(?:embre)?|dic(?:iembre|embre)?)"
        )
    };
}

const SEPARATED: Marks = Marks::DOT.or(Marks::DASH).or(Marks::SLASH).or(Marks::SPACE);

pub(super) static ROWS: &[Detector] = &[
    Detector {
        name: "date",
        what: "Full calendar date in digits",
        strength: Strength::Shape,
        source: "ISO 8601-1 and Unicode CLDR short dates: day, month and year in the three usual orders",
        needs: Needs::NOTHING.digits(4).others(2).length(6).one_of(SEPARATED),
        pattern: r"\b\d{1,4}(?:[./-]\d{1,4}){2,}(?:\b|T)|\b\d{1,4} \d{1,2} \d{1,4}\b",
        validate: Some(is_date),
        examples: &[
            "1980-03-12",
            "12.03.1980",
            "3/12/1980",
            "12/3/80",
            "01.02.80",
            "80-12-31",
            "12 03 1980",
            "1980/3/12",
            "1980-03-12T08:15",
            "14.11.83",
        ],
        harmless: &[
            "2.3.1",
            "1980-13-12",
            "12-03",
            "1.2.3.4",
            "10.11.12",
            "1-2-80",
            "3.0.80",
            "12.45.1980",
            "2023.104.2",
            "30 02 2001",
        ],
    },
    Detector {
        name: "date-compact",
        what: "Date in eight digits, with or without a time",
        strength: Strength::Shape,
        source: "ISO 8601-1 basic format; HL7 DTM",
        needs: Needs::NOTHING.digits(8),
        pattern: r"\b(?:19|20)\d{6}(?:T?\d{4}(?:\d{2})?)?\b",
        validate: Some(is_compact_date),
        examples: &["19800312", "198003120815", "19800312T081500"],
        harmless: &["19801312", "21000101", "1980031"],
    },
    Detector {
        name: "date-month-name",
        what: "Full calendar date with a month's name",
        strength: Strength::Shape,
        source: "Unicode CLDR, month names: English, German, French, Spanish, Italian, Portuguese, Dutch",
        needs: Needs::NOTHING.digits(5).letters(2).length(8),
        pattern: concat!(
            r"\b\d{1,2}(?:st|nd|rd|th|er|\.)?[ ./-]?(?:(?:of|de) )?",
            months!(),
            r"[ .,/-]{0,2}(?:de )?(?:19|20)\d{2}\b|\b",
            months!(),
            r"[ ./-]{1,2}\d{1,2}(?:st|nd|rd|th)?,?[ ./-](?:19|20)\d{2}\b|\b(?:19|20)\d{2}[ ./-]?",
            months!(),
            r"[ ./-]?\d{1,2}\b"
        ),
        validate: None,
        examples: &[
            "12-MAR-1980",
            "12 mars 1980",
            "March 12th, 1980",
            "1980-Mar-12",
            "12MAR1980",
            "1er août 1975",
            "12 de marzo de 1980",
            "4. März 1966",
        ],
        harmless: &["12 marker 1980", "LOT12MAR", "MAR 1980", "12MAR24", "DEC-2"],
    },
    Detector {
        name: "date-month-name-short",
        what: "Calendar date with a month's name and two digits for the year",
        strength: Strength::Shape,
        source: "Unicode CLDR, month names: English, German, French, Spanish, Italian, Portuguese, Dutch",
        needs: Needs::NOTHING.digits(3).letters(2).others(2).length(8),
        pattern: concat!(r"\b\d{1,2}\.?[ ./-]", months!(), r"[ ./-]'?\d{2}\b"),
        validate: None,
        examples: &["3-Dez-80", "12 mar '80", "12.MAR.80"],
        harmless: &["12MAR24", "3-DEZ", "12-MAX-80"],
    },
    Detector {
        name: "date-cjk",
        what: "Full calendar date with the characters for year, month and day",
        strength: Strength::Shape,
        source: "Unicode CLDR, zh, ja and ko long dates",
        needs: Needs::NOTHING.digits(3).one_of(Marks::ODD),
        pattern: r"\d{1,4} ?(?-i:年|년) ?\d{1,2} ?(?-i:月|월) ?\d{1,2} ?(?-i:日|일)",
        validate: None,
        examples: &["1980年3月12日", "1980년 3월 12일", "昭和55年3月12日"],
        harmless: &["1980年3月", "3月12日"],
    },
];

/// Whether there is such a day; without a year, whether there is one in a leap year.
pub(super) fn is_day(year: Option<u32>, month: u32, day: u32) -> bool {
    let leap = year
        .is_none_or(|year| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)));
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// One of three numbers of a date.
#[derive(Clone, Copy)]
struct Part {
    value: u32,
    places: usize,
    padded: bool,
}

impl Part {
    fn read(text: &[u8]) -> Self {
        let digits: Vec<u32> = text.iter().filter_map(|&byte| digit(byte)).collect();
        Self { value: number(&digits), places: digits.len(), padded: text.first() == Some(&b'0') }
    }

    fn is_year(self) -> bool {
        self.places == 4 && (1880..2100).contains(&self.value)
    }
}

fn is_date(text: &[u8]) -> bool {
    let text = text.strip_suffix(b"T").or_else(|| text.strip_suffix(b"t")).unwrap_or(text);
    let Some(&separator) = text.iter().find(|byte| !byte.is_ascii_digit()) else { return false };
    if text.iter().any(|&byte| byte != separator && !byte.is_ascii_digit()) {
        return false;
    }
    let mut parts = text.split(|&byte| byte == separator).map(Part::read);
    let (Some(a), Some(b), Some(c), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    with_full_year(a, b, c) || with_short_year(separator, [a, b, c])
}

fn with_full_year(a: Part, b: Part, c: Part) -> bool {
    let day_first = is_day(Some(c.value), b.value, a.value) || is_day(Some(c.value), a.value, b.value);
    a.is_year() && is_day(Some(a.value), b.value, c.value) || c.is_year() && day_first
}

/// Two digits for the year: only as people write dates, since versions and lots look alike.
fn with_short_year(separator: u8, parts: [Part; 3]) -> bool {
    let [a, b, c] = parts;
    let all_two = parts.iter().all(|part| part.places == 2);
    let written_so = match separator {
        b'/' => c.places == 2 && a.places <= 2 && b.places <= 2,
        b'-' => all_two,
        // No version has a leading zero, and few count beyond 31.
        b'.' => all_two && (parts.iter().any(|part| part.padded) || c.value > 31),
        _ => false,
    };
    let year_first = all_two && is_day(None, b.value, c.value);
    written_so && (is_day(None, b.value, a.value) || is_day(None, a.value, b.value) || year_first)
}

fn is_compact_date(text: &[u8]) -> bool {
    let digits: Vec<u32> = text.iter().filter_map(|&byte| digit(byte)).collect();
    let Some([a, b, c, d, e, f, g, h]) = digits.first_chunk::<8>() else { return false };
    is_day(Some(number(&[*a, *b, *c, *d])), number(&[*e, *f]), number(&[*g, *h]))
}
