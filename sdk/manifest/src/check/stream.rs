//! Checks one stream with its fields.

use std::sync::Arc;

use labrelay_model::{FieldName, StreamName};

use super::{MAX_FIELDS, aggregate, catalogue, count, each, field, figures, note, one, text};
use crate::fault::Fault;
use crate::nearest::nearest;
use crate::raw::{RawAbout, RawStream, TypeWord};
use crate::{About, Field, Stream};

pub(super) fn stream(name: StreamName, raw: RawStream) -> Result<Stream, Vec<Fault>> {
    let mut faults = Vec::new();
    let about = match raw.about {
        RawAbout::Instrument => About::Instrument,
        RawAbout::Qc => About::Qc,
        RawAbout::Specimen => About::Specimen,
    };
    note(text("description", &raw.description), &mut faults);
    if raw.catalogue.is_none() || !raw.fields.0.is_empty() {
        note(count("fields", raw.fields.0.len(), MAX_FIELDS), &mut faults);
    }
    if about == About::Specimen && raw.catalogue.is_some() {
        let message =
            "events are told one by one, and a stream about specimens never is; make it a stream of its own";
        faults.push(Fault::at("catalogue", message));
    }
    let event_time = note(event_time(&raw), &mut faults).flatten();
    let aggregate = note(aggregate::aggregate(about, raw.aggregate.as_ref()), &mut faults).flatten();
    let fields: Vec<Field> =
        each("fields", raw.fields, &mut faults, |name, raw| field::field(name, raw, about).map_err(one));
    if !faults.is_empty() {
        return Err(faults);
    }
    let (catalogue, fields) = match raw.catalogue {
        Some(raw) => {
            catalogue::catalogue(raw, fields).map(|(catalogue, fields)| (Some(catalogue), fields))?
        }
        None => (None, fields),
    };
    let figures = aggregate.map(|aggregate| figures::figures(aggregate, event_time.as_ref(), &fields));
    let stream = Stream {
        name,
        about,
        description: raw.description,
        aggregate,
        event_time,
        fields,
        catalogue: catalogue.map(Arc::new),
        figures: figures.transpose().map_err(one)?,
    };
    catalogue::refuse_unmatchable(&stream).map(|()| stream)
}

/// The declared field or slot, which must be a timestamp.
fn event_time(raw: &RawStream) -> Result<Option<FieldName>, Fault> {
    let Some(wanted) = &raw.event_time else { return Ok(None) };
    let timestamps = || {
        let events = raw.catalogue.iter().flat_map(|catalogue| &catalogue.0);
        let slots = events.flat_map(|(_, event)| &event.slots.0);
        let all = raw.fields.0.iter().chain(slots);
        all.filter(|(_, field)| field.ty == TypeWord::Timestamp).map(|(name, _)| name)
    };
    if let Some(name) = timestamps().find(|name| name.as_str() == wanted) {
        return Ok(Some(name.clone()));
    }
    let near = nearest(wanted, timestamps().map(FieldName::as_str));
    let hint = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    Err(Fault::at("event_time", format!("`{wanted}` is no timestamp field of this stream{hint}")))
}
