//! The same units come out whatever a host, a system or bad luck does between two polls.

use super::goldens::{Tried, TriedCase, read};
use crate::compare::difference;
use crate::input::Parts;
use crate::reading::{Disturbance, Room};
use crate::{Check, Subject};

/// A way of reading fixtures that must give what the undisturbed reading gave.
pub(super) struct Way {
    name: &'static str,
    what: &'static str,
    size: Size,
    disturbance: Disturbance,
    advice: &'static str,
}

/// How much is read at once.
enum Size {
    /// As much as a host takes.
    Large,
    /// Of logs a line a poll; of all else the room of one unit.
    Least,
}

/// All ways, the gentlest first.
pub(super) const WAYS: [Way; 5] = [
    Way {
        name: "repeated",
        what: "a second run gives the same",
        size: Size::Large,
        disturbance: Disturbance::None,
        advice: "make records of the input's bytes and Batch::now alone: no clock, no address, no order of a HashMap",
    },
    Way {
        name: "cut",
        what: "read one unit a poll it gives the same",
        size: Size::Least,
        disturbance: Disturbance::None,
        advice: "ask is_full before each unit, set_position behind each, and finish an input only at its end",
    },
    Way {
        name: "resumed",
        what: "resumed from every cursor in a new worker it gives the same",
        size: Size::Least,
        disturbance: Disturbance::NewWorker,
        advice: "begin at OpenedInput::position, and keep nothing in memory that is not in set_state",
    },
    Way {
        name: "rewound",
        what: "with every reply lost once it gives the same",
        size: Size::Least,
        disturbance: Disturbance::LostReply,
        advice: "forget in rewind what came after the state that it is given",
    },
    Way {
        name: "killed",
        what: "killed within every poll and before every commit it loses and doubles nothing",
        size: Size::Least,
        disturbance: Disturbance::Killed,
        advice: "begin at OpenedInput::position, and keep nothing in memory that is not in set_state",
    },
];

impl Way {
    pub(super) fn check(&self, subject: &Subject, tried: &Tried<'_>) -> Check {
        let (mut notes, mut polls) = (Vec::new(), 0);
        for of_case in &tried.cases {
            match self.read(subject, of_case) {
                Ok(count) => polls += count,
                Err(what) => notes.push(format!("{}: {what}", of_case.case.name())),
            }
        }
        Check::of(self.name, self.what, format!("{polls} polls"), notes, self.advice)
    }

    /// Number of polls; or how what came out differs.
    fn read(&self, subject: &Subject, of_case: &TriedCase<'_>) -> Result<u32, String> {
        let (parts, room) = match self.size {
            Size::Large => (Parts::Large, Room::FULL),
            Size::Least => (Parts::Lines, Room::for_one_of(&of_case.reading.units)),
        };
        let (inputs, reading) = read(subject, of_case.case, parts, room, self.disturbance)
            .map_err(|trouble| trouble.to_string())?;
        match difference(&of_case.reading, &reading, &inputs) {
            None => Ok(reading.polls),
            Some(difference) => Err(difference),
        }
    }
}
