//! Checks how records about specimens are summed up (design decision 6).

use crate::fault::Fault;
use crate::raw::{RawAggregate, RawEvery, RawField, RawFigure, TypeWord};
use crate::{About, Aggregate, AggregateKind, Every};

/// Fewest acquisitions that an aggregate may cover: below that, whoever has the lab's own records finds the person.
const FEWEST: u32 = 5;

/// The stream's aggregate; it is there exactly where the stream is about specimens.
pub(super) fn aggregate(about: About, raw: Option<&RawAggregate>) -> Result<Option<Aggregate>, Fault> {
    match (about, raw) {
        (About::Specimen, None) => Err(Fault::here(
            "a stream about specimens leaves only as aggregates: add `aggregate: {every: 1h, at_least: 5}`",
        )),
        (About::Specimen, Some(raw)) => bounded(raw).map(Some),
        (About::Instrument | About::Qc, Some(_)) => {
            Err(Fault::at("aggregate", "only streams about specimens are summed up; this one leaves in full"))
        }
        (About::Instrument | About::Qc, None) => Ok(None),
    }
}

fn bounded(raw: &RawAggregate) -> Result<Aggregate, Fault> {
    if raw.at_least < FEWEST {
        let message = format!("{} is too few to hide a person; at least {FEWEST}", raw.at_least);
        return Err(Fault::at("at_least", message).under("aggregate"));
    }
    let every = match raw.every {
        RawEvery::Hour => Every::Hour,
        RawEvery::Day => Every::Day,
        RawEvery::Week => Every::Week,
    };
    Ok(Aggregate { every, at_least: raw.at_least })
}

/// The figures of one field.
pub(super) fn figures(field: &RawField, about: About) -> Result<Vec<AggregateKind>, Fault> {
    let Some(raw) = &field.figures else { return Ok(Vec::new()) };
    if about != About::Specimen {
        return Err(Fault::at("as", "only streams about specimens are summed up; this one leaves in full"));
    }
    let mut figures = Vec::new();
    for &figure in raw {
        let kind = kind(figure);
        if figures.contains(&kind) {
            return Err(Fault::at("as", "the same figure stands twice"));
        }
        if !allowed(field.ty).contains(&figure) {
            return Err(Fault::at("as", hint(field.ty)));
        }
        figures.push(kind);
    }
    Ok(figures)
}

fn allowed(ty: TypeWord) -> &'static [RawFigure] {
    match ty {
        TypeWord::Int | TypeWord::Float | TypeWord::Duration => {
            &[RawFigure::Mean, RawFigure::Min, RawFigure::Max, RawFigure::Sd]
        }
        TypeWord::Bool => &[RawFigure::Share, RawFigure::Count],
        TypeWord::Enum => &[RawFigure::Count],
        _ => &[],
    }
}

fn hint(ty: TypeWord) -> &'static str {
    match ty {
        TypeWord::Int | TypeWord::Float | TypeWord::Duration => {
            "numbers and durations give mean, min, max, sd"
        }
        TypeWord::Bool => "a bool gives share or count",
        TypeWord::Enum => "an enum gives count",
        _ => "only numbers, durations, bool and enum give figures",
    }
}

fn kind(raw: RawFigure) -> AggregateKind {
    match raw {
        RawFigure::Mean => AggregateKind::Mean,
        RawFigure::Min => AggregateKind::Min,
        RawFigure::Max => AggregateKind::Max,
        RawFigure::Sd => AggregateKind::Sd,
        RawFigure::Share => AggregateKind::Share,
        RawFigure::Count => AggregateKind::Count,
    }
}
