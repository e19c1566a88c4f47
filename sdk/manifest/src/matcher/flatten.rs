//! Lays the drafts out in flat arrays: siblings side by side, and what follows a node near it.

use super::draft::{Draft, Drafts};
use super::tree::{Edge, End, Node, NodeId, Run};

/// The arrays of a tree that hold its shape.
#[derive(Default)]
pub(super) struct Layout {
    pub(super) nodes: Vec<Node>,
    pub(super) firsts: Vec<u8>,
    pub(super) literals: Vec<u8>,
    pub(super) edges: Vec<Edge>,
    pub(super) ends: Vec<End>,
}

/// Beyond what 32 bits count the layout is empty, and nothing matches.
pub(super) fn flatten(drafts: Drafts) -> Layout {
    Flattening { drafts: drafts.all, layout: Layout::default(), open: Vec::new() }.run().unwrap_or_default()
}

struct Flattening {
    drafts: Vec<Draft>,
    layout: Layout,
    /// Drafts that have a node, but no neighbours yet.
    open: Vec<(usize, NodeId)>,
}

impl Flattening {
    fn run(mut self) -> Option<Layout> {
        self.reserve(0)?;
        while let Some((draft, id)) = self.open.pop() {
            let draft = std::mem::take(self.drafts.get_mut(draft)?);
            let node = self.lay_out(draft)?;
            *self.layout.nodes.get_mut(id.0 as usize)? = node;
        }
        Some(self.layout)
    }

    /// Gives a draft the next node.
    fn reserve(&mut self, draft: usize) -> Option<NodeId> {
        let id = NodeId(u32::try_from(self.layout.nodes.len()).ok()?);
        self.layout.nodes.push(Node::default());
        self.layout.firsts.push(self.first(draft));
        self.open.push((draft, id));
        Some(id)
    }

    /// Where only one text can follow a slot, the node behind the slot takes it over: one node less to visit.
    fn absorb_only_child(&mut self, draft: usize) {
        let Some(Draft { children, edges, ends, next_line: None, .. }) = self.drafts.get(draft) else {
            return;
        };
        let (&[child], true) = (children.as_slice(), edges.is_empty() && ends.is_empty()) else { return };
        let child = self.drafts.get_mut(child).map(std::mem::take);
        if let (Some(child), Some(draft)) = (child, self.drafts.get_mut(draft)) {
            *draft = child;
        }
    }

    fn first(&self, draft: usize) -> u8 {
        self.drafts.get(draft).and_then(|draft| draft.literal.first()).copied().unwrap_or_default()
    }

    fn lay_out(&mut self, mut draft: Draft) -> Option<Node> {
        draft.children.sort_by_key(|child| self.first(*child));
        let children = Run::new(self.layout.nodes.len(), draft.children.len())?;
        for child in draft.children {
            self.reserve(child)?;
        }
        let literal = append(&mut self.layout.literals, draft.literal)?;
        let ends = append(&mut self.layout.ends, draft.ends)?;
        let edges: Vec<_> = draft
            .edges
            .into_iter()
            .map(|(form, target)| {
                self.absorb_only_child(target);
                Some(Edge { form, target: self.reserve(target)? })
            })
            .collect::<Option<_>>()?;
        let edges = append(&mut self.layout.edges, edges)?;
        let next_line = match draft.next_line {
            Some(next) => Some(self.reserve(next)?),
            None => None,
        };
        Some(Node { literal, children, edges, ends, next_line, event: draft.event })
    }
}

fn append<T>(all: &mut Vec<T>, some: Vec<T>) -> Option<Run> {
    let run = Run::new(all.len(), some.len());
    all.extend(some);
    run
}
