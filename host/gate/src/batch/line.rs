//! One record line of a batch, read in the only form it may have: what `LineWriter` writes, byte for byte.
//!
//! Keeps nothing and hardly allocates: a batch is checked twice on its way, on an old PC and for a whole
//! region, and nobody needs its records here.

use std::borrow::Cow;

use labrelay_model::{CellKind, FieldType, Reason, RowId, Timestamp, Value};

use crate::Refusal;
use crate::column::Column;
use crate::decimal::{self, DURATION_DECIMALS};
use crate::event::Expected;
use crate::json::MAX_LINE_BYTES;
use crate::stream::StreamGate;

/// 128 bits, four in a digit.
const ROW_ID_DIGITS: usize = 32;

/// Why a line is refused.
pub(super) enum Fault {
    /// It is not written as the gate writes.
    Form,
    /// The gate refuses what it says.
    Refused(Refusal),
}

/// Judges one line; gives its row id.
pub(super) fn judge(stream: &StreamGate, line: &[u8], now: Timestamp) -> Result<RowId, Fault> {
    let line = std::str::from_utf8(line).ok().filter(|line| line.len() <= MAX_LINE_BYTES);
    let rest = line.and_then(|line| line.strip_prefix("{\"row_id\":\"")).ok_or(Fault::Form)?;
    let (hex, rest) = rest.split_at_checked(ROW_ID_DIGITS).ok_or(Fault::Form)?;
    let row_id = read_row_id(hex).ok_or(Fault::Form)?;
    let rest = rest.strip_prefix("\",\"fields\":{").ok_or(Fault::Form)?;
    let (mut rest, mut comma, mut event) = (rest, "", None);
    for (at, column) in stream.leaving().iter().enumerate() {
        let events = stream.leaving_events();
        let expected = Expected::of(events, event, at);
        match rest.strip_prefix(comma).and_then(|rest| rest.strip_prefix(&*column.key)) {
            Some(text) => {
                let value;
                (value, rest) = judge_value(stream, column, expected, text, now)?;
                event = event.or_else(|| events?.claimed(at, &value?));
                comma = ",";
            }
            None => expected.judge_absence(column.field.presence).map_err(|reason| {
                // It may be there, but not in its place.
                if rest.contains(&*column.key) { Fault::Form } else { refused(column, reason) }
            })?,
        }
    }
    if rest == "}}" { Ok(row_id) } else { Err(Fault::Form) }
}

fn refused(column: &Column, fault: impl Into<crate::verdict::Fault>) -> Fault {
    Fault::Refused(Refusal::of(&column.field.name, fault))
}

/// Lower-case hex digits.
fn read_row_id(hex: &str) -> Option<RowId> {
    let is_canonical = hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    u128::from_str_radix(hex, 16).ok().filter(|_| is_canonical).map(|id| RowId(id.to_be_bytes()))
}

/// Judges the value that `text` begins with; gives it, unless it is a text, and what stands behind it.
fn judge_value<'a>(
    stream: &StreamGate,
    column: &Column,
    expected: Expected<'_>,
    text: &'a str,
    now: Timestamp,
) -> Result<(Option<Value>, &'a str), Fault> {
    if column.field.ty.cell_kind() == CellKind::Text {
        let (text, rest) = quoted(text).ok_or(Fault::Form)?;
        stream.judge_text(column, expected, &text).map_err(|fault| refused(column, fault))?;
        return Ok((None, rest));
    }
    let (value, rest) = read_value(column, text).ok_or(Fault::Form)?;
    let value = value.map_err(|reason| refused(column, reason))?;
    let mut canonical = value.clone();
    stream.judge_value(column, expected, &mut canonical, now).map_err(|fault| refused(column, fault))?;
    // A column may have more decimals than the event's own slot.
    if canonical == value { Ok((Some(value), rest)) } else { Err(Fault::Form) }
}

/// The value of a type that is no text, and what stands behind it; `None` if it is not in canonical form.
fn read_value<'a>(column: &Column, text: &'a str) -> Option<(Result<Value, Reason>, &'a str)> {
    Some(match &column.field.ty {
        FieldType::Int { .. } => number(text, 0).map(|(units, rest)| (Ok(Value::Int(units)), rest))?,
        FieldType::Duration { .. } => {
            number(text, DURATION_DECIMALS).map(|(units, rest)| (Ok(Value::Duration(units)), rest))?
        }
        FieldType::Float { decimals, .. } => {
            let (units, rest) = number(text, *decimals)?;
            (Ok(Value::Float(decimal::number(units, *decimals))), rest)
        }
        FieldType::Bool => match text.strip_prefix("true") {
            Some(rest) => (Ok(Value::Bool(true)), rest),
            None => (Ok(Value::Bool(false)), text.strip_prefix("false")?),
        },
        FieldType::Timestamp => {
            let (time, rest) = quoted(text)?;
            (Ok(Value::Timestamp(Timestamp::parse_canonical(&time)?)), rest)
        }
        FieldType::Enum { .. } | FieldType::Event { .. } | FieldType::Role | FieldType::Path { .. } => {
            let (word, rest) = quoted(text)?;
            (column.word_index(&word).map(Value::Enum).ok_or(Reason::NotInValues), rest)
        }
        FieldType::Version | FieldType::Code { .. } | FieldType::Serial | FieldType::Lot { .. } => {
            return None;
        }
    })
}

/// A number as a count of its smallest place, if it is written as [`decimal::write`] does.
fn number(text: &str, decimals: u8) -> Option<(i64, &str)> {
    let end = text.bytes().position(|byte| !matches!(byte, b'0'..=b'9' | b'-' | b'.')).unwrap_or(text.len());
    let (written, rest) = text.split_at_checked(end)?;
    Some((decimal::read(written, decimals)?, rest))
}

/// A text between quotes, in which only quote and backslash are escaped, and by a backslash.
fn quoted(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let text = text.strip_prefix('"')?;
    let end = text.bytes().position(|byte| matches!(byte, b'"' | b'\\'))?;
    let (plain, rest) = text.split_at_checked(end)?;
    match rest.strip_prefix('"') {
        Some(rest) => Some((Cow::Borrowed(plain), rest)),
        None => escaped(text),
    }
}

fn escaped(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let mut plain = String::new();
    let mut letters = text.chars();
    loop {
        match letters.next()? {
            '"' => return Some((Cow::Owned(plain), letters.as_str())),
            '\\' => plain.push(letters.next().filter(|letter| matches!(letter, '"' | '\\'))?),
            letter => plain.push(letter),
        }
    }
}
