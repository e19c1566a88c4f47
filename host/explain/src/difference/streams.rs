//! Changed sources and streams.

use std::collections::BTreeSet;

use labrelay_manifest::{About, DatabaseTable, Manifest, SourceKind, Stream};

use super::{Change, Matched, Reach, events, fields};
use crate::page::{Text, code};
use crate::streams::{leaves_as, tells_of};

/// Sources decide what is read, not what leaves.
pub(super) fn sources(older: &Manifest, newer: &Manifest, changes: &mut Vec<Change>) {
    let matched = Matched::by_name(older.sources(), newer.sources(), |source| &source.name);
    let place = |name: &str| Text::from("source ").code(name);
    for gone in matched.gone {
        changes.push(Change::new(place(gone.name.as_str()), "no longer read", Reach::Less));
    }
    for new in matched.new {
        changes.push(Change::new(place(new.name.as_str()), "is read as well", Reach::Same));
    }
    for (old, new) in matched.kept.into_iter().filter(|(old, new)| old != new) {
        let (before, now) = (columns(&old.kind), columns(&new.kind));
        let mut tell = |what: Text| changes.push(Change::new(place(new.name.as_str()), what, Reach::Same));
        if before == now {
            tell("is found in another way (see “What is read”)".into());
        }
        let words = |these: &BTreeSet<String>, not: &BTreeSet<String>| {
            these.difference(not).cloned().collect::<Vec<_>>()
        };
        for (what, columns) in [
            ("is read of it as well: ", words(&now, &before)),
            ("is no longer read of it: ", words(&before, &now)),
        ] {
            if !columns.is_empty() {
                tell(Text::from(what).words(columns.iter().map(String::as_str)));
            }
        }
    }
}

/// Columns of a database that are read, each with its table.
fn columns(kind: &SourceKind) -> BTreeSet<String> {
    let SourceKind::Sqlite { tables, .. } = kind else { return BTreeSet::new() };
    let of_table = |table: &DatabaseTable| {
        let all = table.columns.iter().chain([&table.key]);
        all.map(|column| format!("{}.{column}", table.name)).collect::<Vec<_>>()
    };
    tables.iter().flat_map(of_table).collect()
}

pub(super) fn compare(older: &Manifest, newer: &Manifest, changes: &mut Vec<Change>) {
    let matched = Matched::by_name(older.streams(), newer.streams(), |stream| &stream.name);
    for gone in matched.gone {
        changes.push(Change::new(place(gone), "no longer leaves", Reach::Less));
    }
    for new in matched.new {
        let what = format!("new stream about {}, leaves {}", tells_of(new.about), leaves_as(new));
        changes.push(Change::new(place(new), what, Reach::More));
    }
    for (old, new) in matched.kept {
        how_it_leaves(old, new, changes);
        fields::compare(old, new, changes);
        events::compare(old, new, changes);
    }
}

fn how_it_leaves(old: &Stream, new: &Stream, changes: &mut Vec<Change>) {
    if (old.about, old.aggregate) != (new.about, new.aggregate) {
        let what = format!(
            "was about {}, left {}; now about {}, leaves {}",
            tells_of(old.about),
            leaves_as(old),
            tells_of(new.about),
            leaves_as(new)
        );
        changes.push(Change::new(place(new), what, reach_of_leaving(old, new)));
    }
}

/// Longer windows over more acquisitions say less; anything mixed counts as more.
fn reach_of_leaving(old: &Stream, new: &Stream) -> Reach {
    match (old.aggregate, new.aggregate) {
        _ if new.about == About::Specimen && old.about != About::Specimen => Reach::Less,
        (Some(old), Some(new)) if new.every as u8 >= old.every as u8 && new.at_least >= old.at_least => {
            Reach::Less
        }
        _ => Reach::More,
    }
}

fn place(stream: &Stream) -> Text {
    code(stream.name.as_str())
}
