//! Checks one field.

use labrelay_model::FieldName;

use super::{aggregate, text, types};
use crate::fault::Fault;
use crate::raw::RawField;
use crate::{About, Field, Presence, ucum};

/// Columns that every table in the lake has (design decision 13). `instrument` is one of them too, and is filled
/// from the field of that name.
const RESERVED: &[&str] = &[
    "device",
    "family",
    "stream",
    "epoch",
    "seq",
    "row_id",
    "manifest_sha256",
    "plugin_version",
    "host_version",
    "event_time",
    "received_day",
];

pub(super) fn field(name: FieldName, raw: RawField, about: About) -> Result<Field, Fault> {
    if RESERVED.contains(&name.as_str()) {
        return Err(Fault::here("every table in the lake already has a column of this name; choose another"));
    }
    if let Some(description) = &raw.description {
        text("description", description)?;
    }
    let ty = types::field_type(&raw)?;
    refuse_slot_keys(&raw)?;
    if let Some(unit) = &raw.unit {
        ucum::check(unit).map_err(|why| Fault::at("unit", why))?;
    }
    let aggregates = aggregate::figures(&raw, about)?;
    let presence = if raw.optional { Presence::Optional } else { Presence::Required };
    Ok(Field { name, ty, unit: raw.unit.map(Into::into), description: raw.description, presence, aggregates })
}

/// What tells how a value is written in a line; a plugin's record has values.
fn refuse_slot_keys(raw: &RawField) -> Result<(), Fault> {
    let keys = [("format", raw.format.is_some()), ("comma", raw.comma)];
    match keys.iter().find(|(_, present)| *present) {
        Some((key, _)) => Err(Fault::at(key, format!("only slots of an event have `{key}`"))),
        None => Ok(()),
    }
}
