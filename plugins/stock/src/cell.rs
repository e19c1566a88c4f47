//! From what stands in a cell to a value of the field's type. Ranges, patterns and inventories are the gate's business.

use labrelay_collector::stock::{DecimalMark, FieldType, Filled};
use labrelay_collector::{RecordBuilder, Timestamp, Zone};

/// What a text says, if it is of the field's type.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Value<'t> {
    Int(i64),
    Float(f64),
    Bool(bool),
    Timestamp(Timestamp),
    DurationUs(i64),
    Word(&'t str),
    Text(&'t str),
    Account(&'t str),
    Path(&'t str),
}

/// A text that is no value of the field's type. Holds nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unreadable;

/// Words that stand for yes and no, in any case.
const YES: [&str; 4] = ["yes", "true", "on", "1"];
const NO: [&str; 4] = ["no", "false", "off", "0"];
/// Longest length of time that is taken for one at all: a century.
const LONGEST_S: f64 = 100.0 * 366.0 * 86_400.0;

/// What `text` says of a field.
pub(crate) fn read<'t>(
    text: &'t str,
    filled: &'t Filled,
    decimal: DecimalMark,
    zone: &Zone,
) -> Result<Value<'t>, Unreadable> {
    let value = match &filled.ty {
        FieldType::Int { .. } => text.parse().ok().map(Value::Int),
        FieldType::Float { .. } => number(text, decimal).map(Value::Float),
        FieldType::Bool => yes_or_no(text).map(Value::Bool),
        FieldType::Timestamp => {
            let written =
                filled.time.read_start(text.as_bytes(), zone).filter(|time| time.bytes == text.len());
            written.and_then(|time| time.instant).map(Value::Timestamp)
        }
        FieldType::Duration { .. } => duration_us(text, decimal).map(Value::DurationUs),
        FieldType::Enum { .. } => {
            let meant = filled.words.iter().find(|meaning| *meaning.written == *text);
            Some(Value::Word(meant.map_or(text, |meaning| &meaning.word)))
        }
        FieldType::Role => Some(Value::Account(text)),
        FieldType::Path { .. } => Some(Value::Path(text)),
        FieldType::Version | FieldType::Code { .. } | FieldType::Serial | FieldType::Lot { .. } => {
            Some(Value::Text(text))
        }
        FieldType::Event { .. } => None,
    };
    value.ok_or(Unreadable)
}

impl Value<'_> {
    /// Puts it into a record's field.
    pub(crate) fn put<'b, 'a>(self, record: RecordBuilder<'b, 'a>, field: &str) -> RecordBuilder<'b, 'a> {
        match self {
            Value::Int(number) => record.int(field, number),
            Value::Float(number) => record.float(field, number),
            Value::Bool(yes) => record.bool(field, yes),
            Value::Timestamp(time) => record.timestamp(field, time),
            Value::DurationUs(micros) => record.duration_us(field, micros),
            Value::Word(word) => record.choice(field, word),
            Value::Text(text) => record.text(field, text),
            Value::Account(account) => record.role(field, account),
            Value::Path(path) => record.path(field, path),
        }
    }
}

/// A decimal number with the mark that is declared, and no other; no infinity.
fn number(text: &str, decimal: DecimalMark) -> Option<f64> {
    let mark = match decimal {
        DecimalMark::Point => b'.',
        DecimalMark::Comma => b',',
    };
    let fits = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'e' | b'E') || byte == mark;
    if !text.bytes().all(fits) {
        return None;
    }
    let number: f64 = if mark == b',' { text.replace(',', ".").parse() } else { text.parse() }.ok()?;
    number.is_finite().then_some(number)
}

fn yes_or_no(text: &str) -> Option<bool> {
    let is_in = |words: [&str; 4]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
    if is_in(YES) {
        return Some(true);
    }
    is_in(NO).then_some(false)
}

/// Seconds, or hours, minutes and seconds (`1:02:03`, `02:03`).
fn duration_us(text: &str, decimal: DecimalMark) -> Option<i64> {
    let mut parts = text.rsplit(':');
    let seconds = number(parts.next()?, decimal)?;
    let mut whole = 0.0;
    for (part, unit) in parts.by_ref().take(2).zip([60.0, 3600.0]) {
        whole += unit * f64::from(part.parse::<u32>().ok()?);
    }
    let total = whole + seconds;
    let fits = parts.next().is_none() && (0.0..=LONGEST_S).contains(&total);
    fits.then(|| (total * 1e6).round() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_the_declared_mark_and_no_other() {
        assert_eq!(number("-1.5e2", DecimalMark::Point), Some(-150.0));
        assert_eq!(number("1,5", DecimalMark::Comma), Some(1.5));
        for wrong in ["1,5", "inf", "NaN", "", "1.2.3", "1 000", "0x10"] {
            assert_eq!(number(wrong, DecimalMark::Point), None, "{wrong}");
        }
        assert_eq!(number("1.5", DecimalMark::Comma), None, "1.5 may be a thousand and a half");
    }

    #[test]
    fn a_length_of_time_is_seconds_or_a_clock_s() {
        for (text, micros) in [("61.25", 61_250_000), ("1:02:03", 3_723_000_000), ("02:03.5", 123_500_000)] {
            assert_eq!(duration_us(text, DecimalMark::Point), Some(micros), "{text}");
        }
        for wrong in ["-1", "1:2:3:4", "1::2", "soon", "1e300"] {
            assert_eq!(duration_us(wrong, DecimalMark::Point), None, "{wrong}");
        }
    }

    #[test]
    fn yes_and_no_have_few_words() {
        assert_eq!(
            ["Yes", "ON", "0", "False", "maybe"].map(yes_or_no),
            [Some(true), Some(true), Some(false), Some(false), None]
        );
    }
}
