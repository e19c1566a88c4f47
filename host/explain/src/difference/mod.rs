//! What has changed since another version of the manifest, with everything marked that lets more leave.

mod events;
mod fields;
mod streams;
mod types;

use labrelay_manifest::Manifest;

use crate::page::{Cell, Page, Text};

/// One change.
struct Change {
    /// Stream, field or event.
    place: Text,
    what: Cell,
    reach: Reach,
}

/// What a change does to what may leave. Where neither can be shown, a change counts as `More`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    More,
    Less,
    Same,
}

impl Change {
    fn new(place: Text, what: impl Into<Cell>, reach: Reach) -> Self {
        Self { place, what: what.into(), reach }
    }
}

/// Adds the section.
pub(crate) fn write(page: &mut Page, older: &Manifest, newer: &Manifest) {
    page.heading(Text::from("What has changed since version ").code(older.version()));
    page.paragraph(
        Text::from("Compared with the file whose SHA-256 is ").code(older.sha256().to_string()).plain("."),
    );
    let changes = changes(older, newer);
    if changes.is_empty() {
        page.paragraph("Nothing that decides about what leaves.");
        return;
    }
    let more = changes.iter().filter(|change| change.reach == Reach::More).count();
    page.paragraph(Text::from(format!("Changes: {}. ", changes.len())).strong(match more {
        0 => "None lets more leave.".into(),
        _ => format!("Those that let more leave: {more}."),
    }));
    page.table(&["where", "what", "effect"], changes.into_iter().map(row).collect());
}

fn changes(older: &Manifest, newer: &Manifest) -> Vec<Change> {
    let mut changes = Vec::new();
    if older.family() != newer.family() {
        let what = Text::from("the other file is of the family ").code(older.family().as_str());
        changes.push(Change::new("manifest".into(), what, Reach::More));
    }
    streams::sources(older, newer, &mut changes);
    if older.readers() != newer.readers() {
        // Another column may hold anything that its field lets pass.
        let what = Text::from(
            "which columns, keys and settings fill which fields has changed; see \"How it is read\"",
        );
        changes.push(Change::new(Text::default().code("settings"), what, Reach::More));
    }
    streams::compare(older, newer, &mut changes);
    changes
}

fn row(change: Change) -> Vec<Cell> {
    let effect = match change.reach {
        Reach::More => Text::default().strong("lets more leave"),
        Reach::Less => "lets less leave".into(),
        Reach::Same => "as much as before".into(),
    };
    vec![change.place.into(), change.what, effect.into()]
}

/// Two lists by name: what stands in the older one alone, in both, and in the newer one alone.
struct Matched<'a, T> {
    gone: Vec<&'a T>,
    kept: Vec<(&'a T, &'a T)>,
    new: Vec<&'a T>,
}

impl<'a, T> Matched<'a, T> {
    fn by_name<N: PartialEq + ?Sized>(older: &'a [T], newer: &'a [T], name: impl Fn(&T) -> &N) -> Self {
        let find = |list: &'a [T], one: &T| list.iter().find(|other| name(other) == name(one));
        Self {
            gone: older.iter().filter(|old| find(newer, old).is_none()).collect(),
            kept: older.iter().filter_map(|old| Some((old, find(newer, old)?))).collect(),
            new: newer.iter().filter(|new| find(older, new).is_none()).collect(),
        }
    }
}
