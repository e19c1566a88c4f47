//! What is kept of the acquisitions in one window: sums, and no single value.

use labrelay_manifest::{Field, Figure, FigureKind, Figures};
use labrelay_model::{Cell, FieldType, Value};
use serde::{Deserialize, Serialize};

use super::moments::Moments;

const MICROS_PER_SECOND: f64 = 1_000_000.0;

/// The sums of one window.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Sums {
    /// Acquisitions so far.
    pub(super) acquisitions: u32,
    /// Of each field that gives a figure, in the order of the fields.
    pub(super) fields: Vec<Sum>,
}

/// What is kept of one field.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum Sum {
    /// Of a number.
    Moments(Moments),
    /// How often each choice occurred; of a bool, first no and then yes.
    Counts(Vec<u32>),
}

/// The fields that give figures, each with its figures.
pub(super) fn sources(figures: &Figures) -> impl Iterator<Item = (u16, &[Figure])> {
    let of_one_field = figures.figures().chunk_by(|one, next| one.field == next.field);
    of_one_field.filter_map(|figures| Some((figures.first()?.field, figures)))
}

impl Sum {
    /// Of no value, for a field of type `ty`.
    pub(super) fn none(ty: &FieldType) -> Self {
        match ty {
            FieldType::Bool => Self::Counts(vec![0; 2]),
            _ => ty.choices().map_or_else(|| Self::Moments(Moments::default()), |n| Self::Counts(vec![0; n])),
        }
    }

    fn add(&mut self, value: &Value) {
        match (self, value) {
            (Self::Moments(moments), Value::Int(number)) => moments.add(*number as f64),
            (Self::Moments(moments), Value::Float(number)) => moments.add(*number),
            (Self::Moments(moments), Value::Duration(micros)) => {
                moments.add(*micros as f64 / MICROS_PER_SECOND);
            }
            (Self::Counts(counts), Value::Bool(yes)) => count(counts, usize::from(*yes)),
            (Self::Counts(counts), Value::Enum(index)) => count(counts, usize::from(*index)),
            _ => {} // a type that gives no figures
        }
    }

    fn merge(&mut self, other: &Self) {
        match (self, other) {
            (Self::Moments(moments), Self::Moments(other)) => moments.merge(other),
            (Self::Counts(counts), Self::Counts(others)) => {
                for (count, other) in counts.iter_mut().zip(others) {
                    *count = count.saturating_add(*other);
                }
            }
            _ => {} // of one field, so of one kind
        }
    }

    fn values(&self) -> u32 {
        match self {
            Self::Moments(moments) => moments.count(),
            Self::Counts(counts) => counts.iter().fold(0, |sum: u32, count| sum.saturating_add(*count)),
        }
    }

    fn figure(&self, kind: FigureKind) -> Option<f64> {
        Some(match (self, kind) {
            (Self::Moments(moments), FigureKind::Mean) => moments.mean(),
            (Self::Moments(moments), FigureKind::Min) => moments.min(),
            (Self::Moments(moments), FigureKind::Max) => moments.max(),
            (Self::Moments(moments), FigureKind::Sd) => moments.sd(),
            (Self::Counts(counts), FigureKind::Share) => {
                f64::from(*counts.last()?) / f64::from(self.values())
            }
            (Self::Counts(counts), FigureKind::Count(index)) => f64::from(*counts.get(usize::from(index))?),
            _ => return None,
        })
    }
}

impl Sums {
    /// Of no acquisition.
    pub(super) fn none(figures: &Figures, fields: &[Field]) -> Self {
        let none = |(field, _)| Some(Sum::none(&fields.get(usize::from(field))?.ty));
        Self { acquisitions: 0, fields: sources(figures).filter_map(none).collect() }
    }

    /// Takes one acquisition.
    pub(super) fn add(&mut self, figures: &Figures, cells: &[Cell]) {
        self.acquisitions = self.acquisitions.saturating_add(1);
        for ((field, _), sum) in sources(figures).zip(&mut self.fields) {
            if let Some(Some(value)) = cells.get(usize::from(field)) {
                sum.add(value);
            }
        }
    }

    /// Takes all acquisitions of another window.
    pub(super) fn merge(&mut self, other: &Self) {
        self.acquisitions = self.acquisitions.saturating_add(other.acquisitions);
        for (sum, other) in self.fields.iter_mut().zip(&other.fields) {
            sum.merge(other);
        }
    }

    /// The figures in their order. One over fewer than `at_least` values is left out: an optional field may
    /// have been there for a single acquisition.
    pub(super) fn figures<'a>(
        &'a self,
        figures: &'a Figures,
        at_least: u32,
    ) -> impl Iterator<Item = Option<f64>> {
        sources(figures).zip(&self.fields).flat_map(move |((_, wanted), sum)| {
            let enough = sum.values() >= at_least;
            wanted.iter().map(move |figure| sum.figure(figure.kind).filter(|_| enough))
        })
    }
}

fn count(counts: &mut [u32], at: usize) {
    if let Some(count) = counts.get_mut(at) {
        *count = count.saturating_add(1);
    }
}
