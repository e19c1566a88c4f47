//! The tree while it grows, a node at a time in no order. `flatten` lays it out for matching.

use super::threads::MAX_BRANCHES;
use super::tree::End;

/// Blanks that may stand at the end of a line without being declared.
pub(super) const BLANKS: [char; 3] = [' ', '\t', '\r'];

/// All nodes; the first is the root.
pub(super) struct Drafts {
    pub(super) all: Vec<Draft>,
}

impl Default for Drafts {
    fn default() -> Self {
        Self { all: vec![Draft::default()] }
    }
}

/// A node with indexes of others.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) literal: Vec<u8>,
    /// Their literals begin with different bytes.
    pub(super) children: Vec<usize>,
    /// Form and target of each slot.
    pub(super) edges: Vec<(u32, usize)>,
    pub(super) next_line: Option<usize>,
    pub(super) ends: Vec<End>,
    /// One of the events whose templates pass here.
    pub(super) event: u16,
}

/// One template's way down.
pub(super) struct Path<'d> {
    drafts: &'d mut Drafts,
    at: usize,
    event: u16,
}

impl Drafts {
    pub(super) fn walk(&mut self, event: u16) -> Path<'_> {
        Path { drafts: self, at: 0, event }
    }

    fn add(&mut self, literal: &[u8], event: u16) -> usize {
        self.all.push(Draft { literal: literal.to_vec(), event, ..Draft::default() });
        self.all.len() - 1
    }

    fn child_with(&self, node: usize, first: u8) -> Option<usize> {
        let begins =
            |child: &&usize| self.all.get(**child).is_some_and(|child| child.literal.first() == Some(&first));
        self.all.get(node)?.children.iter().find(begins).copied()
    }

    /// Cuts a node's literal in two: what stood in the node moves into a new child.
    fn split(&mut self, node: usize, at: usize) -> Option<()> {
        let below = self.all.len();
        let upper = self.all.get_mut(node)?;
        let literal = upper.literal.split_off(at);
        let event = upper.event;
        let head = std::mem::take(&mut upper.literal);
        let lower = std::mem::replace(
            upper,
            Draft { literal: head, children: vec![below], event, ..Draft::default() },
        );
        self.all.push(Draft { literal, ..lower });
        Some(())
    }
}

impl Path<'_> {
    /// Follows text, a line at a time.
    pub(super) fn text(&mut self, text: &str) -> Option<()> {
        let mut lines = text.split('\n').peekable();
        while let Some(line) = lines.next() {
            if lines.peek().is_none() {
                return self.literal(line.as_bytes());
            }
            self.literal(line.trim_end_matches(BLANKS).as_bytes())?;
            self.next_line()?;
        }
        Some(())
    }

    fn literal(&mut self, mut text: &[u8]) -> Option<()> {
        while let Some(first) = text.first() {
            let Some(child) = self.drafts.child_with(self.at, *first) else {
                let child = self.drafts.add(text, self.event);
                self.node()?.children.push(child);
                self.at = child;
                return Some(());
            };
            let known = &self.drafts.all.get(child)?.literal;
            let common = known.iter().zip(text).take_while(|(one, other)| one == other).count();
            if common < known.len() {
                self.drafts.split(child, common)?;
            }
            self.at = child;
            text = text.get(common..)?;
        }
        Some(())
    }

    fn next_line(&mut self) -> Option<()> {
        let next = match self.node()?.next_line {
            Some(next) => next,
            None => {
                let next = self.drafts.add(&[], self.event);
                self.node()?.next_line = Some(next);
                next
            }
        };
        self.at = next;
        Some(())
    }

    /// Follows a slot; `None` if there are too many kinds of slots at this place.
    pub(super) fn slot(&mut self, form: u32) -> Option<()> {
        let edges = &self.node()?.edges;
        let known = edges.iter().find(|(known, _)| *known == form).map(|(_, target)| *target);
        if known.is_none() && edges.len() == MAX_BRANCHES {
            return None;
        }
        self.at = match known {
            Some(target) => target,
            None => {
                let target = self.drafts.add(&[], self.event);
                self.node()?.edges.push((form, target));
                target
            }
        };
        Some(())
    }

    /// Ends the template; `None` if it is empty, or too many end here.
    pub(super) fn end(mut self, end: End) -> Option<()> {
        let is_root = self.at == 0;
        let ends = &mut self.node()?.ends;
        if is_root || ends.len() == MAX_BRANCHES {
            return None;
        }
        ends.push(end);
        Some(())
    }

    fn node(&mut self) -> Option<&mut Draft> {
        self.drafts.all.get_mut(self.at)
    }
}
