//! The table of a stream's fields: what each is, what it can contain, and why that identifies nobody.

use labrelay_manifest::{About, Field, Presence};

use crate::page::{Cell, Page, Text, code};
use crate::{example, kinds, possible, why};

const HEAD: &[&str] =
    &["field", "what it says", "kind", "all it can contain", "example", "why it identifies nobody"];

/// Adds the table.
pub(crate) fn write(page: &mut Page, fields: &[Field], about: About) {
    page.table(HEAD, fields.iter().map(|field| row(field, about)).collect());
}

fn row(field: &Field, about: About) -> Vec<Cell> {
    let mut name = Cell::from(code(field.name.as_str()));
    if field.presence == Presence::Optional {
        name = name.line("may be missing");
    }
    vec![
        name,
        field.description.clone().unwrap_or_default().into(),
        kinds::words(&field.ty, field.unit.as_deref()).into(),
        possible::set(&field.ty),
        example::of(&field.ty).into(),
        why::not_a_person(&field.ty, about).into(),
    ]
}

/// The names of fields in a line.
pub(crate) fn names(fields: &[Field]) -> Text {
    Text::default().words(fields.iter().map(|field| field.name.as_str()))
}
