//! The exact set of values that a field can contain.

use labrelay_model::{FieldType, IntRange, ROLES};

use crate::numbers::{count, decimal, grouped, length_of_time};
use crate::page::{Cell, Text};
use crate::pattern::Pattern;

/// How many values the type allows; `None` where the site's own lists or clock say it.
pub(crate) fn values(ty: &FieldType) -> Option<u128> {
    match ty {
        FieldType::Int { range, .. } => Some(steps(*range, 1)),
        FieldType::Duration { range, decimals } => {
            Some(steps(*range, 10_u128.pow(6_u32.saturating_sub((*decimals).into()))))
        }
        FieldType::Float { range, decimals } => {
            // Exact as long as it matters: beyond 2^53 "a great many" is all that anyone needs to know.
            let steps = (range.max - range.min) * 10_f64.powi((*decimals).into());
            Some((steps.round() as u128).saturating_add(1))
        }
        FieldType::Bool => Some(2),
        FieldType::Code { pattern, max_bytes } => Some(Pattern::new(pattern, *max_bytes)?.count()),
        FieldType::Lot { .. } | FieldType::Serial | FieldType::Timestamp | FieldType::Version => None,
        _ => ty.choices().map(|words| words as u128),
    }
}

/// How many steps of this size lie within a range, both ends included.
fn steps(range: IntRange, size: u128) -> u128 {
    u128::from(range.max.abs_diff(range.min)) / size + 1
}

/// The set in words.
pub(crate) fn set(ty: &FieldType) -> Cell {
    match ty {
        FieldType::Int { range, .. } => {
            numbered(format!("{} to {}", grouped(range.min), grouped(range.max)), ty)
        }
        FieldType::Float { range, decimals } => {
            let (least, most) = (decimal(range.min, *decimals), decimal(range.max, *decimals));
            numbered(format!("{least} to {most}"), ty)
        }
        FieldType::Duration { range, .. } => {
            let (least, most) = (length_of_time(range.min), length_of_time(range.max));
            numbered(format!("{least} to {most}"), ty)
        }
        FieldType::Bool => numbered(Text::default().words(["true", "false"]), ty),
        FieldType::Timestamp => {
            "from the day the site has set (by default when Labrelay was installed) to 24 hours ahead".into()
        }
        FieldType::Enum { values } => numbered(Text::default().words(values.iter().map(|word| &**word)), ty),
        FieldType::Event { codes } => {
            format!("one of the {} events of the catalogue below", codes.len()).into()
        }
        FieldType::Role => numbered(Text::default().words(ROLES.iter().copied()), ty),
        FieldType::Path { roots } => {
            let words = roots.iter().map(|root| Text::default().code(&*root.word).plain(" for what lies in ").code(&*root.folder));
            let other = Text::default().code(labrelay_model::OTHER_PLACE).plain(" for any other place");
            Cell(words.chain([other]).collect())
        }
        FieldType::Version => {
            "2 to 4 numbers of up to 6 digits with dots between, optionally a leading v; no date, network address \
             or phone number"
                .into()
        }
        FieldType::Code { pattern, max_bytes } => of_pattern(pattern, *max_bytes),
        FieldType::Serial => "only the serial numbers that the site itself has listed".into(),
        FieldType::Lot { pattern: None, .. } => "only the lots that the site itself has listed".into(),
        FieldType::Lot { pattern: Some(pattern), max_bytes } => {
            of_pattern(pattern, *max_bytes).line("or a lot that the site itself has listed")
        }
    }
}

fn numbered(set: impl Into<Text>, ty: &FieldType) -> Cell {
    let count = values(ty).map(count).unwrap_or_default();
    Cell::from(set.into()).line(count)
}

fn of_pattern(pattern: &str, max_bytes: u16) -> Cell {
    let shape = Pattern::new(pattern, max_bytes);
    let mut cell = Cell::default();
    if let Some(words) = shape.as_ref().and_then(Pattern::words) {
        cell = cell.line(words);
    }
    cell = cell.line(Text::from("pattern ").code(pattern));
    let most = shape.map(|shape| format!(", {}", count(shape.count()))).unwrap_or_default();
    cell.line(format!("at most {max_bytes} characters{most}"))
}

#[cfg(test)]
mod tests {
    use labrelay_model::{Course, FloatRange, IntRange};

    use super::*;

    #[test]
    fn values_are_counted_with_both_ends() {
        let range = IntRange { min: 0, max: 9 };
        assert_eq!(values(&FieldType::Int { range, course: Course::Any }), Some(10));
        let range = FloatRange { min: 0.0, max: 200.0 };
        assert_eq!(values(&FieldType::Float { range, decimals: 2 }), Some(20_001));
        assert_eq!(values(&FieldType::Serial), None);
    }
}
