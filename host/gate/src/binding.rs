//! What values are bound to where the gate stands, while rules are compiled: the site's numbers and first day.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use labrelay_manifest::Inventory;
use labrelay_model::Timestamp;

use crate::text::CodeRule;

/// Serial numbers or lots, shared by all rules of a gate.
pub(crate) type Numbers = Arc<BTreeSet<Box<str>>>;

/// 2000-01-01T00:00:00Z in microseconds: earlier times are unset clocks or dates of birth.
pub(crate) const PLAUSIBLE_SINCE_US: i64 = 946_684_800_000_000;

/// Everything outside the manifest that a rule asks for.
#[derive(Debug, Clone)]
pub(crate) struct Binding {
    /// `None` where the site has declared no inventory.
    pub(crate) serials: Option<Numbers>,
    pub(crate) lots: Lots,
    collect_since: Option<Timestamp>,
    /// Patterns that are compiled already: events by the thousand share a few.
    codes: HashMap<(Box<str>, u16), Arc<CodeRule>>,
}

/// Which lots are registered.
#[derive(Debug, Clone)]
pub(crate) enum Lots {
    /// These.
    Registered(Numbers),
    /// Not known in the region: the site's own gate has asked.
    KnownAtSite,
}

impl Binding {
    /// At the site itself.
    pub(crate) fn at_site(inventory: Option<Inventory>) -> Self {
        let is_declared = inventory.is_some();
        let Inventory { serials, lots, collect_since, .. } = inventory.unwrap_or_default();
        Self {
            serials: is_declared.then(|| Arc::new(serials)),
            lots: Lots::Registered(Arc::new(lots)),
            collect_since,
            codes: HashMap::new(),
        }
    }

    /// In the region, which knows the serial numbers of a device and nothing else of its site.
    pub(crate) fn in_region(serials: BTreeSet<Box<str>>) -> Self {
        Self {
            serials: Some(Arc::new(serials)),
            lots: Lots::KnownAtSite,
            collect_since: None,
            codes: HashMap::new(),
        }
    }

    /// For figures: the window of a specimen that may be summed up can begin before the site's first day.
    pub(crate) fn for_windows(&self) -> Self {
        Self { collect_since: None, ..self.clone() }
    }

    /// The first instant that any time may tell of, in microseconds.
    pub(crate) fn earliest_us(&self) -> i64 {
        self.collect_since.map_or(PLAUSIBLE_SINCE_US, |since| since.as_micros().max(PLAUSIBLE_SINCE_US))
    }

    /// The compiled rule of a code's pattern.
    pub(crate) fn code(&mut self, pattern: &str, max_bytes: u16) -> Arc<CodeRule> {
        let compiled = self.codes.entry((pattern.into(), max_bytes));
        Arc::clone(compiled.or_insert_with(|| Arc::new(CodeRule::new(pattern, max_bytes))))
    }
}
