//! One field's declaration, compiled: judges a value and makes it canonical in place.

use std::collections::BTreeSet;
use std::sync::Arc;

use labrelay_model::{FieldType, FloatRange, IntRange, Reason, Timestamp, Value};

use crate::decimal::{self, EXACT_UNITS};
use crate::text::{CodeRule, check_serial, check_version};

/// A site's serial numbers, shared by all rules of a gate.
pub(crate) type Serials = Arc<BTreeSet<Box<str>>>;

/// Greatest whole number that every JSON reader sees exactly: 2^53.
const EXACT_INT: i64 = 1 << 53;
/// 2000-01-01T00:00:00Z in microseconds: earlier times are unset clocks or dates of birth.
const EARLIEST_US: i64 = 946_684_800_000_000;
/// How far an instrument's clock may be ahead of ours: a wrong time zone, and no more.
const LATEST_AHEAD_US: i64 = 24 * 3600 * 1_000_000;

/// What a value of one field must be.
#[derive(Debug)]
pub(crate) enum Rule {
    Int(IntRange),
    Float { range: FloatRange, decimals: u8 },
    Bool,
    Timestamp,
    Duration(IntRange),
    Enum { words: usize },
    Version,
    Code(CodeRule),
    Serial(Option<Serials>),
}

impl Rule {
    pub(crate) fn new(ty: &FieldType, serials: Option<&Serials>) -> Self {
        match ty {
            FieldType::Int { range, .. } => Rule::Int(*range),
            FieldType::Float { range, decimals } => Rule::Float { range: *range, decimals: *decimals },
            FieldType::Bool => Rule::Bool,
            FieldType::Timestamp => Rule::Timestamp,
            FieldType::Duration { range } => Rule::Duration(*range),
            FieldType::Version => Rule::Version,
            FieldType::Code { pattern, max_bytes } => Rule::Code(CodeRule::new(pattern, *max_bytes)),
            FieldType::Serial => Rule::Serial(serials.cloned()),
            FieldType::Lot { pattern, max_bytes } => {
                Rule::Code(CodeRule::new(pattern.as_deref().unwrap_or_default(), *max_bytes))
            }
            FieldType::Enum { .. } | FieldType::Event { .. } | FieldType::Role | FieldType::Path { .. } => {
                Rule::Enum { words: ty.choices().unwrap_or_default() }
            }
        }
    }

    /// Passes `value`, made canonical, or says why not.
    pub(crate) fn judge(&self, value: &mut Value, now: Timestamp) -> Result<(), Reason> {
        match (self, value) {
            (Rule::Int(range), Value::Int(number)) => check_whole(*number, range, EXACT_INT),
            (Rule::Float { range, decimals }, Value::Float(number)) => {
                *number = check_float(*number, range, *decimals)?;
                Ok(())
            }
            (Rule::Bool, Value::Bool(_)) => Ok(()),
            (Rule::Timestamp, Value::Timestamp(time)) => check_time(*time, now),
            (Rule::Duration(range), Value::Duration(micros)) => check_whole(*micros, range, EXACT_UNITS),
            (Rule::Enum { words }, Value::Enum(index)) => {
                if usize::from(*index) < *words {
                    Ok(())
                } else {
                    Err(Reason::NotInValues)
                }
            }
            (_, Value::Text(text)) => self.judge_text(text),
            _ => Err(Reason::WrongType),
        }
    }

    /// Passes a text, or says why not.
    pub(crate) fn judge_text(&self, text: &str) -> Result<(), Reason> {
        match self {
            Rule::Version => check_version(text),
            Rule::Code(rule) => rule.check(text),
            Rule::Serial(serials) => check_serial(text, serials.as_deref()),
            _ => Err(Reason::WrongType),
        }
    }
}

/// Within the declared range, and within what survives JSON whatever was declared.
fn check_whole(number: i64, range: &IntRange, exact: i64) -> Result<(), Reason> {
    let fits = (range.min..=range.max).contains(&number) && (-exact..=exact).contains(&number);
    if fits { Ok(()) } else { Err(Reason::OutOfRange) }
}

/// The range holds for the number as read and as rounded: rounding neither lets in nor carries out.
fn check_float(number: f64, range: &FloatRange, decimals: u8) -> Result<f64, Reason> {
    if !number.is_finite() {
        return Err(Reason::NotFinite);
    }
    let within = |number: &f64| (range.min..=range.max).contains(number);
    Some(number)
        .filter(within)
        .and_then(|number| decimal::round(number, decimals))
        .filter(within)
        .ok_or(Reason::OutOfRange)
}

fn check_time(time: Timestamp, now: Timestamp) -> Result<(), Reason> {
    let latest = now.saturating_add_micros(LATEST_AHEAD_US);
    let plausible = (EARLIEST_US..=latest.as_micros()).contains(&time.as_micros());
    if plausible { Ok(()) } else { Err(Reason::TimeOutOfWindow) }
}
