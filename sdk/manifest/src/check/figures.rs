//! Makes the fields that leave of a stream about specimens, from `aggregate` and each field's `as`.

use labrelay_model::{Course, FieldName, FieldType, FloatRange, IntRange};

use super::MAX_FIELDS;
use super::numbers::{MAX_DECIMALS, TOO_FEW_TO_IDENTIFY};
use crate::fault::Fault;
use crate::figures::{ACQUISITIONS_FIELD, MAX_ACQUISITIONS, WINDOW_FIELD, WINDOW_START_FIELD};
use crate::{Aggregate, AggregateKind, Every, Field, Figure, FigureKind, Figures, Presence};

/// Decimals of a share: a tenth of a percent is finer than a usual number of acquisitions can tell.
const SHARE_DECIMALS: u8 = 3;
const MICROS_PER_SECOND: f64 = 1_000_000.0;

/// The figures of a stream with these fields.
pub(super) fn figures(
    aggregate: Aggregate,
    event_time: Option<&FieldName>,
    fields: &[Field],
) -> Result<Figures, Fault> {
    let is_it = |(_, field): &(u16, &Field)| Some(&field.name) == event_time;
    let Some((event_time, _)) = (0..).zip(fields).find(is_it) else {
        let message = "a stream about specimens needs `event_time`: the timestamp field that says into which hour, \
                       day or week an acquisition falls";
        return Err(Fault::here(message));
    };
    let serials: Vec<_> = (0..).zip(fields).filter(|(_, field)| field.ty == FieldType::Serial).collect();
    let mut made = Figures {
        event_time,
        groups: serials.iter().map(|(at, _)| *at).collect(),
        figures: Vec::new(),
        fields: serials.into_iter().map(|(_, field)| field.clone()).collect(),
    };
    made.fields.extend(window(aggregate)?);
    for (at, field) in (0..).zip(fields) {
        for (kind, figure) in of_field(field)? {
            made.figures.push(Figure { field: at, kind });
            made.fields.push(figure);
        }
    }
    match made.fields.len() {
        more if more > MAX_FIELDS => {
            let message = format!("the aggregate would have {more} columns; at most {MAX_FIELDS}");
            Err(Fault::at("fields", message))
        }
        _ => unclashing(&made.fields).map(|()| made),
    }
}

/// What every aggregate says: which window, and over how many acquisitions.
fn window(aggregate: Aggregate) -> Result<Vec<Field>, Fault> {
    let words = Every::WORDS.iter().map(|&word| word.into()).collect();
    let range = IntRange { min: aggregate.at_least.into(), max: MAX_ACQUISITIONS.into() };
    if range.min > range.max {
        let message = format!("more than the {MAX_ACQUISITIONS} acquisitions that one aggregate may cover");
        return Err(Fault::at("at_least", message).under("aggregate"));
    }
    let told = |name, ty, unit: Option<&str>, says: &str| {
        Ok(Field { presence: Presence::Required, ..leaving(name, ty, unit.map(Into::into), says)? })
    };
    Ok(vec![
        told(WINDOW_START_FIELD, FieldType::Timestamp, None, "When the window began.")?,
        told(WINDOW_FIELD, FieldType::Enum { values: words }, None, "How long the window was.")?,
        told(
            ACQUISITIONS_FIELD,
            whole(range),
            Some("{acquisitions}"),
            "How many acquisitions are summed up.",
        )?,
    ])
}

/// The figures of one field, each with the field that leaves.
fn of_field(field: &Field) -> Result<Vec<(FigureKind, Field)>, Fault> {
    let mut figures = Vec::new();
    for &wanted in &field.aggregates {
        match wanted {
            AggregateKind::Mean => figures.push((FigureKind::Mean, "mean".to_owned())),
            AggregateKind::Min => figures.push((FigureKind::Min, "min".to_owned())),
            AggregateKind::Max => figures.push((FigureKind::Max, "max".to_owned())),
            AggregateKind::Sd => figures.push((FigureKind::Sd, "sd".to_owned())),
            AggregateKind::Share => figures.push((FigureKind::Share, "share".to_owned())),
            AggregateKind::Count => figures.extend(
                (0..)
                    .zip(choices(&field.ty))
                    .map(|(at, word)| (FigureKind::Count(at), format!("count_{word}"))),
            ),
        }
    }
    let made = figures.into_iter().map(|(kind, suffix)| Ok((kind, figure_field(field, kind, &suffix)?)));
    made.collect::<Result<_, Fault>>()
        .map_err(|fault| fault.under("as").under(field.name.as_str()).under("fields"))
}

