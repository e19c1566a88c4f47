//! Leads the threads down the tree over one text. See the module's page for why this ends in time.

use super::line::Line;
use super::threads::{Open, Place, Thread, Threads, TooMany};
use super::tree::{Edge, End, Node, NodeId, Tree};
use crate::catalogue::End as ValueEnd;

/// Most looks at a byte, on average over the text and a little more. One thread looks once or twice at each, and
/// few ever run side by side.
const MAX_LOOKS_PER_BYTE: usize = 64;
/// The little more, for short texts: lexers try at a place before they know that nothing is there.
const FREE_LOOKS: usize = 4096;

/// One text on its way through the tree.
pub(super) struct Walk<'m, 't> {
    tree: &'m Tree,
    text: &'t [u8],
    line: Line,
    threads: &'m mut Threads,
    /// Bytes looked at.
    pub(super) looks: usize,
    /// How much of the text a template has begun with, and the event of that template.
    furthest: (usize, Option<u16>),
}

/// A thread that came to the end of a template and of a line.
pub(super) struct Arrival<'w> {
    pub(super) thread: &'w Thread,
    pub(super) end: &'w End,
    /// Bytes up to the next line.
    pub(super) consumed: usize,
}

impl<'m, 't> Walk<'m, 't> {
    pub(super) fn new(tree: &'m Tree, text: &'t [u8], threads: &'m mut Threads) -> Self {
        threads.restart();
        Self { tree, text, line: Line::at(text, 0), threads, looks: 0, furthest: (0, None) }
    }

    /// The event of the template that the longest beginning of the text fits.
    pub(super) fn nearest(&self) -> Option<u16> {
        self.furthest.1
    }

    /// Follows all threads to their ends and shows each arrival, those of shorter texts first.
    pub(super) fn run(&mut self, mut arrive: impl FnMut(Arrival<'_>)) -> Result<(), TooMany> {
        while let Some(thread) = self.threads.take_last() {
            if thread.pos >= self.line.next {
                self.line = Line::at(self.text, thread.pos);
            }
            match thread.at {
                Place::Node(id) => self.leave(id, &thread, &mut arrive)?,
                Place::Open(open) => self.go_on(&thread, open)?,
            }
            if self.looks > FREE_LOOKS + MAX_LOOKS_PER_BYTE * self.text.len() {
                return Err(TooMany);
            }
        }
        Ok(())
    }

    /// All ways on from behind a node's literal.
    fn leave(
        &mut self,
        id: NodeId,
        thread: &Thread,
        arrive: &mut impl FnMut(Arrival<'_>),
    ) -> Result<(), TooMany> {
        let tree = self.tree;
        let Some(node) = tree.node(id) else { return Ok(()) };
        self.note(thread.pos, node.event);
        let rest = self.line.rest(self.text, thread.pos);
        if rest.is_empty() {
            return self.end_line(node, thread, arrive);
        }
        for edge in node.edges.of(&tree.edges) {
            self.read_slot(thread, rest, *edge)?;
        }
        match self.literal(node, thread.pos) {
            Some((child, pos)) => self.threads.add(thread.moved(Place::Node(child), pos)),
            None => Ok(()),
        }
    }

    fn end_line(
        &mut self,
        node: &Node,
        thread: &Thread,
        arrive: &mut impl FnMut(Arrival<'_>),
    ) -> Result<(), TooMany> {
        for end in node.ends.of(&self.tree.ends) {
            arrive(Arrival { thread, end, consumed: self.line.next });
        }
        match node.next_line.filter(|_| self.line.is_fed) {
            Some(next) => self.threads.add(thread.moved(Place::Node(next), self.line.next)),
            None => Ok(()),
        }
    }

    /// Reads a value that knows its own end, or begins an open one.
    fn read_slot(&mut self, thread: &Thread, rest: &[u8], edge: Edge) -> Result<(), TooMany> {
        let Some(form) = self.tree.form(edge.form) else { return Ok(()) };
        if form.end() == ValueEnd::BeforeLiteral {
            let open = Open { edge, state: form.start(), start: thread.pos };
            return self.threads.add(thread.moved(Place::Open(open), thread.pos));
        }
        let length = form.read(rest);
        self.looks += length.unwrap_or(1);
        let Some(end) = length.map(|length| thread.pos + length) else { return Ok(()) };
        self.threads.add(thread.moved(Place::Node(edge.target), end).capture(thread.pos, end))
    }

    /// Goes on within an open value to the next place where the template may take over.
    fn go_on(&mut self, thread: &Thread, mut open: Open) -> Result<(), TooMany> {
        let tree = self.tree;
        let (Some(form), Some(node)) = (tree.form(open.edge.form), tree.node(open.edge.target)) else {
            return Ok(());
        };
        let last = self.line.end.min(open.start + form.max_bytes());
        for (byte, pos) in self.text.get(thread.pos..last).unwrap_or_default().iter().zip(thread.pos + 1..) {
            self.looks += 1;
            open.state = form.step(open.state, *byte);
            if form.is_dead(open.state) {
                return Ok(());
            }
            if form.accepts(open.state) && self.take_over(thread, node, open, pos)? {
                return self.threads.add(thread.moved(Place::Open(open), pos));
            }
        }
        Ok(())
    }

    /// Whether the template takes over at `pos` within the text of an open value.
    fn take_over(&mut self, thread: &Thread, node: &Node, open: Open, pos: usize) -> Result<bool, TooMany> {
        let value_ends = thread.capture(open.start, pos);
        if pos == self.line.end || !node.edges.of(&self.tree.edges).is_empty() {
            self.threads.add(value_ends.moved(Place::Node(open.edge.target), pos))?;
            return Ok(true);
        }
        let Some((child, pos)) = self.literal(node, pos) else { return Ok(false) };
        self.threads.add(value_ends.moved(Place::Node(child), pos))?;
        Ok(true)
    }

    /// The child whose literal stands at `pos`, and the end of that literal.
    fn literal(&mut self, node: &Node, pos: usize) -> Option<(NodeId, usize)> {
        let rest = self.line.rest(self.text, pos);
        let (id, child) = self.tree.child(node, *rest.first()?)?;
        let literal = self.tree.literal(child);
        self.looks += literal.len();
        if rest.starts_with(literal) {
            return Some((id, pos + literal.len()));
        }
        let common = rest.iter().zip(literal).take_while(|(one, other)| one == other).count();
        self.note(pos + common, child.event);
        None
    }

    fn note(&mut self, pos: usize, event: u16) {
        if pos > self.furthest.0 {
            self.furthest = (pos, Some(event));
        }
    }
}
