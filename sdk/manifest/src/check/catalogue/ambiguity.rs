//! Whether some line fits two templates.
//!
//! Follows two ways through the tree of templates at once, with every byte that both can take. A slot counts as
//! whatever its form accepts, even where the matcher reads less: an overlap may be reported that never happens,
//! and none is missed.

use std::collections::{BTreeSet, HashSet};

use super::tree::{At, NodeId, Tree, Which};
use crate::fault::Fault;

/// Most overlaps that are reported.
const MAX_FOUND: usize = 50;
/// Most bytes that are tried: a second of work. 10,000 templates that differ in their text take a twentieth; only
/// hundreds of different slots at the same place take more.
const MAX_TRIED: usize = 100_000_000;

/// One fault for each pair of templates that share a line.
pub(super) fn faults(tree: &Tree<'_>) -> Vec<Fault> {
    let mut search =
        Search { tree, seen: HashSet::new(), todo: Vec::new(), found: BTreeSet::new(), tried: 0 };
    for node in tree.nodes() {
        search.part(node);
        while let Some((one, other)) = search.todo.pop() {
            search.follow(one, other);
        }
        if search.found.len() >= MAX_FOUND {
            break;
        }
        if search.tried > MAX_TRIED {
            let message = "too many different slots stand at the same place of its templates to tell them apart; \
                           begin the templates with different words";
            return vec![Fault::here(message)];
        }
    }
    search.found.iter().map(|&(first, second)| tree.overlap(first, second)).collect()
}

struct Search<'a> {
    tree: &'a Tree<'a>,
    seen: HashSet<(At, At)>,
    todo: Vec<(At, At)>,
    found: BTreeSet<(Which, Which)>,
    tried: usize,
}

impl Search<'_> {
    /// Notes a pair of places that the same text leads to; where both are one node, `part` has begun there.
    fn visit(&mut self, one: At, other: At) {
        let pair = if one <= other { (one, other) } else { (other, one) };
        let together = matches!(pair, (At::Node(one), At::Node(other)) if one == other);
        if together || self.tried > MAX_TRIED || !self.seen.insert(pair) {
            return;
        }
        if let (Some(one), Some(other)) = (self.end(one), self.end(other)) {
            if one != other {
                self.found.insert((one.min(other), one.max(other)));
            }
        }
        self.todo.push(pair);
    }

    fn end(&self, at: At) -> Option<Which> {
        match at {
            At::Node(node) => self.tree.node(node)?.end,
            At::Slot(..) => None,
        }
    }

    /// Where two things can follow at a node, two ways part. Up to there they are one: a slot that both have in common
    /// ends at the same place for both, unless what follows decides where.
    fn part(&mut self, at: NodeId) {
        let tree = self.tree;
        let Some(node) = tree.node(at) else { return };
        for (index, &slot) in node.slots.iter().enumerate() {
            if !tree.is_longest(slot) {
                self.visit(before(tree, slot), before(tree, slot));
            }
            for &other in node.slots.iter().skip(index + 1) {
                self.visit(before(tree, slot), before(tree, other));
            }
            for &(byte, to) in &node.bytes {
                let mut reached = Vec::new();
                tree.step(before(tree, slot), byte, &mut reached);
                reached.into_iter().for_each(|within| self.visit(within, At::Node(to)));
            }
        }
    }

    /// Goes on with every byte that both ways can take.
    fn follow(&mut self, one: At, other: At) {
        let tree = self.tree;
        let (mut ones, mut others) = (Vec::new(), Vec::new());
        for byte in tree.followers(one, other) {
            self.tried += 1;
            ones.clear();
            tree.step(one, byte, &mut ones);
            if ones.is_empty() {
                continue;
            }
            others.clear();
            tree.step(other, byte, &mut others);
            for &one in &ones {
                others.iter().for_each(|&other| self.visit(one, other));
            }
        }
    }
}

/// At the start of the slot before a node.
fn before(tree: &Tree<'_>, slot: NodeId) -> At {
    tree.form_before(slot).map_or(At::Node(slot), |form| At::Slot(slot, form.start()))
}