/// The words that are counted.
fn choices(ty: &FieldType) -> Vec<&str> {
    match ty {
        FieldType::Bool => vec!["false", "true"],
        _ => (0..).map_while(|at| ty.choice(at)).collect(),
    }
}

fn figure_field(field: &Field, kind: FigureKind, suffix: &str) -> Result<Field, Fault> {
    let name = format!("{}_{suffix}", field.name);
    let (ty, unit) = match kind {
        FigureKind::Mean | FigureKind::Min | FigureKind::Max | FigureKind::Sd => number(field, kind)?,
        FigureKind::Share => {
            let range = FloatRange { min: 0.0, max: 1.0 };
            (FieldType::Float { range, decimals: SHARE_DECIMALS }, Some("1".into()))
        }
        FigureKind::Count(_) => {
            (whole(IntRange { min: 0, max: MAX_ACQUISITIONS.into() }), Some("{acquisitions}".into()))
        }
    };
    let says = format!("{}. {}", says(kind, suffix), field.description.as_deref().unwrap_or_default());
    leaving(&name, ty, unit, says.trim_end())
}

fn says(kind: FigureKind, suffix: &str) -> String {
    match kind {
        FigureKind::Mean => "Mean".into(),
        FigureKind::Min => "Smallest".into(),
        FigureKind::Max => "Greatest".into(),
        FigureKind::Sd => "Standard deviation".into(),
        FigureKind::Share => "Share of yes".into(),
        FigureKind::Count(_) => format!("How many are {}", suffix.trim_start_matches("count_")),
    }
}

/// Type and unit of a figure of a number: its own range, and no more decimals than the bound allows.
fn number(field: &Field, kind: FigureKind) -> Result<(FieldType, Option<Box<str>>), Fault> {
    let is_value = matches!(kind, FigureKind::Min | FigureKind::Max);
    let (range, decimals, unit) = match &field.ty {
        FieldType::Int { course: Course::Monotone, .. } => {
            return Err(Fault::here(
                "a counter gives no figures: its values tell one acquisition from another",
            ));
        }
        FieldType::Int { .. } if is_value => return Ok((field.ty.clone(), field.unit.clone())),
        FieldType::Int { range, .. } => {
            (FloatRange { min: range.min as f64, max: range.max as f64 }, 1, field.unit.clone())
        }
        FieldType::Float { range, decimals } => (*range, decimals + u8::from(!is_value), field.unit.clone()),
        FieldType::Duration { range, decimals } => {
            let seconds = |micros: i64| micros as f64 / MICROS_PER_SECOND;
            let range = FloatRange { min: seconds(range.min), max: seconds(range.max) };
            (range, decimals + u8::from(!is_value), Some("s".into()))
        }
        _ => return Err(Fault::here("only numbers and durations give this figure")),
    };
    let range = match kind {
        FigureKind::Sd => FloatRange { min: 0.0, max: range.max - range.min },
        _ => range,
    };
    Ok((bound(range, decimals), unit))
}

/// With the most decimals up to `wish` at which the range allows too few values for an identifier, and the
/// range widened to whole steps, so that rounding does not carry a figure out of it.
fn bound(range: FloatRange, wish: u8) -> FieldType {
    let scale = |decimals: u8| 10_f64.powi(decimals.into());
    let is_bound = |&decimals: &u8| (range.max - range.min) * scale(decimals) + 3.0 < TOO_FEW_TO_IDENTIFY;
    let decimals = (0..=wish.min(MAX_DECIMALS)).rev().find(is_bound).unwrap_or_default();
    let scale = scale(decimals);
    let range =
        FloatRange { min: (range.min * scale).floor() / scale, max: (range.max * scale).ceil() / scale };
    FieldType::Float { range, decimals }
}

fn whole(range: IntRange) -> FieldType {
    FieldType::Int { range, course: Course::Any }
}

/// A field that an aggregate may lack: figures of fewer values than acquisitions are asked for are left out.
fn leaving(name: &str, ty: FieldType, unit: Option<Box<str>>, says: &str) -> Result<Field, Fault> {
    let no_name = |error| Fault::here(format!("its figure would be called `{name}`: {error}"));
    Ok(Field {
        name: FieldName::new(name).map_err(no_name)?,
        ty,
        unit,
        description: Some(says.to_owned()),
        presence: Presence::Optional,
        aggregates: Vec::new(),
    })
}

fn unclashing(fields: &[Field]) -> Result<(), Fault> {
    let twice = fields.iter().enumerate().find(|(at, field)| {
        fields.get(..*at).unwrap_or_default().iter().any(|other| other.name == field.name)
    });
    match twice {
        Some((_, field)) => Err(Fault::at(
            "fields",
            format!("two columns of the aggregate would be called `{}`; rename a field", field.name),
        )),
        None => Ok(()),
    }
}
