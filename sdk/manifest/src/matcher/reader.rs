//! What a slot of a matched line is worth: its text as a value of the event's own type, or nothing.

use labrelay_model::{FieldType, FloatRange, IntRange, PathRoot, Value};

use super::SiteWords;
use super::number;
use super::time::TimeForm;
use crate::{Field, SlotKind, Surface, innermost_root};

/// How the slots of one event are read.
#[derive(Debug)]
pub(super) enum Reader {
    /// Its shape was checked; its value goes nowhere.
    Dropped,
    /// A cell of the record.
    Cell { field: u16, worth: Worth },
}

/// How a value is read.
#[derive(Debug)]
pub(super) enum Worth {
    Int(IntRange),
    Float {
        range: FloatRange,
        decimals: u8,
    },
    Bool,
    Time(TimeForm),
    Duration(IntRange),
    /// The event's words in the order of their bytes, each with its index among the field's.
    Word(Box<[(Box<str>, u16)]>),
    Text,
    Role,
    Place(Box<Places>),
}

/// Folders of an event, with their indexes in the field.
#[derive(Debug)]
pub(super) struct Places {
    roots: Box<[PathRoot]>,
    indexes: Box<[u16]>,
    other: u16,
}

impl Reader {
    /// `None` if the stream's field does not take what the slot sends: no checked manifest has that.
    pub(super) fn new(kind: &SlotKind, fields: &[Field]) -> Option<Self> {
        let SlotKind::Sent { field, ty, surface } = kind else { return Some(Self::Dropped) };
        let column = &fields.get(usize::from(*field))?.ty;
        Some(Self::Cell { field: *field, worth: Worth::new(ty, surface, column)? })
    }
}

impl Worth {
    fn new(ty: &FieldType, surface: &Surface, column: &FieldType) -> Option<Self> {
        Some(match ty {
            FieldType::Int { range, .. } => Self::Int(*range),
            FieldType::Float { range, decimals } => Self::Float { range: *range, decimals: *decimals },
            FieldType::Bool => Self::Bool,
            FieldType::Timestamp => Self::Time(match surface {
                Surface::Time(form) => TimeForm::parse(form)?,
                Surface::Plain | Surface::DecimalComma => TimeForm::iso(),
            }),
            FieldType::Duration { range, .. } => Self::Duration(*range),
            FieldType::Enum { values: words } | FieldType::Event { codes: words } => {
                let index = |word: &str| Some((word.into(), column.choice_index(word)?));
                let mut words = words.iter().map(|word| index(word)).collect::<Option<Box<[_]>>>()?;
                words.sort();
                Self::Word(words)
            }
            FieldType::Version | FieldType::Code { .. } | FieldType::Serial | FieldType::Lot { .. } => {
                Self::Text
            }
            FieldType::Role => Self::Role,
            FieldType::Path { roots } => Self::Place(Box::new(Places::new(roots, column)?)),
        })
    }

    /// The value of `text`, which has the slot's form; `None` if it does not fit the type.
    pub(super) fn read(&self, text: &[u8], site: &SiteWords) -> Option<Value> {
        Some(match self {
            Self::Int(range) => Value::Int(number::int(text, *range)?),
            Self::Float { range, decimals } => Value::Float(number::float(text, *range, *decimals)?),
            Self::Bool => Value::Bool(is_yes(text)),
            Self::Time(form) => Value::Timestamp(form.read(text, site.zone())?),
            Self::Duration(range) => Value::Duration(number::duration(text, *range)?),
            Self::Word(words) => {
                let at = words.binary_search_by(|(word, _)| word.as_bytes().cmp(text)).ok()?;
                Value::Enum(words.get(at)?.1)
            }
            Self::Text => Value::Text(printable(text)?.into()),
            Self::Role => Value::Enum(site.role(text)?),
            Self::Place(places) => Value::Enum(places.find(text)),
        })
    }
}

/// Of the words that a form takes for yes and no.
fn is_yes(text: &[u8]) -> bool {
    [&b"true"[..], b"yes", b"on"].iter().any(|yes| text.eq_ignore_ascii_case(yes))
}

fn printable(text: &[u8]) -> Option<&str> {
    let printable = text.iter().all(|byte| matches!(byte, b' '..=b'~'));
    std::str::from_utf8(text).ok().filter(|_| printable)
}

impl Places {
    fn new(roots: &[PathRoot], column: &FieldType) -> Option<Self> {
        let indexes = roots.iter().map(|root| column.choice_index(&root.word)).collect::<Option<_>>()?;
        let other = u16::try_from(column.choices()?.checked_sub(1)?).ok()?;
        Some(Self { roots: roots.into(), indexes, other })
    }

    fn find(&self, path: &[u8]) -> u16 {
        let index = innermost_root(&self.roots, path).and_then(|at| self.indexes.get(at));
        index.copied().unwrap_or(self.other)
    }
}
