//! Leads the threads down the tree over one text. See the module's page for why this ends in time.

use super::line::Line;
use super::threads::{Open, Place, Step, Thread, Threads, TooMany};
use super::tree::{Edge, End, Node, NodeId, Tree};
use crate::catalogue::End as ValueEnd;

/// Most looks at a byte, on average over the text and a little more. One thread looks once or twice at each, and
/// few ever run side by side.
pub(super) const MAX_LOOKS_PER_BYTE: usize = 64;
/// The little more, for short texts: slots are tried at a place before it is known that no value is there.
pub(super) const FREE_LOOKS: usize = 4096;

/// One text on its way through the tree.
pub(super) struct Walk<'m, 't> {
    tree: &'m Tree,
    text: &'t [u8],
    line: Line,
    threads: &'m mut Threads,
    /// The way on of the thread at hand; what else it may do goes to the other threads.
    next: Option<Step>,
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
        Self { tree, text, line: Line::at(text, 0), threads, next: None, looks: 0, furthest: (0, None) }
    }

    /// The event of the template that the longest beginning of the text fits.
    pub(super) fn nearest(&self) -> Option<u16> {
        self.furthest.1
    }

    /// Follows all threads to their ends and shows each arrival, those of shorter texts first.
    pub(super) fn run(&mut self, mut arrive: impl FnMut(Arrival<'_>)) -> Result<(), TooMany> {
        while let Some(mut thread) = self.threads.take_last() {
            while self.step(&mut thread, &mut arrive)? {
                if !self.threads.is_empty() {
                    self.threads.add(thread)?; // another may be further behind now
                    break;
                }
            }
        }
        Ok(())
    }

    /// Leads a thread one step on; `false` at its end.
    fn step(&mut self, thread: &mut Thread, arrive: &mut impl FnMut(Arrival<'_>)) -> Result<bool, TooMany> {
        if thread.pos >= self.line.next {
            self.line = Line::at(self.text, thread.pos);
        }
        match thread.at {
            Place::Node(id) => self.leave(id, thread, arrive)?,
            Place::Open(open) => self.go_on(thread, open)?,
        }
        if self.looks > FREE_LOOKS + MAX_LOOKS_PER_BYTE * self.text.len() {
            return Err(TooMany);
        }
        let next = self.next.take();
        if let Some(step) = next {
            thread.take(step);
        }
        Ok(next.is_some())
    }

    /// Notes a way on. The last one noted is the thread's own.
    fn offer(&mut self, thread: &Thread, step: Step) -> Result<(), TooMany> {
        let Some(other) = self.next.replace(step) else { return Ok(()) };
        let mut branch = *thread;
        branch.take(other);
        self.threads.add(branch)
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
            Some((child, pos)) => self.offer(thread, Step { at: Place::Node(child), pos, value: None }),
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
            Some(next) => {
                self.offer(thread, Step { at: Place::Node(next), pos: self.line.next, value: None })
            }
            None => Ok(()),
        }
    }

    /// Reads a value that knows its own end, or begins an open one.
    fn read_slot(&mut self, thread: &Thread, rest: &[u8], edge: Edge) -> Result<(), TooMany> {
        let Some(form) = self.tree.form(edge.form) else { return Ok(()) };
        let start = thread.pos;
        if form.end() == ValueEnd::BeforeLiteral {
            let open = Open { edge, state: form.start(), start };
            return self.offer(thread, Step { at: Place::Open(open), pos: start, value: None });
        }
        let (length, looks) = form.scan(rest);
        self.looks += looks;
        let (Some(length), Some(target)) = (length, self.tree.node(edge.target)) else { return Ok(()) };
        let Some(pos) = self.enter(target, start + length) else { return Ok(()) };
        self.offer(thread, Step { at: Place::Node(edge.target), pos, value: Some((start, start + length)) })
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
            if !form.accepts(open.state) {
                continue;
            }
            if let Some(taken_over) = self.take_over(node, open, pos) {
                self.offer(thread, taken_over)?;
                return self.offer(thread, Step { at: Place::Open(open), pos, value: None });
            }
        }
        Ok(())
    }

    /// Where the template goes on if an open value ends at `pos`.
    fn take_over(&mut self, node: &Node, open: Open, pos: usize) -> Option<Step> {
        let value = Some((open.start, pos));
        let is_more_than_text = pos == self.line.end || !node.edges.of(&self.tree.edges).is_empty();
        let (at, pos) = if is_more_than_text || !self.tree.literal(node).is_empty() {
            (open.edge.target, self.enter(node, pos)?)
        } else {
            self.literal(node, pos)?
        };
        Some(Step { at: Place::Node(at), pos, value })
    }

    /// The child whose literal stands at `pos`, and the end of that literal.
    fn literal(&mut self, node: &Node, pos: usize) -> Option<(NodeId, usize)> {
        let (id, child) = self.tree.child(node, *self.line.rest(self.text, pos).first()?)?;
        Some((id, self.enter(child, pos)?))
    }

    /// The end of a node's literal, if it stands at `pos`.
    fn enter(&mut self, node: &Node, pos: usize) -> Option<usize> {
        let (rest, literal) = (self.line.rest(self.text, pos), self.tree.literal(node));
        self.looks += literal.len();
        if rest.starts_with(literal) {
            return Some(pos + literal.len());
        }
        let common = rest.iter().zip(literal).take_while(|(one, other)| one == other).count();
        self.note(pos + common, node.event);
        None
    }

    fn note(&mut self, pos: usize, event: u16) {
        if pos > self.furthest.0 {
            self.furthest = (pos, Some(event));
        }
    }
}
