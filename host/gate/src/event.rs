//! The events of a catalogue, compiled: what each asks of the columns that all events of its stream share.
//!
//! Lines are matched in the plugin's process; here a record that claims an event is judged as if it came from an
//! attacker.

mod build;

use labrelay_manifest::{EventColumns, Presence};
use labrelay_model::{Reason, Timestamp, Value};

use crate::rule::Rule;

/// The events of one stream. They lie in flat arrays and share rules, so that a record of one among thousands waits
/// little for memory.
#[derive(Debug)]
pub(crate) struct EventRules {
    columns: EventColumns,
    events: Vec<EventRule>,
    /// Of one event after the other.
    slots: Vec<SlotRule>,
    rules: Vec<Rule>,
}

#[derive(Debug)]
struct EventRule {
    severity: u16,
    /// Of the stream's slots, by column in ascending order: a lookup costs the logarithm of one event's slots,
    /// whatever the catalogue.
    slots: (u32, u32),
}

#[derive(Debug, Clone, Copy)]
struct SlotRule {
    column: u16,
    /// Index into the stream's rules.
    rule: u32,
}

/// What a record must have in one column.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Expected<'a> {
    /// What the field declares, and no more.
    AsDeclared,
    /// This word of the severities.
    Severity(u16),
    /// A value that also fits the event's own slot.
    Slot(&'a Rule),
    /// Nothing: a slot of other events.
    Nothing,
}

impl EventRules {
    /// The event that a record claims by `value` in `column`, if that is the event's column.
    pub(crate) fn claimed(&self, column: usize, value: &Value) -> Option<u16> {
        match value {
            Value::Enum(event) if column == usize::from(self.columns.event) => Some(*event),
            _ => None,
        }
    }

    /// What a record of `event` must have in `column`. The event's column stands before all that depend on it.
    fn expected(&self, event: Option<u16>, column: usize) -> Expected<'_> {
        let event = event.and_then(|event| self.events.get(usize::from(event)));
        match event {
            Some(event) if column == usize::from(self.columns.severity) => Expected::Severity(event.severity),
            Some(event) => self.slot(event, column).map_or(Expected::Nothing, Expected::Slot),
            // No record comes so far: an event is required, and its column knows no others.
            None if column >= usize::from(self.columns.first_slot) => Expected::Nothing,
            None => Expected::AsDeclared,
        }
    }

    fn slot(&self, event: &EventRule, column: usize) -> Option<&Rule> {
        let (start, end) = event.slots;
        let slots = self.slots.get(start as usize..end as usize)?;
        let at = slots.binary_search_by_key(&column, |slot| usize::from(slot.column)).ok()?;
        self.rules.get(slots.get(at)?.rule as usize)
    }
}

impl<'a> Expected<'a> {
    /// What a record of `event` must have in `column`, where its stream has `events` at all.
    pub(crate) fn of(events: Option<&'a EventRules>, event: Option<u16>, column: usize) -> Self {
        events.map_or(Expected::AsDeclared, |events| events.expected(event, column))
    }

    /// Passes a value that is no text, made canonical for the slot.
    pub(crate) fn judge(self, value: &mut Value, now: Timestamp) -> Result<(), Reason> {
        match (self, &value) {
            (Expected::Slot(rule), _) => rule.judge(value, now),
            (Expected::Nothing, _) => Err(Reason::SlotMismatch),
            (Expected::Severity(severity), Value::Enum(found)) if severity != *found => {
                Err(Reason::SlotMismatch)
            }
            _ => Ok(()),
        }
    }

    /// Passes a text.
    pub(crate) fn judge_text(self, text: &str) -> Result<(), Reason> {
        match self {
            Expected::Slot(rule) => rule.judge_text(text),
            Expected::Nothing => Err(Reason::SlotMismatch),
            Expected::AsDeclared | Expected::Severity(_) => Ok(()),
        }
    }

    /// Passes the lack of a value in a column with this `presence`.
    pub(crate) fn judge_absence(self, presence: Presence) -> Result<(), Reason> {
        match (self, presence) {
            (Expected::Slot(_), _) => Err(Reason::SlotMismatch),
            (_, Presence::Required) => Err(Reason::MissingField),
            (_, Presence::Optional) => Ok(()),
        }
    }
}
