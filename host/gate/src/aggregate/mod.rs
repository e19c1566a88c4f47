//! Aggregates of records about specimens (design decision 6): per hour, else day, else week, over enough of them.
//!
//! An acquisition is counted in one open window: its hour, or if that has closed its day, or else its week. When a
//! window closes, it leaves if it holds enough acquisitions, and otherwise goes whole into the next longer one; a
//! week that holds too few is forgotten. So every acquisition is in one aggregate at most, no two aggregates share
//! one, and the difference of two says nothing of any. Keeps sums and no values, and decides by the time it is
//! given: a clock that was set back closes no window twice.

mod closed;
mod moments;
mod saved;
mod sums;
mod window;

use std::collections::BTreeMap;

use labrelay_manifest::{Every, Figures, MAX_ACQUISITIONS};
use labrelay_model::{Reason, StreamIndex, Timestamp, Value};
use serde::{Deserialize, Serialize};

use crate::{Gate, SpecimenRecord};
use sums::Sums;
use window::{SHORTEST_FIRST, Window};

pub use closed::ClosedWindow;
pub(crate) use saved::SavedAggregates;

/// Most open windows. A stream has about 32 per instrument (26 hours, 3 days, 2 weeks), so this is enough for 16 of
/// them, and with 256 figures in each still under 8 MiB.
const MAX_OPEN: usize = 512;
/// The same in a replay, which closes nothing before its end: seven years of an instrument's hours.
const MAX_OPEN_IN_REPLAY: usize = 65_536;

/// The open windows of one family.
#[derive(Clone)]
pub(crate) struct Aggregates {
    open: BTreeMap<Key, Sums>,
    /// Until when windows of each length, shortest first, have closed: these never open again.
    closed_until: [Option<Timestamp>; SHORTEST_FIRST.len()],
    beginning: Beginning,
}

/// What an acquisition may be too late for, beside the windows that have closed.
#[derive(Clone, Copy, Serialize, Deserialize)]
enum Beginning {
    /// A service that began then: what happened in an hour that was closed by that time may have left in an
    /// aggregate that this state knows nothing of.
    At(Timestamp),
    /// A replay of old files: each acquisition counts as if it had been read when it happened.
    Replay,
}

impl Beginning {
    fn max_open(self) -> usize {
        match self {
            Beginning::At(_) => MAX_OPEN,
            Beginning::Replay => MAX_OPEN_IN_REPLAY,
        }
    }
}

/// Which acquisitions are summed up together. Shorter windows come first.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    window: Window,
    stream: StreamIndex,
    group: Group,
}

/// The serial numbers of the acquisitions.
type Group = Box<[Option<Box<str>>]>;

impl Aggregates {
    /// Without any, from `now` on.
    pub(crate) fn new(now: Timestamp) -> Self {
        Self::beginning(Beginning::At(now))
    }

    /// Without any, for a replay.
    pub(crate) fn for_replay() -> Self {
        Self::beginning(Beginning::Replay)
    }

    fn beginning(beginning: Beginning) -> Self {
        Self { open: BTreeMap::new(), closed_until: [None; SHORTEST_FIRST.len()], beginning }
    }

    /// Counts one acquisition, or says why it is in no aggregate.
    pub(crate) fn add(&mut self, record: &SpecimenRecord, now: Timestamp) -> Result<(), Reason> {
        let stream = &record.stream.declared;
        let (Some(figures), Some(aggregate)) = (&stream.figures, stream.aggregate) else {
            return Err(Reason::Specimen);
        };
        let Some(Some(Value::Timestamp(time))) = record.cells.get(usize::from(figures.event_time())) else {
            return Err(Reason::Incomplete); // it falls into no window
        };
        let window = self.window_for(*time, aggregate.every, now).ok_or(Reason::TooLate)?;
        let key = Key { window, stream: record.stream.index, group: group(figures, record) };
        if self.open.len() >= self.beginning.max_open() && !self.open.contains_key(&key) {
            return Err(Reason::OverBound);
        }
        let sums = self.open.entry(key).or_insert_with(|| Sums::none(figures, &stream.fields));
        if sums.acquisitions >= MAX_ACQUISITIONS {
            return Err(Reason::OverBound);
        }
        sums.add(figures, &record.cells);
        Ok(())
    }

    /// Closes what is due at `now`; gives the windows that leave. `gate` is the one that made the records.
    pub(crate) fn close(&mut self, gate: &Gate, now: Timestamp) -> Vec<ClosedWindow> {
        let mut leaving = Vec::new();
        for every in SHORTEST_FIRST {
            for (key, sums) in self.take_due(every, now) {
                let Some(stream) = gate.stream_at(key.stream) else { continue };
                let Some(aggregate) = stream.declared.aggregate else { continue };
                if every >= aggregate.every && sums.acquisitions >= aggregate.at_least {
                    leaving.extend(ClosedWindow::new(stream, &key, &sums, now));
                } else {
                    self.move_up(key, sums);
                }
            }
        }
        leaving
    }

    /// Whether a call of `close` would change anything.
    pub(crate) fn is_due(&self, now: Timestamp) -> bool {
        self.open.keys().any(|key| key.window.is_due(now))
    }

    /// Takes the windows of one length that are due. They never open again, wherever the clock goes.
    fn take_due(&mut self, every: Every, now: Timestamp) -> Vec<(Key, Sums)> {
        let is_due = |key: &Key| key.window.every == every && key.window.is_due(now);
        let due: Vec<_> = self.open.extract_if(.., |key, _| is_due(key)).collect();
        if let Some(until) = self.closed_until.get_mut(usize::from(every.index())) {
            *until = due.iter().map(|(key, _)| Some(key.window.end())).fold(*until, Option::max);
        }
        due
    }

    /// Adds a window that holds too few to the next longer one that has not closed, or forgets it.
    fn move_up(&mut self, key: Key, sums: Sums) {
        let longer = SHORTEST_FIRST.into_iter().filter(|every| *every > key.window.every);
        let mut around = longer.map(|every| Window::of(every, key.window.start));
        let Some(window) = around.find(|window| !self.has_closed(*window)) else { return };
        self.open.entry(Key { window, ..key }).and_modify(|open| open.merge(&sums)).or_insert(sums);
    }

    /// The shortest window from `every` on that `time` falls into and that is still open.
    fn window_for(&self, time: Timestamp, every: Every, now: Timestamp) -> Option<Window> {
        let read_at = match self.beginning {
            Beginning::At(begun) if Window::of(Every::Hour, time).is_due(begun) => return None,
            Beginning::At(_) => now,
            Beginning::Replay => time,
        };
        let from = SHORTEST_FIRST.into_iter().filter(|longer| *longer >= every);
        let mut around = from.map(|every| Window::of(every, time));
        around.find(|window| !window.is_due(read_at) && !self.has_closed(*window))
    }

    fn has_closed(&self, window: Window) -> bool {
        let until = self.closed_until.get(usize::from(window.every.index()));
        until.is_some_and(|until| Some(window.end()) <= *until)
    }
}

fn group(figures: &Figures, record: &SpecimenRecord) -> Group {
    let serial = |field: &u16| match record.cells.get(usize::from(*field)) {
        Some(Some(Value::Text(serial))) => Some(Box::from(&**serial)),
        _ => None,
    };
    figures.groups().iter().map(serial).collect()
}

/// Nothing of an acquisition shows.
impl std::fmt::Debug for Aggregates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Aggregates({} open windows)", self.open.len())
    }
}
