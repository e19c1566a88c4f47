//! The stream whose catalogue a command works with, and a record for each of its events.

use anyhow::{Context as _, bail};
use labrelay_manifest::{EventColumns, Inventory, Manifest, Presence, SiteWords, Stream};
use labrelay_model::{Cell, FieldType, Record, StreamIndex, StreamName, Timestamp, Value};

/// The stream of this name, or the only one with a catalogue.
pub(super) fn with_catalogue<'m>(
    manifest: &'m Manifest,
    name: Option<&StreamName>,
) -> anyhow::Result<(StreamIndex, &'m Stream)> {
    if let Some(name) = name {
        return manifest
            .stream(name.as_str())
            .with_context(|| format!("the manifest has no stream `{name}`"));
    }
    let mut with_catalogue = manifest.streams().iter().filter(|stream| stream.catalogue.is_some());
    match (with_catalogue.next(), with_catalogue.next()) {
        (Some(only), None) => manifest.stream(only.name.as_str()).context("the manifest has no such stream"),
        (None, _) => bail!("no stream of the manifest has a catalogue"),
        (Some(_), Some(_)) => bail!("several streams have a catalogue: say which one with --stream"),
    }
}

/// What values mean at the site; without an inventory nobody has a role, and clocks stand in UTC.
pub(super) fn site_words(inventory: Option<&Inventory>) -> SiteWords {
    let none = Inventory::default();
    let inventory = inventory.unwrap_or(&none);
    SiteWords::new(inventory.roles.accounts(), inventory.zone.clone())
}

/// Records of a stream's events. Declared fields, which a plugin fills, have something that the gate takes.
pub(super) struct Blank {
    stream: StreamIndex,
    columns: EventColumns,
    severities: Vec<u16>,
    cells: Vec<Cell>,
}

impl Blank {
    /// `None` if the stream has no catalogue.
    pub(super) fn new(
        (index, stream): (StreamIndex, &Stream),
        inventory: Option<&Inventory>,
        now: Timestamp,
    ) -> Option<Self> {
        let catalogue = stream.catalogue.as_deref()?;
        let declared = usize::from(catalogue.columns().event);
        let stand_in = |(at, field): (usize, &labrelay_manifest::Field)| {
            (at < declared && field.presence == Presence::Required)
                .then(|| stand_in(&field.ty, inventory, now))
                .flatten()
        };
        Some(Self {
            stream: index,
            columns: catalogue.columns(),
            severities: catalogue.events().iter().map(|event| event.severity.index()).collect(),
            cells: stream.fields.iter().enumerate().map(stand_in).collect(),
        })
    }

    /// Index of the first slot's field.
    pub(super) fn first_slot(&self) -> usize {
        usize::from(self.columns.first_slot)
    }

    /// The record of an event; `cells` is memory to use, and `slots` are left without values.
    pub(super) fn fill(&self, event: u16, slots: &mut Vec<(u16, Value)>, mut cells: Vec<Cell>) -> Record {
        cells.clone_from(&self.cells);
        let mut set = |at: u16, value| {
            if let Some(cell) = cells.get_mut(usize::from(at)) {
                *cell = Some(value);
            }
        };
        set(self.columns.event, Value::Enum(event));
        set(
            self.columns.severity,
            Value::Enum(self.severities.get(usize::from(event)).copied().unwrap_or_default()),
        );
        slots.drain(..).for_each(|(at, value)| set(at, value));
        Record { stream: self.stream, cells }
    }
}

/// A value of the type; `None` where only a plugin knows one.
fn stand_in(ty: &FieldType, inventory: Option<&Inventory>, now: Timestamp) -> Option<Value> {
    Some(match ty {
        FieldType::Int { range, .. } => Value::Int(range.min),
        FieldType::Float { range, .. } => Value::Float(range.min),
        FieldType::Bool => Value::Bool(false),
        FieldType::Timestamp => Value::Timestamp(now),
        FieldType::Duration { range, .. } => Value::Duration(range.min),
        FieldType::Enum { .. } | FieldType::Event { .. } | FieldType::Role | FieldType::Path { .. } => {
            Value::Enum(0)
        }
        FieldType::Version => Value::Text("1.0".into()),
        FieldType::Serial => Value::Text(inventory?.serials.first()?.clone()),
        FieldType::Lot { .. } => Value::Text(inventory?.lots.first()?.clone()),
        FieldType::Code { .. } => return None,
    })
}
