//! A value that fits, made up from the type alone.

use labrelay_model::{FieldType, FloatRange, IntRange};

use crate::page::{Text, code};
use crate::pattern::Pattern;

/// Where in a range an example lies: not at an end, and not at a suspiciously round place.
const PLACE: f64 = 0.314;

/// An example as it would stand in a record that leaves.
pub(crate) fn of(ty: &FieldType) -> Text {
    match ty {
        FieldType::Int { range, .. } => code(within(*range).to_string()),
        FieldType::Float { range, decimals } => {
            let FloatRange { min, max } = range;
            code(format!("{:.*}", usize::from(*decimals), min + (max - min) * PLACE))
        }
        FieldType::Bool => code("true"),
        FieldType::Timestamp => code("2026-03-01T08:00:00Z"),
        FieldType::Duration { range, .. } => code(format!("{}", within(*range) / 1_000_000)),
        FieldType::Version => code("2.3.1"),
        FieldType::Code { pattern, max_bytes } | FieldType::Lot { pattern: Some(pattern), max_bytes } => {
            Pattern::new(pattern, *max_bytes).map(|shape| code(shape.example())).unwrap_or_default()
        }
        FieldType::Serial | FieldType::Lot { pattern: None, .. } => {
            code("AB12345").plain(", if the site has listed it")
        }
        FieldType::Enum { .. } | FieldType::Event { .. } | FieldType::Role | FieldType::Path { .. } => {
            ty.choice(0).map(code).unwrap_or_default()
        }
    }
}

fn within(range: IntRange) -> i64 {
    let span = range.max.saturating_sub(range.min);
    range.min.saturating_add((span as f64 * PLACE) as i64)
}
