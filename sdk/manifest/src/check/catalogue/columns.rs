//! The columns of a catalogue's slots: slots of one name share one, which takes what any of them may hold.

use labrelay_model::{FieldName, FieldType, FloatRange, IntRange, PathRoot};

use super::slot::Draft;
use crate::catalogue::{EVENT_FIELD, SEVERITY_FIELD};
use crate::check::{numbers, words};
use crate::fault::Fault;
use crate::{EventColumns, Field, SlotKind, pattern};

/// The columns so far.
pub(super) struct Columns {
    /// Names that a slot can't have.
    taken: Vec<FieldName>,
    first: u16,
    slots: Vec<Column>,
}

struct Column {
    field: Field,
    /// The event that brought it.
    event: FieldName,
    /// All patterns of its slots, each once.
    patterns: Vec<Box<str>>,
}

impl Columns {
    pub(super) fn behind(columns: EventColumns, declared: &[Field]) -> Self {
        let taken = declared.iter().map(|field| field.name.clone()).collect();
        Self { taken, first: columns.first_slot, slots: Vec::new() }
    }

    pub(super) fn into_fields(self) -> impl Iterator<Item = Field> {
        self.slots.into_iter().map(|column| column.field)
    }

    /// Finds or makes the slot's column.
    pub(super) fn place(
        &mut self,
        event: &FieldName,
        name: &FieldName,
        draft: Draft,
    ) -> Result<SlotKind, Fault> {
        let (field, surface) = match draft {
            Draft::Sent { field, surface } => (field, surface),
            Draft::Ignored(shape) => return Ok(SlotKind::Ignored(shape)),
        };
        if self.taken.contains(name) || [EVENT_FIELD, SEVERITY_FIELD].contains(&name.as_str()) {
            return Err(Fault::here("the stream has a field of this name already; choose another"));
        }
        let ty = field.ty.clone();
        let known = self.slots.iter_mut().zip(self.first..).find(|(column, _)| column.field.name == *name);
        let at = match known {
            Some((column, at)) => {
                column.take(field)?;
                at
            }
            None => {
                let at = u16::try_from(self.slots.len()).unwrap_or(u16::MAX).saturating_add(self.first);
                let patterns = pattern(&field.ty).map(Box::from).into_iter().collect();
                self.slots.push(Column { field, event: event.clone(), patterns });
                at
            }
        };
        Ok(SlotKind::Sent { field: at, ty, surface })
    }
}

impl Column {
    /// Widens the column so that it takes the other slot's values as well.
    fn take(&mut self, other: Field) -> Result<(), Fault> {
        let there = [other.name.as_str(), "slots", self.event.as_str()].map(String::from).to_vec();
        let contradiction = |why: String| {
            let message = format!("slots of one name share a column, but {why}; rename one");
            Fault::here(message).contradicting(there.clone(), 3)
        };
        let new = pattern(&other.ty).filter(|new| self.patterns.iter().all(|known| **known != **new));
        self.patterns.extend(new.map(Box::from));
        if other.unit != self.field.unit {
            return Err(contradiction("the unit is another".into()));
        }
        self.field.ty = union(&self.field.ty, &other.ty, &self.patterns).map_err(contradiction)?;
        if self.field.description.is_none() {
            self.field.description = other.description;
        }
        Ok(())
    }
}

fn pattern(ty: &FieldType) -> Option<&str> {
    match ty {
        FieldType::Code { pattern, .. } => Some(pattern),
        FieldType::Lot { pattern, .. } => pattern.as_deref(),
        _ => None,
    }
}

/// What takes every value of both types, which are of one kind.
fn union(known: &FieldType, new: &FieldType, patterns: &[Box<str>]) -> Result<FieldType, String> {
    let ty = match (known, new) {
        (FieldType::Int { range: a, course: c }, FieldType::Int { range: b, course: d }) => {
            if c != d {
                return Err("only one of them is monotone".into());
            }
            FieldType::Int { range: whole(a, b), course: *c }
        }
        (FieldType::Float { range: a, decimals: c }, FieldType::Float { range: b, decimals: d }) => {
            let range = FloatRange { min: a.min.min(b.min), max: a.max.max(b.max) };
            FieldType::Float { range, decimals: *c.max(d) }
        }
        (FieldType::Duration { range: a, decimals: c }, FieldType::Duration { range: b, decimals: d }) => {
            FieldType::Duration { range: whole(a, b), decimals: *c.max(d) }
        }
        (FieldType::Enum { values: a }, FieldType::Enum { values: b }) => {
            FieldType::Enum { values: all_words(a, b)? }
        }
        (FieldType::Code { max_bytes: a, .. }, FieldType::Code { max_bytes: b, .. }) => {
            FieldType::Code { pattern: any_of(patterns)?, max_bytes: *a.max(b) }
        }
        (FieldType::Lot { max_bytes: a, .. }, FieldType::Lot { max_bytes: b, .. }) => {
            let pattern = if patterns.is_empty() { None } else { Some(any_of(patterns)?) };
            FieldType::Lot { pattern, max_bytes: *a.max(b) }
        }
        (FieldType::Path { roots: a }, FieldType::Path { roots: b }) => {
            FieldType::Path { roots: all_roots(a, b)? }
        }
        (known, new) if known == new => new.clone(),
        (known, new) => {
            return Err(format!("the type is `{}` here and `{}` there", new.word(), known.word()));
        }
    };
    match numbers::refuse_record_numbers(&ty) {
        Ok(()) => Ok(ty),
        Err(_) => Err("their ranges together could hold a record number".into()),
    }
}

fn whole(a: &IntRange, b: &IntRange) -> IntRange {
    IntRange { min: a.min.min(b.min), max: a.max.max(b.max) }
}

/// In order of first appearance.
fn all_words(a: &[Box<str>], b: &[Box<str>]) -> Result<Vec<Box<str>>, String> {
    let mut all = a.to_vec();
    all.extend(b.iter().filter(|word| !a.contains(word)).cloned());
    match all.len() {
        few if few <= words::MAX_VALUES => Ok(all),
        more => Err(format!("together they have {more} words, at most {} may be", words::MAX_VALUES)),
    }
}

fn all_roots(a: &[PathRoot], b: &[PathRoot]) -> Result<Vec<PathRoot>, String> {
    let mut all = a.to_vec();
    for root in b {
        match a.iter().find(|known| known.word == root.word) {
            Some(known) if known.folder != root.folder => {
                return Err(format!("`{}` stands for another folder there", root.word));
            }
            Some(_) => {}
            None => all.push(root.clone()),
        }
    }
    Ok(all)
}

/// A pattern that takes what any of these takes; it must itself be narrow enough.
fn any_of(patterns: &[Box<str>]) -> Result<Box<str>, String> {
    if let [only] = patterns {
        return Ok(only.clone());
    }
    let each: Vec<String> = patterns.iter().map(|pattern| format!("(?:{pattern})")).collect();
    let joined = each.join("|");
    match pattern::max_bytes(&joined, Some(pattern::MAX_CODE_BYTES)) {
        Ok(_) => Ok(joined.into()),
        Err(why) => Err(format!("for all their patterns together {why}")),
    }
}
