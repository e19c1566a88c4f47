//! From a catalogue to the tree of its templates, in time linear in their text.
//!
//! A template that can't be held within the matcher's bounds is left out and its event named: its lines then
//! stay unmatched. `manifest check` refuses such a catalogue.

use std::collections::{HashMap, VecDeque};

use super::draft::Drafts;
use super::flatten::{Layout, flatten};
use super::reader::Reader;
use super::tree::{End, Run, Tree};
use crate::catalogue::form::Form;
use crate::catalogue::surface::Written;
use crate::{Catalogue, Event, Field, Part, SlotKind, Template};

/// Most slots of one template: a thread carries their places. Events of instruments have up to a dozen.
pub(crate) const MAX_SLOTS: usize = 16;

/// Among how many readers of a form one is looked for that fits another event: keeps building linear.
const MAX_RECENT: usize = 16;

/// The tree, and the events of which a template is missing in it.
pub(super) fn build(catalogue: &Catalogue, fields: &[Field]) -> (Tree, Vec<u16>) {
    let mut builder = Builder::default();
    let mut lost = Vec::new();
    for (event, number) in catalogue.events().iter().zip(0..) {
        if builder.add_event(event, number, fields).is_none() {
            lost.push(number);
        }
    }
    (builder.finish(), lost)
}

#[derive(Default)]
struct Builder {
    drafts: Drafts,
    /// Index of each form, which slots written alike share; `None` for one that can't be made.
    known: HashMap<Written, Option<u32>>,
    forms: Vec<Form>,
    slots: Vec<u32>,
    readers: Vec<Reader>,
    /// The readers made last for each form.
    recent: HashMap<u32, VecDeque<(SlotKind, u32)>>,
}

/// A slot of the event at hand.
struct SlotIds {
    form: u32,
    reader: u32,
}

impl Builder {
    /// `None` if one of its templates had to be left out.
    fn add_event(&mut self, event: &Event, number: u16, fields: &[Field]) -> Option<()> {
        let slots: Vec<SlotIds> = event
            .slots
            .iter()
            .map(|slot| {
                let form = self.form(slot.kind.written())?;
                Some(SlotIds { form, reader: self.reader(form, &slot.kind, fields)? })
            })
            .collect::<Option<_>>()?;
        let added: Vec<_> =
            event.templates.iter().map(|template| self.add_template(template, number, &slots)).collect();
        added.into_iter().collect()
    }

    fn form(&mut self, written: Written) -> Option<u32> {
        if let Some(index) = self.known.get(&written) {
            return *index;
        }
        let index = Form::new(&written).ok().and_then(|form| push(&mut self.forms, form));
        self.known.insert(written, index);
        index
    }

    /// Events often declare a slot as others before them did: they share its reader.
    fn reader(&mut self, form: u32, kind: &SlotKind, fields: &[Field]) -> Option<u32> {
        let recent = self.recent.entry(form).or_default();
        if let Some((_, reader)) = recent.iter().find(|(known, _)| known == kind) {
            return Some(*reader);
        }
        let reader = push(&mut self.readers, Reader::new(kind, fields)?)?;
        recent.truncate(MAX_RECENT - 1);
        recent.push_front((kind.clone(), reader));
        Some(reader)
    }

    fn add_template(&mut self, template: &Template, event: u16, slots: &[SlotIds]) -> Option<()> {
        let begin = self.slots.len();
        let mut path = self.drafts.walk(event);
        for (at, part) in template.parts.iter().enumerate() {
            match part {
                Part::Literal(text) if at + 1 == template.parts.len() => path.text(text.trim_ascii_end())?,
                Part::Literal(text) => path.text(text)?,
                Part::Slot(slot) => {
                    let slot = slots.get(usize::from(*slot))?;
                    path.slot(slot.form)?;
                    self.slots.push(slot.reader);
                }
            }
        }
        let count = self.slots.len() - begin;
        if count > MAX_SLOTS {
            return None;
        }
        path.end(End { event, slots: Run::new(begin, count)? })
    }

    fn finish(self) -> Tree {
        let Self { drafts, forms, slots, readers, .. } = self;
        let Layout { nodes, firsts, literals, edges, ends } = flatten(drafts);
        Tree { nodes, firsts, literals, edges, ends, forms, slots, readers }
    }
}

/// Index of the new item.
fn push<T>(all: &mut Vec<T>, item: T) -> Option<u32> {
    let index = u32::try_from(all.len()).ok()?;
    all.push(item);
    Some(index)
}
