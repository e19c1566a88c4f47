//! From a catalogue to the rules of its events. Slots that ask the same of a column share a rule.

use std::collections::{HashMap, VecDeque};

use labrelay_manifest::{Catalogue, Event, Field, SlotKind};
use labrelay_model::FieldType;

use super::{EventRule, EventRules, SlotRule};
use crate::binding::Binding;
use crate::rule::Rule;

/// Among how many rules of a column one is looked for that asks the same: keeps building linear.
const MAX_RECENT: usize = 16;

impl EventRules {
    pub(crate) fn new(catalogue: &Catalogue, fields: &[Field], binding: &mut Binding) -> Self {
        let mut builder =
            Builder { fields, binding, slots: Vec::new(), rules: Vec::new(), recent: HashMap::new() };
        // No catalogue has more slots than 32 bits count.
        let events = catalogue.events().iter().map_while(|event| builder.event(event)).collect();
        let Builder { slots, rules, .. } = builder;
        Self { columns: catalogue.columns(), events, slots, rules }
    }
}

struct Builder<'c> {
    fields: &'c [Field],
    binding: &'c mut Binding,
    slots: Vec<SlotRule>,
    rules: Vec<Rule>,
    /// The rules made last for each column.
    recent: HashMap<u16, VecDeque<(&'c FieldType, u32)>>,
}

impl<'c> Builder<'c> {
    fn event(&mut self, event: &'c Event) -> Option<EventRule> {
        let mut slots = Vec::new();
        for slot in &event.slots {
            let SlotKind::Sent { field, ty, .. } = &slot.kind else { continue };
            let Some(column) = self.fields.get(usize::from(*field)) else { continue };
            slots.push(SlotRule { column: *field, rule: self.rule(*field, ty, &column.ty)? });
        }
        slots.sort_unstable_by_key(|slot| slot.column);
        let start = u32::try_from(self.slots.len()).ok()?;
        self.slots.append(&mut slots);
        let end = u32::try_from(self.slots.len()).ok()?;
        Some(EventRule { severity: event.severity.index(), slots: (start, end) })
    }

    /// Index of the rule for a slot of type `ty` in a column of type `column`.
    fn rule(&mut self, field: u16, ty: &'c FieldType, column: &FieldType) -> Option<u32> {
        let recent = self.recent.entry(field).or_default();
        if let Some((_, rule)) = recent.iter().find(|(known, _)| *known == ty) {
            return Some(*rule);
        }
        let rule = u32::try_from(self.rules.len()).ok()?;
        self.rules.push(Rule::of_slot(ty, column, self.binding));
        recent.truncate(MAX_RECENT - 1);
        recent.push_front((ty, rule));
        Some(rule)
    }
}
