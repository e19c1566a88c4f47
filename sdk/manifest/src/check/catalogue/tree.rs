//! All templates of a catalogue as one tree: what they begin with alike stands there once. Its paths are the
//! lines that the templates fit.

use std::collections::HashMap;

use super::event;
use crate::catalogue::form::{Form, State};
use crate::fault::Fault;
use crate::{End, Event, Part, Written};

/// A node's number.
pub(super) type NodeId = usize;

/// The tree and what its slots look like.
pub(super) struct Tree<'a> {
    events: &'a [Event],
    nodes: Vec<Node>,
    forms: Vec<Form>,
    numbers: HashMap<Written, usize>,
}

/// A place in templates: before a byte, before a slot, or at the end.
pub(super) struct Node {
    /// The next bytes, and where they lead.
    pub(super) bytes: Vec<(u8, NodeId)>,
    /// Where the next slots lead; the form stands at the far node.
    pub(super) slots: Vec<NodeId>,
    /// What the slot before this node looks like, and how many slots of the template stand before it.
    slot: Option<(usize, usize)>,
    /// The template that ends here.
    pub(super) end: Option<Which>,
    /// The first template that comes by.
    via: Which,
}

/// A template: index of the event, index of the template in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Which {
    event: usize,
    template: usize,
}

/// How far a line has been read along one way through the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum At {
    /// Up to this node.
    Node(NodeId),
    /// Into the slot before this node.
    Slot(NodeId, State),
}

impl<'a> Tree<'a> {
    /// The tree; with it all templates that have no place in it, because a form is too large or another one is the
    /// same.
    pub(super) fn of(events: &'a [Event]) -> (Self, Vec<Fault>) {
        let mut tree = Self { events, nodes: Vec::new(), forms: Vec::new(), numbers: HashMap::new() };
        tree.grow(None, Which { event: 0, template: 0 });
        let mut faults = Vec::new();
        for (at, event) in events.iter().enumerate() {
            for template in 0..event.templates.len() {
                faults.extend(tree.add(event, Which { event: at, template }).err());
            }
        }
        (tree, faults)
    }

