//! The ways in which a line may still be read, each at its own place in the line.

use super::build::MAX_SLOTS;
use super::tree::{Edge, NodeId};
use crate::catalogue::form::State;

/// Most kinds of slots that may begin at one place, and most templates that may end at one: each is tried.
pub(crate) const MAX_BRANCHES: usize = 8;
/// Most threads at once. Templates of one catalogue differ by their words; few go on together beyond a slot.
const MAX_THREADS: usize = 16;

/// One way of reading the line up to `pos`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Thread {
    pub(super) at: Place,
    /// Bytes read.
    pub(super) pos: usize,
    count: usize,
    slots: [(usize, usize); MAX_SLOTS],
}

/// Where in the tree a thread is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Behind a node's literal.
    Node(NodeId),
    /// Within an open value.
    Open(Open),
}

/// An open value: it goes on to where the template takes over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Open {
    pub(super) edge: Edge,
    /// What its form says of it so far.
    pub(super) state: State,
    /// Its first byte.
    pub(super) start: usize,
}

/// A step of a thread: where it leads to, and from where to where the value stands that it read, if any.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    pub(super) at: Place,
    pub(super) pos: usize,
    pub(super) value: Option<(usize, usize)>,
}

impl Thread {
    pub(super) fn new() -> Self {
        Self { at: Place::Node(NodeId::ROOT), pos: 0, count: 0, slots: [(0, 0); MAX_SLOTS] }
    }

    /// Goes a step on.
    pub(super) fn take(&mut self, step: Step) {
        (self.at, self.pos) = (step.at, step.pos);
        if let (Some(value), Some(slot)) = (step.value, self.slots.get_mut(self.count)) {
            *slot = value;
            self.count += 1;
        }
    }

    /// The values' bytes, slot by slot.
    pub(super) fn slots<'t>(&self, text: &'t [u8]) -> impl Iterator<Item = &'t [u8]> {
        let spans = self.slots.iter().take(self.count);
        spans.map(|(start, end)| text.get(*start..*end).unwrap_or_default())
    }
}

/// All threads of a line.
#[derive(Debug, Default)]
pub(super) struct Threads {
    all: Vec<Thread>,
}

/// There are more ways to read the line than the matcher follows.
pub(super) struct TooMany;

impl Threads {
    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    pub(super) fn restart(&mut self) {
        self.all.clear();
        self.all.push(Thread::new());
    }

    /// Takes the thread that is furthest behind, so that no byte is looked at again once all have passed it.
    pub(super) fn take_last(&mut self) -> Option<Thread> {
        let behind = self.all.iter().enumerate().min_by_key(|(_, thread)| thread.pos)?.0;
        Some(self.all.swap_remove(behind))
    }

    /// Adds a thread, unless one is at its place already: from there on both would read the same.
    pub(super) fn add(&mut self, thread: Thread) -> Result<(), TooMany> {
        if self.all.iter().any(|other| other.pos == thread.pos && other.at == thread.at) {
            return Ok(());
        }
        if self.all.len() == MAX_THREADS {
            return Err(TooMany);
        }
        self.all.push(thread);
        Ok(())
    }
}
