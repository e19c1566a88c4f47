//! Checks one slot by itself.

use labrelay_model::FieldName;

use crate::catalogue::time_format;
use crate::check::{field, types};
use crate::fault::Fault;
use crate::raw::{RawField, RawShape, TypeWord};
use crate::{About, Field, Shape, Surface};

/// A slot that has no place among the columns yet.
pub(super) enum Draft {
    /// Its value leaves.
    Sent {
        /// As it would be by itself.
        field: Field,
        /// How it is written.
        surface: Surface,
    },
    /// Its value is dropped.
    Ignored(Shape),
}

pub(super) fn slot(name: &FieldName, mut raw: RawField) -> Result<Draft, Fault> {
    if raw.optional {
        return Err(Fault::at("optional", "a slot stands in every line of its event; leave this out"));
    }
    if raw.ty == TypeWord::Ignored {
        return ignored(&raw).map(Draft::Ignored);
    }
    let surface = surface(&raw)?;
    raw.format = None;
    raw.comma = false;
    raw.optional = true;
    Ok(Draft::Sent { field: field::field(name.clone(), raw, About::Instrument)?, surface })
}

fn ignored(raw: &RawField) -> Result<Shape, Fault> {
    types::refuse_foreign_keys(raw)?;
    match raw.shape {
        Some(RawShape::Number) => Ok(Shape::Number),
        Some(RawShape::Hex) => Ok(Shape::Hex),
        Some(RawShape::Time) => Ok(Shape::Time),
        Some(RawShape::Token) => Ok(Shape::Token),
        Some(RawShape::Path) => Ok(Shape::Path),
        None => Err(Fault::here("an ignored slot needs `shape`: number, hex, time, token or path")),
    }
}

fn surface(raw: &RawField) -> Result<Surface, Fault> {
    types::refuse_foreign_keys(raw)?;
    match &raw.format {
        Some(format) => {
            time_format::check(format, time_format::Use::Slot).map_err(|why| Fault::at("format", why))?;
            Ok(Surface::Time(format.as_str().into()))
        }
        None if raw.comma => Ok(Surface::DecimalComma),
        None => Ok(Surface::Plain),
    }
}
