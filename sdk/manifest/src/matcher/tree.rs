//! All templates of a catalogue in one tree: common beginnings are stored and compared once.
//!
//! Nodes, literals and slots lie in flat arrays, so that a match touches few cache lines and memory stays close
//! to the templates' text.

use super::reader::Reader;
use crate::catalogue::form::Form;

/// The tree; its root is the first node.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) nodes: Vec<Node>,
    /// First byte of each node's literal: what a parent looks for, without touching the node.
    pub(super) firsts: Vec<u8>,
    /// Text of all literals.
    pub(super) literals: Vec<u8>,
    pub(super) edges: Vec<Edge>,
    pub(super) forms: Vec<Form>,
    /// Templates that end at a node.
    pub(super) ends: Vec<End>,
    /// For the slots of each template, in its order, their indexes in `readers`.
    pub(super) slots: Vec<u32>,
    pub(super) readers: Vec<Reader>,
}

/// A literal and what may stand behind it.
#[derive(Debug, Default)]
pub(super) struct Node {
    pub(super) literal: Run,
    /// Nodes whose literals begin with different bytes, in the order of these.
    pub(super) children: Run,
    pub(super) edges: Run,
    pub(super) ends: Run,
    /// Where the next line goes on, if the line ends here.
    pub(super) next_line: Option<NodeId>,
    /// One of the events whose templates pass here.
    pub(super) event: u16,
}

/// Index of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NodeId(pub(super) u32);

impl NodeId {
    pub(super) const ROOT: Self = Self(0);
}

/// A slot, and the node behind it, whose literal is empty if several texts may follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Edge {
    pub(super) form: u32,
    pub(super) target: NodeId,
}

/// The end of a template.
#[derive(Debug)]
pub(super) struct End {
    pub(super) event: u16,
    /// Of the tree's `slots`.
    pub(super) slots: Run,
}

/// Neighbours in one of the arrays.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Run {
    start: u32,
    count: u32,
}

impl Run {
    /// `None` beyond 32 bits.
    pub(super) fn new(start: usize, count: usize) -> Option<Self> {
        Some(Self { start: u32::try_from(start).ok()?, count: u32::try_from(count).ok()? })
    }

    pub(super) fn of<T>(self, all: &[T]) -> &[T] {
        let start = self.start as usize;
        all.get(start..start + self.count as usize).unwrap_or_default()
    }
}

impl Tree {
    pub(super) fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.0 as usize)
    }

    pub(super) fn literal(&self, node: &Node) -> &[u8] {
        node.literal.of(&self.literals)
    }

    pub(super) fn form(&self, index: u32) -> Option<&Form> {
        self.forms.get(index as usize)
    }

    /// The one child whose literal begins with this byte.
    pub(super) fn child(&self, node: &Node, first: u8) -> Option<(NodeId, &Node)> {
        let at = node.children.of(&self.firsts).binary_search(&first).ok()?;
        let id = NodeId(node.children.start + u32::try_from(at).ok()?);
        Some((id, self.node(id)?))
    }
}
