//! How far each unfinished input was committed: a plugin that gives units again after that has lost its cursor, or lies.
//!
//! In memory only: after a restart of the service a reply may be repeated once, under the same row ids.

use std::collections::HashMap;

use labrelay_abi::{FinishedOrNot, InputReport, PollReply};
use labrelay_model::{InputIdentity, Position};

/// How far a reply has come in one input: its last unit, if it gave any.
#[derive(Debug)]
pub(crate) struct Reached {
    input: InputIdentity,
    finished: FinishedOrNot,
    position: Option<Position>,
}

/// Last committed units.
#[derive(Debug, Default)]
pub(crate) struct Positions {
    committed: HashMap<InputIdentity, Position>,
}

impl Positions {
    /// How far a reply to a poll with these inputs has come; `None` if it gives again what was committed.
    pub(crate) fn look(&self, reply: &PollReply, inputs: &[InputIdentity]) -> Option<Vec<Reached>> {
        let start = |(input, report): (&InputIdentity, &InputReport)| Reached {
            input: *input,
            finished: report.finished,
            position: None,
        };
        let mut reached: Vec<Reached> = inputs.iter().zip(&reply.inputs).map(start).collect();
        for unit in &reply.units {
            let Some(of_input) = reached.get_mut(usize::from(unit.handle)) else { continue };
            let before = self.committed.get(&of_input.input);
            if before.is_some_and(|before| unit.position <= *before) {
                return None;
            }
            of_input.position = Some(unit.position); // they ascend, or the channel's decoder has refused the reply
        }
        Some(reached)
    }

    /// That reply is committed.
    pub(crate) fn committed(&mut self, reached: &[Reached]) {
        for Reached { input, finished, position } in reached {
            match (finished, position) {
                (FinishedOrNot::Finished, _) => drop(self.committed.remove(input)),
                (FinishedOrNot::Unfinished, Some(position)) => {
                    self.committed.insert(*input, *position);
                }
                (FinishedOrNot::Unfinished, None) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use labrelay_abi::{Unit, UnitOutcome};
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
        let first = reply(&[0, 5], FinishedOrNot::Unfinished);
        assert!(positions.look(&first, &[INPUT]).is_some());
        let again = positions.look(&first, &[INPUT]).expect("that commit failed");
        positions.committed(&again);
        assert!(positions.look(&reply(&[5, 9], FinishedOrNot::Unfinished), &[INPUT]).is_none());
        let rest = positions.look(&reply(&[6], FinishedOrNot::Finished), &[INPUT]).unwrap();
        positions.committed(&rest);
        assert!(positions.look(&first, &[INPUT]).is_some(), "handed out anew");
    }
}
