//! Checks from where a field is filled, and that its type can be.

use labrelay_model::{FieldName, FieldType};

use super::field;
use crate::catalogue::time_format::Use;
use crate::check::note;
use crate::fault::Fault;
use crate::raw::RawFilled;
use crate::yaml::Named;
use crate::{Field, Filled, Meaning, Origin, Stream, TimeForm};

/// Longest name of a column, key or setting.
const MAX_NAME_BYTES: usize = 128;
/// Most columns that make one value together: date, time of day, fraction, half of the day.
const MAX_COLUMNS: usize = 4;
/// Most words of a file that a field translates.
const MAX_WORDS: usize = 256;

/// What a reader has to offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Places {
    /// Columns, lines above the table, and the site's settings.
    Any,
    /// The site's settings.
    SettingOnly,
}

/// The fields that are filled; faults stand under `fields`.
pub(super) fn filled(
    raw: Named<FieldName, RawFilled>,
    stream: &Stream,
    places: Places,
    faults: &mut Vec<Fault>,
) -> Vec<Filled> {
    let one = |(name, raw): (FieldName, RawFilled)| {
        let filled = field(name.as_str(), stream)
            .map_err(Fault::here)
            .and_then(|field| one(field, raw, places))
            .map_err(|fault| fault.under(name.as_str()).under("fields"));
        note(filled, faults)
    };
    raw.0.into_iter().filter_map(one).collect()
}

/// The name of a column as it stands in a header.
pub(super) fn column_name(name: &str) -> Result<Box<str>, String> {
    let fits = (1..=MAX_NAME_BYTES).contains(&name.len())
        && name.trim() == name
        && !name.chars().any(char::is_control);
    if fits {
        return Ok(name.into());
    }
    Err(format!(
        "needs 1 to {MAX_NAME_BYTES} bytes, without blanks around them and without control characters"
    ))
}

fn one(field: &Field, raw: RawFilled, places: Places) -> Result<Filled, Fault> {
    let ty = &field.ty;
    if matches!(ty, FieldType::Event { .. }) {
        return Err(Fault::here("is filled by the catalogue"));
    }
    let origin = origin(&raw, places)?;
    let time = match &raw.format {
        None => TimeForm::iso(),
        Some(_) if *ty != FieldType::Timestamp => {
            return Err(Fault::at(
                "format",
                format!("only a timestamp has `format`, and this is {}", ty.word()),
            ));
        }
        Some(format) => TimeForm::alone(format, Use::Cell).map_err(|why| Fault::at("format", why))?,
    };
    let words = words(raw.words, ty).map_err(|why| Fault::at("words", why))?;
    Ok(Filled { field: field.name.clone(), ty: ty.clone(), origin, time, words, presence: field.presence })
}

fn origin(raw: &RawFilled, places: Places) -> Result<Origin, Fault> {
    let name = |key: &str, name: &str| column_name(name).map_err(|why| Fault::at(key, why));
    let origin = match (&raw.column, &raw.columns, &raw.heading, &raw.setting) {
        (Some(column), None, None, None) => Origin::Columns(vec![name("column", column)?]),
        (None, Some(columns), None, None) => {
            if !(1..=MAX_COLUMNS).contains(&columns.len()) {
                return Err(Fault::at("columns", format!("takes 1 to {MAX_COLUMNS} names")));
            }
            Origin::Columns(columns.iter().map(|column| name("columns", column)).collect::<Result<_, _>>()?)
        }
        (None, None, Some(heading), None) => Origin::Heading(name("heading", heading)?),
        (None, None, None, Some(setting)) => Origin::Setting(name("setting", setting)?),
        _ => return Err(Fault::here("needs one of `column`, `columns`, `heading` and `setting`")),
    };
    match (places, &origin) {
        (Places::Any, _) | (Places::SettingOnly, Origin::Setting(_)) => Ok(origin),
        (Places::SettingOnly, _) => {
            Err(Fault::here("a text log has no columns and no headings; what stands in a line is a slot's"))
        }
    }
}

fn words(raw: Named<String, String>, ty: &FieldType) -> Result<Vec<Meaning>, String> {
    let FieldType::Enum { values } = ty else {
        return match raw.0.is_empty() {
            true => Ok(Vec::new()),
            false => Err(format!("only an enum has `words`, and this is {}", ty.word())),
        };
    };
    if raw.0.len() > MAX_WORDS {
        return Err(format!("{} words; at most {MAX_WORDS}", raw.0.len()));
    }
    let known = |(written, word): (String, String)| match values.iter().find(|value| ***value == *word) {
        Some(value) => Ok(Meaning { written: written.trim().into(), word: value.clone() }),
        None => Err(format!("`{word}` is none of the field's values: {}", values.join(", "))),
    };
    raw.0.into_iter().map(known).collect()
}