    fn add(&mut self, event: &Event, which: Which) -> Result<(), Fault> {
        let mut at = 0;
        let mut slots = 0;
        for part in event.templates.get(which.template).map_or(&[][..], |template| &template.parts) {
            match part {
                Part::Literal(text) => at = text.bytes().fold(at, |at, byte| self.byte(at, byte, which)),
                Part::Slot(slot) => {
                    let Some(slot) = event.slots.get(usize::from(*slot)) else { continue };
                    let form = self.form(slot.kind.written()).map_err(|why| {
                        Fault::here(why).under(slot.name.as_str()).under("slots").under(&event.code)
                    })?;
                    at = self.slot(at, (form, slots), which);
                    slots += 1;
                }
            }
        }
        match self.nodes.get_mut(at) {
            Some(Node { end: Some(first), .. }) => {
                let first = *first;
                Err(self.overlap(first, which))
            }
            Some(node) => {
                node.end = Some(which);
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn byte(&mut self, at: NodeId, byte: u8, via: Which) -> NodeId {
        let known = self.nodes.get(at).and_then(|node| node.bytes.iter().find(|(known, _)| *known == byte));
        if let Some((_, to)) = known {
            return *to;
        }
        let to = self.grow(None, via);
        if let Some(node) = self.nodes.get_mut(at) {
            node.bytes.push((byte, to));
        }
        to
    }

    fn slot(&mut self, at: NodeId, slot: (usize, usize), via: Which) -> NodeId {
        let slots = self.nodes.get(at).map_or(&[][..], |node| &node.slots);
        let known = slots.iter().find(|to| self.nodes.get(**to).and_then(|node| node.slot) == Some(slot));
        if let Some(to) = known {
            return *to;
        }
        let to = self.grow(Some(slot), via);
        if let Some(node) = self.nodes.get_mut(at) {
            node.slots.push(to);
        }
        to
    }

    fn grow(&mut self, slot: Option<(usize, usize)>, via: Which) -> NodeId {
        self.nodes.push(Node { bytes: Vec::new(), slots: Vec::new(), slot, end: None, via });
        self.nodes.len() - 1
    }

    /// Slots that are written alike share a form.
    fn form(&mut self, written: Written) -> Result<usize, String> {
        if let Some(&known) = self.numbers.get(&written) {
            return Ok(known);
        }
        self.forms.push(Form::new(&written)?);
        self.numbers.insert(written, self.forms.len() - 1);
        Ok(self.forms.len() - 1)
    }

    /// All nodes.
    pub(super) fn nodes(&self) -> impl Iterator<Item = NodeId> {
        0..self.nodes.len()
    }

    pub(super) fn node(&self, at: NodeId) -> Option<&Node> {
        self.nodes.get(at)
    }

    /// The form of the slot before a node.
    pub(super) fn form_before(&self, at: NodeId) -> Option<&Form> {
        self.nodes.get(at)?.slot.and_then(|(form, _)| self.forms.get(form))
    }

    /// Whether the slot before a node ends behind the longest text that fits.
    pub(super) fn is_longest(&self, at: NodeId) -> bool {
        self.form_before(at).is_some_and(|form| form.end() == End::Longest)
    }

    /// The name of the slot before a node, in the first template that goes on to `further`.
    pub(super) fn slot_name(&self, at: NodeId, further: Which) -> &str {
        let ordinal = self.nodes.get(at).and_then(|node| node.slot).map_or(0, |(_, ordinal)| ordinal);
        let Some(event) = self.events.get(further.event) else { return "" };
        let parts = event.templates.get(further.template).map_or(&[][..], |template| &template.parts);
        let mut slots =
            parts.iter().filter_map(|part| if let Part::Slot(slot) = part { Some(*slot) } else { None });
        let slot = slots.nth(ordinal).and_then(|slot| event.slots.get(usize::from(slot)));
        slot.map_or("", |slot| slot.name.as_str())
    }

    /// The first template that comes by here.
    pub(super) fn via(&self, at: At) -> Which {
        let (At::Node(node) | At::Slot(node, _)) = at;
        self.nodes.get(node).map_or(Which { event: 0, template: 0 }, |node| node.via)
    }

    /// Everywhere that one more byte leads from here.
    pub(super) fn step(&self, at: At, byte: u8, reached: &mut Vec<At>) {
        match at {
            At::Node(at) => {
                let Some(node) = self.nodes.get(at) else { return };
                let next = node.bytes.iter().find(|(known, _)| *known == byte);
                reached.extend(next.map(|(_, to)| At::Node(*to)));
                for &slot in &node.slots {
                    if let Some(form) = self.form_before(slot) {
                        arrive(form, slot, form.step(form.start(), byte), reached);
                    }
                }
            }
            At::Slot(slot, state) => {
                if let Some(form) = self.form_before(slot) {
                    arrive(form, slot, form.step(state, byte), reached);
                }
            }
        }
    }

    /// The bytes that need to be tried where both ways must take the same one.
    pub(super) fn followers(&self, one: At, other: At) -> Vec<u8> {
        let few = self.few_bytes(one).or_else(|| self.few_bytes(other));
        few.unwrap_or_else(|| (0..=u8::MAX).collect())
    }

    /// The bytes that can follow, where only literal text does.
    fn few_bytes(&self, at: At) -> Option<Vec<u8>> {
        let At::Node(node) = at else { return None };
        let node = self.nodes.get(node).filter(|node| node.slots.is_empty())?;
        Some(node.bytes.iter().map(|(byte, _)| *byte).collect())
    }

    /// A fault at a template, below the catalogue.
    pub(super) fn fault(&self, which: Which, message: impl Into<String>) -> Fault {
        self.place(which).iter().fold(Fault::here(message), |fault, key| fault.under(key))
    }

    /// A fault at the second of two templates that some line fits.
    pub(super) fn overlap(&self, first: Which, second: Which) -> Fault {
        let other = match self.events.get(first.event) {
            Some(event) if first.event != second.event => format!("the one of `{}`", event.code),
            _ => "another one of this event".to_owned(),
        };
        let message = format!("a line could fit this template and {other}; make their texts differ");
        self.fault(second, message).contradicting(self.place(first), 0)
    }

    /// Where a template stands, with keys from the inside out, below the catalogue.
    pub(super) fn place(&self, which: Which) -> Vec<String> {
        self.events.get(which.event).map_or_else(Vec::new, |event| event::place(event, which.template))
    }
}

fn arrive(form: &Form, slot: NodeId, state: State, reached: &mut Vec<At>) {
    if form.is_dead(state) {
        return;
    }
    reached.push(At::Slot(slot, state));
    if form.accepts(state) {
        reached.push(At::Node(slot));
    }
}
