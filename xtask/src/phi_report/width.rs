//! How many different values each slot of a catalogue can have: in a wide one an identifier can't be told from a
//! reading.

use std::collections::BTreeMap;
use std::path::Path;

use labrelay_manifest::Manifest;
use labrelay_model::FieldType;

use super::program::Answer;

/// Numeric slots by name, with the number of values that their column can have.
pub(super) type Widths = BTreeMap<String, u64>;

/// The widths of a manifest's numeric slots.
pub(super) fn of_slots(manifest: &Path) -> anyhow::Result<Widths> {
    let manifest = Manifest::parse(&std::fs::read(manifest)?)?;
    let fields = manifest.streams().iter().flat_map(|stream| &stream.fields);
    Ok(fields.filter_map(|field| Some((field.name.to_string(), values(&field.ty)?))).collect())
}

/// The narrowest power of ten that holds the width of the widest numeric slot that leaves; `None` without one.
pub(super) fn class_of(answer: &Answer, widths: &Widths) -> Option<u64> {
    let widest = answer.slots.iter().filter_map(|(name, _)| widths.get(name)).max()?;
    (0..16).map(|power| 10_u64.pow(power)).find(|power| power >= widest)
}

fn values(ty: &FieldType) -> Option<u64> {
    match ty {
        FieldType::Int { range, .. } => Some(range.max.abs_diff(range.min) + 1),
        FieldType::Float { range, decimals } => {
            Some(((range.max - range.min) * 10_f64.powi(i32::from(*decimals))) as u64 + 1)
        }
        _ => None,
    }
}
