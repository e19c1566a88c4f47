//! Checks a field's type with everything that bounds it.

use labrelay_model::FieldType;

use super::{numbers, words};
use crate::fault::Fault;
use crate::raw::{RawField, TypeWord};

/// Keys of a field's mapping, which of them stands there, and the types that have a use for it.
type Key<'a> = (&'a str, bool, &'a [TypeWord], &'a str);

pub(super) fn field_type(raw: &RawField) -> Result<FieldType, Fault> {
    refuse_foreign_keys(raw)?;
    match raw.ty {
        TypeWord::Int => numbers::int(raw),
        TypeWord::Float => numbers::float(raw),
        TypeWord::Bool => Ok(FieldType::Bool),
        TypeWord::Timestamp => Ok(FieldType::Timestamp),
        TypeWord::Duration => numbers::duration(raw),
        TypeWord::Enum => words::one_of(raw),
        TypeWord::Version => Ok(FieldType::Version),
        TypeWord::Code => words::code(raw),
        TypeWord::Serial => Ok(FieldType::Serial),
        TypeWord::Lot => words::lot(raw),
        TypeWord::Role => Ok(FieldType::Role),
        TypeWord::Path => words::path(raw),
        TypeWord::Ignored => Err(Fault::at(
            "type",
            "only slots of an event can be ignored; a field that never leaves is not declared",
        )),
    }
}

/// A key that the type has no use for is a misunderstanding, not decoration.
pub(super) fn refuse_foreign_keys(raw: &RawField) -> Result<(), Fault> {
    use TypeWord::{Code, Duration, Enum, Float, Ignored, Int, Lot, Path, Timestamp};
    let keys: &[Key<'_>] = &[
        ("unit", raw.unit.is_some(), &[Int, Float], "int and float"),
        ("range", raw.range.is_some(), &[Int, Float, Duration], "int, float and duration"),
        ("decimals", raw.decimals.is_some(), &[Float, Duration], "float and duration"),
        ("monotone", raw.monotone, &[Int], "int"),
        ("pattern", raw.pattern.is_some(), &[Code, Lot], "code and lot"),
        ("max_length", raw.max_length.is_some(), &[Code, Lot], "code and lot"),
        ("values", raw.values.is_some(), &[Enum], "enum"),
        ("roots", raw.roots.is_some(), &[Path], "path"),
        ("shape", raw.shape.is_some(), &[Ignored], "ignored"),
        ("format", raw.format.is_some(), &[Timestamp], "timestamp"),
        ("comma", raw.comma, &[Float, Duration], "float and duration"),
    ];
    match keys.iter().find(|(_, present, types, _)| *present && !types.contains(&raw.ty)) {
        Some((key, _, _, types)) => Err(Fault::at(key, format!("only {types} fields have `{key}`"))),
        None => Ok(()),
    }
}
