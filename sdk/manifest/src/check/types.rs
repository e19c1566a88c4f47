//! Checks a field's type with everything that bounds it.

use std::collections::BTreeSet;

use labrelay_model::{Course, FieldType, FloatRange, IntRange};

use crate::fault::Fault;
use crate::length_of_time::micros;
use crate::pattern;
use crate::raw::{Bound, RawField, TypeWord};

/// Greatest whole number that every JSON reader sees exactly.
const MAX_INT: i64 = 1 << 53;
/// Most decimals of a float.
pub(super) const MAX_DECIMALS: u8 = 9;
/// Most words of an enum: what a reviewer can still read. Each has at most as many bytes as a name.
const MAX_VALUES: usize = 256;
const MAX_VALUE_BYTES: usize = 48;

pub(super) fn field_type(raw: &RawField) -> Result<FieldType, Fault> {
    refuse_foreign_keys(raw)?;
    match raw.ty {
        TypeWord::Int => {
            Ok(FieldType::Int { range: range(raw, "int", "[0, 100]", whole_number)?, course: Course::Any })
        }
        TypeWord::Float => float(raw),
        TypeWord::Bool => Ok(FieldType::Bool),
        TypeWord::Timestamp => Ok(FieldType::Timestamp),
        TypeWord::Duration => {
            Ok(FieldType::Duration { range: range(raw, "duration", "[0s, 24h]", length_of_time)? })
        }
        TypeWord::Enum => Ok(FieldType::Enum { values: values(raw)? }),
        TypeWord::Version => Ok(FieldType::Version),
        TypeWord::Code => code(raw),
        TypeWord::Serial => Ok(FieldType::Serial),
    }
}

/// A key that the type has no use for is a misunderstanding, not decoration.
fn refuse_foreign_keys(raw: &RawField) -> Result<(), Fault> {
    use TypeWord::{Code, Duration, Enum, Float, Int};
    let keys: [(&str, bool, &[TypeWord], &str); 6] = [
        ("unit", raw.unit.is_some(), &[Int, Float], "int and float"),
        ("range", raw.range.is_some(), &[Int, Float, Duration], "int, float and duration"),
        ("decimals", raw.decimals.is_some(), &[Float], "float"),
        ("pattern", raw.pattern.is_some(), &[Code], "code"),
        ("max_length", raw.max_length.is_some(), &[Code], "code"),
        ("values", raw.values.is_some(), &[Enum], "enum"),
    ];
    match keys.iter().find(|(_, present, types, _)| *present && !types.contains(&raw.ty)) {
        Some((key, _, _, types)) => Err(Fault::at(key, format!("only {types} fields have `{key}`"))),
        None => Ok(()),
    }
}

fn float(raw: &RawField) -> Result<FieldType, Fault> {
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
    Ok(FieldType::Float { range: FloatRange { min, max }, decimals })
}

fn range(
    raw: &RawField,
    ty: &str,
    example: &str,
    read: fn(&Bound) -> Result<i64, String>,
) -> Result<IntRange, Fault> {
    let [min, max] = bounds(raw, ty, example, read)?;
    Ok(IntRange { min, max })
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

fn values(raw: &RawField) -> Result<Vec<Box<str>>, Fault> {
    let words = raw.values.as_deref().unwrap_or_default();
    if words.is_empty() {
        return Err(Fault::here("an enum needs `values`, such as `values: [time, events]`"));
    }
    if words.len() > MAX_VALUES {
        return Err(Fault::at("values", format!("{} words; at most {MAX_VALUES}", words.len())));
    }
    let mut seen = BTreeSet::new();
    for word in words {
        if !(1..=MAX_VALUE_BYTES).contains(&word.len()) || !word.bytes().all(|byte| byte.is_ascii_graphic()) {
            let message =
                format!("`{word}`: a word is 1 to {MAX_VALUE_BYTES} characters of printable ASCII, no space");
            return Err(Fault::at("values", message));
        }
        if !seen.insert(word) {
            return Err(Fault::at("values", format!("`{word}` stands twice")));
        }
    }
    Ok(words.iter().map(|word| word.as_str().into()).collect())
}

fn code(raw: &RawField) -> Result<FieldType, Fault> {
    let Some(pattern) = &raw.pattern else {
        return Err(Fault::here("a code needs `pattern`, such as `pattern: \"[0-9]{3,6}\"`"));
    };
    let max_bytes = pattern::max_bytes(pattern, raw.max_length).map_err(|why| Fault::at("pattern", why))?;
    Ok(FieldType::Code { pattern: pattern.as_str().into(), max_bytes })
}
