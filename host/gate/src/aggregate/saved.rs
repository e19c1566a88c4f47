//! The open windows as they are saved: by the names of streams and fields, since the manifest may be another one
//! when they are read again.

use labrelay_manifest::{Field, Stream};
use labrelay_model::{StreamIndex, Timestamp};
use serde::{Deserialize, Serialize};

use super::sums::{Sum, Sums, sources};
use super::window::{SHORTEST_FIRST, Window};
use super::{Aggregates, Beginning, Group, Key};
use crate::Gate;

/// [`Aggregates`], to be written.
#[derive(Serialize, Deserialize)]
pub(crate) struct SavedAggregates {
    beginning: Beginning,
    closed_until: [Option<Timestamp>; SHORTEST_FIRST.len()],
    streams: Vec<SavedStream>,
}

/// The windows of one stream.
#[derive(Serialize, Deserialize)]
struct SavedStream {
    name: String,
    fields: Vec<SavedField>,
    windows: Vec<(Window, Group, Sums)>,
}

/// What a sum is of.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
struct SavedField {
    name: String,
    /// The word of its type: a number that became a length of time is another field.
    ty: String,
    unit: Option<String>,
    choices: Vec<String>,
}

impl SavedAggregates {
    /// What `aggregates` hold under the manifest of `gate`.
    pub(crate) fn of(aggregates: &Aggregates, gate: &Gate) -> Self {
        let mut streams: Vec<(StreamIndex, SavedStream)> = Vec::new();
        for (key, sums) in &aggregates.open {
            let window = (key.window, key.group.clone(), sums.clone());
            if let Some((_, stream)) = streams.iter_mut().find(|(index, _)| *index == key.stream) {
                stream.windows.push(window);
            } else if let Some(stream) = gate.manifest().stream_at(key.stream) {
                let name = stream.name.to_string();
                let saved = SavedStream { name, fields: saved_fields(stream), windows: vec![window] };
                streams.push((key.stream, saved));
            }
        }
        Self {
            beginning: aggregates.beginning,
            closed_until: aggregates.closed_until,
            streams: streams.into_iter().map(|(_, stream)| stream).collect(),
        }
    }

    /// The windows again. What the manifest of `gate` no longer has is forgotten, and what it has besides has no
    /// values yet.
    pub(crate) fn restore(self, gate: &Gate) -> Aggregates {
        let mut aggregates = Aggregates::beginning(self.beginning);
        aggregates.closed_until = self.closed_until;
        for saved in self.streams {
            let Some((index, stream)) = gate.manifest().stream(&saved.name) else { continue };
            let Some(figures) = &stream.figures else { continue };
            let fields = saved_fields(stream);
            let same_groups = |group: &Group| group.len() == figures.groups().len();
            for (window, group, sums) in saved.windows {
                if same_groups(&group) {
                    let sums = rearranged(sums, &saved.fields, &fields, Sums::none(figures, &stream.fields));
                    aggregates.open.insert(Key { window, stream: index, group }, sums);
                }
            }
        }
        aggregates
    }
}

fn saved_fields(stream: &Stream) -> Vec<SavedField> {
    let Some(figures) = &stream.figures else { return Vec::new() };
    let field = |(at, _)| stream.fields.get(usize::from(at));
    let saved = |field: &Field| SavedField {
        name: field.name.to_string(),
        ty: field.ty.word().to_owned(),
        unit: field.unit.as_deref().map(str::to_owned),
        choices: (0..).map_while(|at| field.ty.choice(at)).map(str::to_owned).collect(),
    };
    sources(figures).filter_map(field).map(saved).collect()
}

/// The sums of the fields that both manifests have, in today's order.
fn rearranged(sums: Sums, then: &[SavedField], today: &[SavedField], none: Sums) -> Sums {
    if then == today {
        return sums;
    }
    let find = |field: &SavedField| then.iter().position(|other| other == field);
    let was = |(field, none): (&SavedField, Sum)| {
        find(field).and_then(|at| sums.fields.get(at).cloned()).unwrap_or(none)
    };
    let fields = today.iter().zip(none.fields).map(was).collect();
    Sums { acquisitions: sums.acquisitions, fields }
}
