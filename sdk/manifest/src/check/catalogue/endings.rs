//! Whether the end of every slot is clear. The matcher reads the longest text that fits a slot; so what follows in the
//! template must not be able to make a longer one of it.

use std::collections::HashSet;

use super::tree::{At, NodeId, Tree};
use crate::catalogue::form::State;
use crate::fault::Fault;

/// A slot's end that is not clear, at the first template that shows it.
pub(super) fn faults(tree: &Tree<'_>) -> Vec<Fault> {
    let unclear = tree
        .nodes()
        .filter(|&slot| tree.is_longest(slot))
        .filter_map(|slot| Some((slot, eaten(tree, slot)?)));
    let fault = |(slot, further): (NodeId, At)| {
        let which = tree.via(further);
        let name = tree.slot_name(slot, which);
        let message = format!(
            "the end of `{name}` is not clear: what follows could belong to it; put a blank or a sign between"
        );
        tree.fault(which, message)
    };
    unclear.map(fault).collect()
}

/// How far in the templates behind the slot one can get until its form, going on beyond a value, has another one.
fn eaten(tree: &Tree<'_>, slot: NodeId) -> Option<At> {
    let form = tree.form_before(slot)?;
    let ends = form.states().filter(|&state| form.accepts(state));
    let mut todo: Vec<(State, At)> = ends.map(|state| (state, At::Node(slot))).collect();
    let mut seen: HashSet<(State, At)> = HashSet::new();
    let mut reached = Vec::new();
    while let Some((state, at)) = todo.pop() {
        for byte in tree.followers(at, at) {
            let next = form.step(state, byte);
            if form.is_dead(next) {
                continue;
            }
            reached.clear();
            tree.step(at, byte, &mut reached);
            for &at in &reached {
                if form.accepts(next) {
                    return Some(at);
                }
                if seen.insert((next, at)) {
                    todo.push((next, at));
                }
            }
        }
    }
    None
}
