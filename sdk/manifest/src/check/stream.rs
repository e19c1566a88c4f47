//! Checks one stream with its fields.

use labrelay_model::{FieldName, StreamName};

use super::{MAX_FIELDS, aggregate, count, each, field, figures, note, one, text};
use crate::fault::Fault;
use crate::nearest::nearest;
use crate::raw::{RawAbout, RawStream, TypeWord};
use crate::{About, Field, Stream};

pub(super) fn stream(name: StreamName, raw: RawStream) -> Result<Stream, Vec<Fault>> {
    if raw.catalogue {
        let message = "event catalogues are not supported yet: this version reads `fields`";
        return Err(one(Fault::at("catalogue", message)));
    }
    let mut faults = Vec::new();
    let about = match raw.about {
        RawAbout::Instrument => About::Instrument,
        RawAbout::Qc => About::Qc,
        RawAbout::Specimen => About::Specimen,
    };
    note(text("description", &raw.description), &mut faults);
    note(count("fields", raw.fields.0.len(), MAX_FIELDS), &mut faults);
    let event_time = note(event_time(&raw), &mut faults).flatten();
    let aggregate = note(aggregate::aggregate(about, raw.aggregate.as_ref()), &mut faults).flatten();
    let fields: Vec<Field> =
        each("fields", raw.fields, &mut faults, |name, raw| field::field(name, raw, about).map_err(one));
    if !faults.is_empty() {
        return Err(faults);
    }
    let figures = aggregate.map(|aggregate| figures::figures(aggregate, event_time.as_ref(), &fields));
    Ok(Stream {
        name,
        about,
        description: raw.description,
        aggregate,
        event_time,
        fields,
        catalogue: None,
        figures: figures.transpose().map_err(one)?,
    })
}

/// The declared field, which must be a timestamp.
fn event_time(raw: &RawStream) -> Result<Option<FieldName>, Fault> {
    let Some(wanted) = &raw.event_time else { return Ok(None) };
    let timestamps =
        || raw.fields.0.iter().filter(|(_, field)| field.ty == TypeWord::Timestamp).map(|(name, _)| name);
    if let Some(name) = timestamps().find(|name| name.as_str() == wanted) {
        return Ok(Some(name.clone()));
    }
    let near = nearest(wanted, timestamps().map(FieldName::as_str));
    let hint = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    Err(Fault::at("event_time", format!("`{wanted}` is no timestamp field of this stream{hint}")))
}
