//! How far each unfinished input was committed: a plugin that gives units again after that has lost its cursor, or lies.
//!
//! In memory only: after a restart of the service a reply may be repeated once, under the same row ids.

use std::collections::HashMap;

use labrelay_abi::{FinishedOrNot, PollReply};
use labrelay_model::{InputIdentity, Position};

/// Last committed units.
#[derive(Debug, Default)]
pub(crate) struct Positions {
    committed: HashMap<InputIdentity, Position>,
    /// Of the reply that is not committed yet.
    last: Vec<(InputIdentity, FinishedOrNot, Option<Position>)>,
}

impl Positions {
    /// Looks at a reply to a poll with these inputs; whether it goes on behind what was committed.
    pub(crate) fn take(&mut self, reply: &PollReply, inputs: &[InputIdentity]) -> bool {
        let mut last: Vec<_> = inputs
            .iter()
            .zip(&reply.inputs)
            .map(|(identity, report)| (*identity, report.finished, None))
            .collect();
        for unit in &reply.units {
            let Some((identity, _, position)) = last.get_mut(usize::from(unit.handle)) else { continue };
            let before = self.committed.get(identity);
            if before.is_some_and(|before| unit.position <= *before) {
                return false;
            }
            *position = Some(unit.position); // they ascend, or the channel's decoder has refused the reply
        }
        self.last = last;
        true
    }

    /// The last reply is committed.
    pub(crate) fn committed(&mut self) {
        for (identity, finished, position) in self.last.drain(..) {
            match (finished, position) {
                (FinishedOrNot::Finished, _) => drop(self.committed.remove(&identity)),
                (FinishedOrNot::Unfinished, Some(position)) => {
                    self.committed.insert(identity, position);
                }
                (FinishedOrNot::Unfinished, None) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use labrelay_abi::{InputReport, Unit, UnitOutcome};
    use labrelay_model::Reason;

    use super::*;

    const INPUT: InputIdentity = InputIdentity([1; 32]);

    fn reply(positions: &[u64], finished: FinishedOrNot) -> PollReply {
        let outcome = UnitOutcome::Dropped(Reason::OtherFamily, 1);
        let unit =
            |at: &u64| Unit { handle: 0, position: Position(*at), stream: None, outcome: outcome.clone() };
        PollReply {
            units: positions.iter().map(unit).collect(),
            seen: positions.len() as u64,
            inputs: vec![InputReport { id: INPUT.id(), finished }],
            cursor: Vec::new(),
            wants: Vec::new(),
            wake_after_ms: None,
        }
    }

    #[test]
    fn what_was_committed_is_not_taken_again_and_what_was_not_is() {
        let mut positions = Positions::default();
        assert!(positions.take(&reply(&[0, 5], FinishedOrNot::Unfinished), &[INPUT]));
        assert!(positions.take(&reply(&[0, 5], FinishedOrNot::Unfinished), &[INPUT]), "that commit failed");
        positions.committed();
        assert!(!positions.take(&reply(&[5, 9], FinishedOrNot::Unfinished), &[INPUT]));
        assert!(positions.take(&reply(&[6], FinishedOrNot::Finished), &[INPUT]));
        positions.committed();
        assert!(positions.take(&reply(&[0], FinishedOrNot::Unfinished), &[INPUT]), "handed out anew");
    }
}
