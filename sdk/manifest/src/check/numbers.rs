//! Checks the bounds of int, float and duration fields.
//!
//! A range that allows too many values binds nothing: a record number fits in it (design decision 7).

use labrelay_model::{Course, FieldType, FloatRange, IntRange};

use crate::fault::Fault;
use crate::length_of_time::micros;
use crate::raw::{Bound, RawField};

/// Greatest whole number that every JSON reader sees exactly.
const MAX_INT: i64 = 1 << 53;
/// Most decimals of a float.
pub(super) const MAX_DECIMALS: u8 = 9;
/// Most decimals of a duration's seconds, which are kept in microseconds.
const MAX_SECOND_DECIMALS: u8 = 6;
/// A number that can take fewer values than this is too narrow to hold an identifier (design decision 7).
pub(super) const TOO_FEW_TO_IDENTIFY: f64 = 10_000_000.0;

const FEWER_DECIMALS: &str = "keep fewer decimals";

pub(super) fn int(raw: &RawField) -> Result<FieldType, Fault> {
    let [min, max] = bounds(raw, "int", "[0, 100]", whole_number)?;
    let course = if raw.monotone { Course::Monotone } else { Course::Any };
    let ty = FieldType::Int { range: IntRange { min, max }, course };
    refuse_record_numbers(&ty).map(|()| ty)
}

pub(super) fn duration(raw: &RawField) -> Result<FieldType, Fault> {
    let [min, max] = bounds(raw, "duration", "[0s, 24h]", length_of_time)?;
    let decimals = raw.decimals.unwrap_or(0);
    if decimals > MAX_SECOND_DECIMALS {
        let message = format!("{decimals} decimals; a duration has at most {MAX_SECOND_DECIMALS}");
        return Err(Fault::at("decimals", message));
    }
    let ty = FieldType::Duration { range: IntRange { min, max }, decimals };
    refuse_record_numbers(&ty).map(|()| ty)
}

/// Fails if the type could hold any record number of 7 digits.
pub(super) fn refuse_record_numbers(ty: &FieldType) -> Result<(), Fault> {
    let steps = |width: f64, decimals: u8| width * 10_f64.powi(decimals.into());
    let width = |range: &IntRange| range.max as f64 - range.min as f64;
    let (steps, instead) = match ty {
        FieldType::Int { course: Course::Monotone, .. } => return Ok(()),
        FieldType::Int { range, .. } => (width(range), "say `monotone: true` if it only counts up"),
        FieldType::Float { range, decimals } => (steps(range.max - range.min, *decimals), FEWER_DECIMALS),
        FieldType::Duration { range, decimals } => (steps(width(range) / 1e6, *decimals), FEWER_DECIMALS),
        _ => return Ok(()),
    };
    if steps + 1.0 < TOO_FEW_TO_IDENTIFY {
        return Ok(());
    }
    let message =
        format!("could hold a record number: 10 million values or more fit into it; narrow it, or {instead}");
    Err(Fault::at("range", message))
}

pub(super) fn float(raw: &RawField) -> Result<FieldType, Fault> {
    let Some(decimals) = raw.decimals else {
        return Err(Fault::here("a float needs `decimals`, such as `decimals: 2`"));
    };
    if decimals > MAX_DECIMALS {
        return Err(Fault::at("decimals", format!("{decimals} decimals; at most {MAX_DECIMALS}")));
    }
    let [min, max] = bounds(raw, "float", "[0, 100]", number)?;
    let steps = min.abs().max(max.abs()) * 10_f64.powi(decimals.into());
    if steps > MAX_INT as f64 {
        return Err(Fault::at(
            "range",
            "too wide for so many decimals: a float holds about 15 digits in all",
        ));
    }
    let ty = FieldType::Float { range: FloatRange { min, max }, decimals };
    refuse_record_numbers(&ty).map(|()| ty)
}

/// Both ends of the range, in order.
fn bounds<T: PartialOrd>(
    raw: &RawField,
    ty: &str,
    example: &str,
    read: fn(&Bound) -> Result<T, String>,
) -> Result<[T; 2], Fault> {
    let wrong = |why: String| Fault::at("range", why);
    match raw.range.as_deref() {
        None => Err(Fault::here(format!("needs `range`, such as `range: {example}`: every {ty} is bounded"))),
        Some([min, max]) => match (read(min).map_err(wrong)?, read(max).map_err(wrong)?) {
            (min, max) if min <= max => Ok([min, max]),
            _ => Err(wrong("reversed: the smallest value comes first".into())),
        },
        Some(_) => Err(wrong(format!("needs two values, smallest and greatest: `{example}`"))),
    }
}

fn whole_number(bound: &Bound) -> Result<i64, String> {
    match bound {
        Bound::Int(number) if number.unsigned_abs() <= MAX_INT.unsigned_abs() => Ok(*number),
        Bound::Int(number) => Err(format!("{number} is beyond 2^53, which not every reader sees exactly")),
        Bound::Float(_) | Bound::Text(_) => Err("the range of an int has whole numbers".into()),
    }
}

fn number(bound: &Bound) -> Result<f64, String> {
    match bound {
        Bound::Int(number) => Ok(*number as f64),
        Bound::Float(number) if number.is_finite() => Ok(*number),
        Bound::Float(_) => Err("the range of a float is finite".into()),
        Bound::Text(text) => Err(format!("`{text}` is no number")),
    }
}

fn length_of_time(bound: &Bound) -> Result<i64, String> {
    match bound {
        Bound::Text(text) => micros(text),
        Bound::Int(_) | Bound::Float(_) => Err("the range of a duration has units: `[0s, 24h]`".into()),
    }
}
