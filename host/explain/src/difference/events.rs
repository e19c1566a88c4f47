//! Changed events of a stream's catalogue.

use labrelay_manifest::{Event, SlotKind, Stream};

use super::{Change, Matched, Reach, types};
use crate::catalogue::{severity, shape_in_words, shown};
use crate::page::{Cell, Text, code};

pub(super) fn compare(old: &Stream, new: &Stream, changes: &mut Vec<Change>) {
    let matched = Matched::by_name(events(old), events(new), |event| &*event.code);
    let place = |event: &Event| code(new.name.as_str()).plain(", event ").code(&*event.code);
    for gone in matched.gone {
        changes.push(Change::new(place(gone), "no longer leaves", Reach::Less));
    }
    for added in matched.new {
        changes.push(Change::new(place(added), templates("new: ", added, |_| true), Reach::More));
    }
    for (old, new) in matched.kept {
        lines(old, new, place(new), changes);
        slots(old, new, place(new), changes);
        if old.severity != new.severity {
            let what = format!("severity was {}, is now {}", severity(old.severity), severity(new.severity));
            changes.push(Change::new(place(new), what, Reach::Same));
        }
    }
}

fn events(stream: &Stream) -> &[Event] {
    stream.catalogue.as_ref().map(|catalogue| catalogue.events()).unwrap_or_default()
}

fn lines(old: &Event, new: &Event, place: Text, changes: &mut Vec<Change>) {
    let all = |event: &Event| -> Vec<String> {
        event.templates.iter().map(|template| shown(template, &event.slots)).collect()
    };
    let (before, after) = (all(old), all(new));
    let added = templates("new line: ", new, |line| !before.contains(line));
    if !added.0.is_empty() {
        changes.push(Change::new(place.clone(), added, Reach::More));
    }
    let gone = templates("line gone: ", old, |line| !after.contains(line));
    if !gone.0.is_empty() {
        changes.push(Change::new(place, gone, Reach::Less));
    }
}

fn templates(word: &str, event: &Event, which: impl Fn(&String) -> bool) -> Cell {
    let lines = event.templates.iter().map(|template| shown(template, &event.slots)).filter(which);
    Cell(lines.map(|line| Text::from(word).code(line)).collect())
}

fn slots(old: &Event, new: &Event, place: Text, changes: &mut Vec<Change>) {
    let matched = Matched::by_name(&old.slots, &new.slots, |slot| &slot.name);
    for (old, new) in matched.kept {
        let place = place.clone().plain(", part ").code(new.name.as_str());
        match (&old.kind, &new.kind) {
            (SlotKind::Sent { ty: old, .. }, SlotKind::Sent { ty: new, .. }) => {
                changes.extend(types::compare(old, new).map(|(what, reach)| Change::new(place, what, reach)));
            }
            (SlotKind::Sent { .. }, SlotKind::Ignored(_)) => {
                changes.push(Change::new(place, "is dropped now", Reach::Less));
            }
            (SlotKind::Ignored(_), SlotKind::Sent { .. }) => {
                changes.push(Change::new(place, "was dropped, leaves now", Reach::More));
            }
            (SlotKind::Ignored(old), SlotKind::Ignored(new)) if old != new => {
                let what = format!("dropped before and now; must be {}", shape_in_words(*new));
                changes.push(Change::new(place, what, Reach::Same));
            }
            (SlotKind::Ignored(_), SlotKind::Ignored(_)) => {}
        }
    }
}
