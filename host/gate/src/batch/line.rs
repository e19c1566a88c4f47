//! One record line of a batch, read in the only form it may have: what `LineWriter` writes, byte for byte.
//!
//! Keeps nothing and hardly allocates: a batch is checked twice on its way, on an old PC and for a whole
//! region, and nobody needs its records here.

use std::borrow::Cow;

use labrelay_manifest::{About, Field, Presence};
use labrelay_model::{CellKind, FieldType, Reason, RowId, Timestamp, Value};

use crate::Refusal;
use crate::decimal::{self, DURATION_DECIMALS};
use crate::gate::StreamGate;
use crate::json::MAX_LINE_BYTES;
use crate::rule::Rule;

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
    let (hex, rest) = rest.split_once("\",\"fields\":{").ok_or(Fault::Form)?;
    let row_id = read_row_id(hex).ok_or(Fault::Form)?;
    let (mut rest, mut comma) = (rest, "");
    for ((field, key), rule) in stream.declared.fields.iter().zip(&stream.keys).zip(&stream.rules) {
        match rest.strip_prefix(comma).and_then(|rest| rest.strip_prefix(&**key)) {
            Some(value) => {
                rest = judge_value(field, rule, value, now)?;
                comma = ",";
            }
            None if field.presence == Presence::Optional => {}
            None if rest.contains(&**key) => return Err(Fault::Form), // it is there, but not in its place
            None => return Err(refused(field, Reason::MissingField)),
        }
    }
    match (rest, stream.declared.about) {
        ("}}", About::Instrument | About::Qc) => Ok(row_id),
        ("}}", About::Specimen) => Err(Fault::Refused(Reason::Specimen.into())),
        _ => Err(Fault::Form),
    }
}

fn refused(field: &Field, reason: Reason) -> Fault {
    Fault::Refused(Refusal::of(&field.name, reason))
}

/// 32 lower-case hex digits.
fn read_row_id(hex: &str) -> Option<RowId> {
    let is_canonical = hex.len() == 32 && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    u128::from_str_radix(hex, 16).ok().filter(|_| is_canonical).map(|id| RowId(id.to_be_bytes()))
}

/// Judges the value that `text` begins with; gives what stands behind it.
fn judge_value<'a>(field: &Field, rule: &Rule, text: &'a str, now: Timestamp) -> Result<&'a str, Fault> {
    if field.ty.cell_kind() == CellKind::Text {
        let (text, rest) = quoted(text).ok_or(Fault::Form)?;
        return rule.judge_text(&text).map(|()| rest).map_err(|reason| refused(field, reason));
    }
    let (value, rest) = read_value(&field.ty, text).ok_or(Fault::Form)?;
    let mut value = value.map_err(|reason| refused(field, reason))?;
    rule.judge(&mut value, now).map(|()| rest).map_err(|reason| refused(field, reason))
}

/// The value of a type that is no text, and what stands behind it; `None` if it is not in canonical form.
fn read_value<'a>(ty: &FieldType, text: &'a str) -> Option<(Result<Value, Reason>, &'a str)> {
    Some(match ty {
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
            (ty.choice_index(&word).map(Value::Enum).ok_or(Reason::NotInValues), rest)
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
