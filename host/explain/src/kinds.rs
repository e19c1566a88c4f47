//! What kind of thing a field holds, in plain words.

use labrelay_model::{Course, FieldType};

use crate::page::Text;

/// The kind with its unit, as `number in mW, 2 decimals`.
pub(crate) fn words(ty: &FieldType, unit: Option<&str>) -> Text {
    let kind = match ty {
        FieldType::Int { course: Course::Any, .. } => "whole number".into(),
        FieldType::Int { course: Course::Monotone, .. } => "counter, which only goes up".into(),
        FieldType::Float { decimals: 1, .. } => "number with 1 decimal".into(),
        FieldType::Float { decimals, .. } => format!("number with {decimals} decimals"),
        FieldType::Bool => "yes or no".into(),
        FieldType::Timestamp => "date and time, in UTC".into(),
        FieldType::Duration { .. } => "length of time, in seconds".into(),
        FieldType::Enum { .. } => "one of a list of words".into(),
        FieldType::Version => "version of software or firmware".into(),
        FieldType::Code { .. } => "short code of a fixed form".into(),
        FieldType::Serial => "serial number of an instrument".into(),
        FieldType::Lot { .. } => "lot of a reagent or control".into(),
        FieldType::Event { .. } => "which of the events below".into(),
        FieldType::Role => "what a user is, never who".into(),
        FieldType::Path { .. } => "which declared folder, never the path".into(),
    };
    match unit {
        // `1` and what stands in braces say what is counted; neither is a unit that anyone writes.
        None | Some("1") => Text::from(kind),
        Some(unit) if unit.starts_with('{') => Text::from(kind),
        Some(unit) => Text::from(format!("{kind}, in ")).code(unit),
    }
}
