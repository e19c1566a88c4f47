//! Changed fields of a stream.

use labrelay_manifest::{Field, Presence, Stream};

use super::{Change, Matched, Reach, types};
use crate::kinds;
use crate::page::{Cell, Text, code};

/// Compares what leaves: of a specimen stream its figures.
pub(super) fn compare(old: &Stream, new: &Stream, changes: &mut Vec<Change>) {
    let matched = Matched::by_name(old.leaving(), new.leaving(), |field| &field.name);
    let place = |field: &Field| code(new.name.as_str()).plain(", field ").code(field.name.as_str());
    for gone in matched.gone {
        changes.push(Change::new(place(gone), "no longer leaves", Reach::Less));
    }
    for added in matched.new {
        let what = Text::from("new: ").then(kinds::words(&added.ty, added.unit.as_deref()));
        changes.push(Change::new(place(added), what, Reach::More));
    }
    for (old, new) in matched.kept {
        changes.extend(
            types::compare(&old.ty, &new.ty).map(|(what, reach)| Change::new(place(new), what, reach)),
        );
        changes.extend(meaning(old, new).map(|what| Change::new(place(new), what, Reach::Same)));
    }
}

/// What else a reviewer may want to know: it changes no bounds.
fn meaning(old: &Field, new: &Field) -> Option<Cell> {
    let mut what = Cell::default();
    if old.unit != new.unit {
        let shown = |unit: &Option<Box<str>>| unit.as_deref().unwrap_or("none").to_owned();
        what = what
            .line(Text::from("unit was ").code(shown(&old.unit)).plain(", is now ").code(shown(&new.unit)));
    }
    if old.presence != new.presence {
        what = what.line(match new.presence {
            Presence::Optional => "may be missing now",
            Presence::Required => "must be there now",
        });
    }
    if old.description != new.description {
        what = what.line("described in other words");
    }
    if old.aggregates != new.aggregates {
        what = what.line("other figures are given of it (see the fields that have come or gone)");
    }
    (!what.0.is_empty()).then_some(what)
}
