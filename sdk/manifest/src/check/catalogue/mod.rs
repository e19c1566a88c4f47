//! Checks the event catalogue of a stream, and makes the fields that its records have behind the declared ones.

mod ambiguity;
mod columns;
mod endings;
mod event;
mod letters;
mod slot;
mod template;
mod tree;

use labrelay_model::{FieldName, FieldType};

use super::MAX_FIELDS;
use crate::catalogue::{EVENT_FIELD, SEVERITY_FIELD};
use crate::fault::Fault;
use crate::matcher::{MAX_BRANCHES, MAX_SLOTS};
use crate::raw::RawEvent;
use crate::yaml::Named;
use crate::{Catalogue, Event, EventColumns, Field, Matcher, Presence, Severity, Stream};
use columns::Columns;
use tree::Tree;

/// Most events in a catalogue; their indexes on the plugin's channel are 16 bits.
const MAX_EVENTS: usize = 16_384;

/// Everything that is wrong in a catalogue; paths begin below the stream.
pub(super) type Faults = Vec<Fault>;

/// The catalogue, and the stream's fields: the declared ones, then the event's code, its severity and its slots.
pub(super) fn catalogue(
    raw: Named<FieldName, RawEvent>,
    declared: Vec<Field>,
) -> Result<(Catalogue, Vec<Field>), Faults> {
    let codes: Vec<Box<str>> = raw.0.iter().map(|(code, _)| code.as_str().into()).collect();
    super::count("catalogue", codes.len(), MAX_EVENTS).map_err(super::one)?;
    let columns = event_columns(&declared).map_err(|fault| super::one(fault.under("catalogue")))?;
    let mut slots = Columns::behind(columns, &declared);
    let (events, mut faults) = events(raw, &mut slots);
    if faults.is_empty() {
        faults = unclear(&events);
    }
    let mut fields = declared;
    fields.extend(own_fields(codes).map_err(super::one)?);
    fields.extend(slots.into_fields());
    if fields.len() > MAX_FIELDS {
        let message = format!("with its slots the stream has {} fields; at most {MAX_FIELDS}", fields.len());
        faults.push(Fault::here(message));
    }
    if faults.is_empty() {
        return Ok((Catalogue { events, columns }, fields));
    }
    Err(faults.into_iter().map(|fault| fault.under("catalogue")).collect())
}

fn events(raw: Named<FieldName, RawEvent>, slots: &mut Columns) -> (Vec<Event>, Faults) {
    let (mut events, mut faults) = (Vec::new(), Vec::new());
    for (code, raw) in raw.0 {
        match event::event(&code, raw, slots) {
            Ok(event) => events.push(event),
            Err(bad) => faults.extend(bad),
        }
    }
    (events, faults)
}

/// Where it is not clear what a line means: where a slot ends, or which template it fits.
fn unclear(events: &[Event]) -> Faults {
    let (tree, mut faults) = Tree::of(events);
    faults.extend(endings::faults(&tree));
    faults.extend(ambiguity::faults(&tree));
    faults
}

/// Fails on events that are beyond the bounds of the matcher, and would never be matched.
pub(super) fn refuse_unmatchable(stream: &Stream) -> Result<(), Faults> {
    let Some(matcher) = Matcher::of(stream) else { return Ok(()) };
    let events = stream.catalogue.as_ref().map_or(&[][..], |catalogue| catalogue.events());
    let lost = matcher.lost().iter().filter_map(|event| events.get(usize::from(*event)));
    let message = format!(
        "has a template that can't be matched: more than {MAX_SLOTS} slots in it, or more than {MAX_BRANCHES} kinds of \
         slots at one place of several templates"
    );
    let faults: Faults =
        lost.map(|event| Fault::at(&event.code, message.as_str()).under("catalogue")).collect();
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// Behind the declared fields, which must leave the names free.
fn event_columns(declared: &[Field]) -> Result<EventColumns, Fault> {
    for name in [EVENT_FIELD, SEVERITY_FIELD] {
        if declared.iter().any(|field| field.name.as_str() == name) {
            return Err(Fault::here(format!("gives the stream a field `{name}`; rename the declared one")));
        }
    }
    let event = u16::try_from(declared.len()).map_err(|_| Fault::here("too many fields are declared"))?;
    Ok(EventColumns { event, severity: event.saturating_add(1), first_slot: event.saturating_add(2) })
}

/// What every record of a stream with a catalogue says.
fn own_fields(codes: Vec<Box<str>>) -> Result<[Field; 2], Fault> {
    let severities = Severity::WORDS.iter().map(|&word| word.into()).collect();
    let field = |name: &str, ty: FieldType, says: &str| {
        Ok(Field {
            name: FieldName::new(name).map_err(|error| Fault::here(error.to_string()))?,
            ty,
            unit: None,
            description: Some(says.to_owned()),
            presence: Presence::Required,
            aggregates: Vec::new(),
        })
    };
    Ok([
        field(
            EVENT_FIELD,
            FieldType::Event { codes },
            "What happened: the code of an event of the catalogue.",
        )?,
        field(SEVERITY_FIELD, FieldType::Enum { values: severities }, "How much the event matters.")?,
    ])
}
