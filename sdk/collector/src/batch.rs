//! What a poll gives: units, each ending in records, a refusal or a drop, within the room the host allows.

use std::time::{Duration, Instant};

use labrelay_abi::{MAX_RAW_BYTES, MAX_WANTS, PollRequest, UnitOutcome, Want, record_bytes_at_most};
use labrelay_manifest::{Manifest, Matched};
use labrelay_model::{Position, Reason, Record, Redacted, Timestamp};

use crate::cursor::MAX_STATE_BYTES;
use crate::events::Events;
use crate::{PollError, RecordBuilder, Unit};

/// Records for which there must be room before another unit is begun: more than an acquisition on a spectral
/// cytometer with 96 detectors gives.
const ROOM_FOR_A_UNIT: usize = 100;
/// Bytes for which there must be room before another unit is begun: the longest refusal.
const BYTES_FOR_A_UNIT: usize = MAX_RAW_BYTES + 1024;

/// What a unit without records takes at most.
const UNIT_BYTES: usize = 64;

/// Collects what a poll gives. Made by the SDK.
pub struct Batch<'a> {
    manifest: &'a Manifest,
    pub(crate) events: &'a Events,
    now: Timestamp,
    deadline: Instant,
    max_records: usize,
    max_bytes: usize,
    /// Of the units that are complete.
    records: usize,
    bytes: usize,
    units: Vec<labrelay_abi::Unit>,
    open: Option<OpenUnit>,
    /// Last position of each handle.
    positions: Vec<Option<Position>>,
    /// Used for line after line.
    pub(crate) matched: Matched,
    pub(crate) state: Option<Vec<u8>>,
    pub(crate) wants: Vec<Want>,
    pub(crate) wake_after_ms: Option<u32>,
}

/// The unit that still may get records.
struct OpenUnit {
    unit: labrelay_abi::Unit,
    bytes: usize,
}

impl OpenUnit {
    fn new(Unit { handle, position }: Unit) -> Self {
        let outcome = UnitOutcome::Records(Vec::new());
        Self { unit: labrelay_abi::Unit { handle, position, stream: None, outcome }, bytes: UNIT_BYTES }
    }

    fn is(&self, other: Unit) -> bool {
        self.unit.handle == other.handle && self.unit.position == other.position
    }

    fn is_empty(&self) -> bool {
        matches!(&self.unit.outcome, UnitOutcome::Records(records) if records.is_empty())
    }
}

impl<'a> Batch<'a> {
    pub(crate) fn new(
        manifest: &'a Manifest,
        events: &'a Events,
        request: &PollRequest,
        now: Timestamp,
    ) -> Self {
        Self {
            manifest,
            events,
            now,
            deadline: Instant::now() + Duration::from_millis(request.deadline_ms.into()),
            max_records: usize::try_from(request.max_records).unwrap_or(usize::MAX),
            max_bytes: usize::try_from(request.max_bytes).unwrap_or(usize::MAX),
            records: 0,
            bytes: 0,
            units: Vec::new(),
            open: None,
            positions: vec![None; request.handles.len()],
            matched: Matched::default(),
            state: None,
            wants: Vec::new(),
            wake_after_ms: None,
        }
    }

    /// The host's clock: a plugin has no other.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Whether to stop before the next unit: there may be no room for it, or the time is up.
    pub fn is_full(&self) -> bool {
        let begun = self.open.is_some() || !self.units.is_empty();
        let tight = self.room_for_records() < ROOM_FOR_A_UNIT || self.room_for_bytes() < BYTES_FOR_A_UNIT;
        (begun && tight) || Instant::now() >= self.deadline
    }

    /// Begins a record of `stream` that `unit` gives; it counts once it is pushed.
    ///
    /// Several records of one unit are given one after the other. They pass the gate together or not at all.
    pub fn record(&mut self, unit: Unit, stream: &str) -> Result<RecordBuilder<'_, 'a>, PollError> {
        let unknown = || PollError::UnknownStream { stream: stream.into() };
        let (index, declared) = self.manifest.stream(stream).ok_or_else(unknown)?;
        Ok(RecordBuilder::new(self, unit, index, declared))
    }

    /// The unit can't be read. `raw` is what is worth keeping of it, the first 64 KiB at most: the host seals
    /// it unread. Records that the unit has already given are taken back.
    pub fn refuse(&mut self, unit: Unit, reason: Reason, raw: &[u8]) -> Result<(), PollError> {
        self.turn_to(unit)?;
        let room = self.max_bytes.saturating_sub(self.bytes).saturating_sub(UNIT_BYTES);
        let raw = raw.get(..room.min(MAX_RAW_BYTES)).unwrap_or(raw);
        self.end_with(UnitOutcome::Refused(reason, Redacted(raw.to_vec())), UNIT_BYTES + raw.len());
        Ok(())
    }

    /// `units` units in a row, the first at `unit`, are left out on purpose.
    pub fn drop_units(&mut self, unit: Unit, reason: Reason, units: u64) -> Result<(), PollError> {
        self.turn_to(unit)?;
        self.end_with(UnitOutcome::Dropped(reason, units), UNIT_BYTES);
        Ok(())
    }

    /// Keeps `state` from the commit of this poll on, for `Collector::open` and `Collector::rewind`.
    pub fn set_state(&mut self, state: impl Into<Vec<u8>>) -> Result<(), PollError> {
        let state = state.into();
        if state.len() > MAX_STATE_BYTES {
            return Err(PollError::StateTooLong { bytes: state.len(), max: MAX_STATE_BYTES });
        }
        self.state = Some(state);
        Ok(())
    }

    /// Asks for at most `inputs` inputs of the source with this index at the next poll.
    pub fn want(&mut self, source: u16, inputs: u16) {
        self.wants.retain(|want| want.source != source);
        if self.wants.len() < MAX_WANTS {
            self.wants.push(Want { source, inputs });
        }
    }

    /// Asks for a poll after `delay` even if there is no new input.
    pub fn wake_after(&mut self, delay: Duration) {
        self.wake_after_ms = Some(u32::try_from(delay.as_millis()).unwrap_or(u32::MAX));
    }

    /// Adds a record to its unit. A unit that grows beyond the whole batch is refused: that is its input's
    /// doing, not the author's.
    pub(crate) fn add(&mut self, unit: Unit, record: Record) -> Result<(), PollError> {
        self.turn_to(unit)?;
        let bytes = record_bytes_at_most(&record);
        let first = matches!(&self.open, Some(open) if open.is_empty());
        if (!first && self.room_for_records() == 0) || bytes > self.room_for_bytes() {
            return self.refuse(unit, Reason::OverBound, &[]);
        }
        if let Some(OpenUnit {
            unit: labrelay_abi::Unit { stream, outcome: UnitOutcome::Records(records), .. },
            bytes: total,
        }) = &mut self.open
        {
            *stream = stream.or(Some(record.stream));
            records.push(record);
            *total += bytes;
        }
        Ok(())
    }

    pub(crate) fn into_units(mut self) -> Vec<labrelay_abi::Unit> {
        self.close_unit();
        self.units
    }

    fn room_for_records(&self) -> usize {
        let open = self.open.as_ref().map_or(0, |open| open.unit.cost());
        self.max_records.saturating_sub(self.records + open)
    }

    fn room_for_bytes(&self) -> usize {
        let open = self.open.as_ref().map_or(0, |open| open.bytes);
        self.max_bytes.saturating_sub(self.bytes + open)
    }

    /// Makes `unit` the open one.
    fn turn_to(&mut self, unit: Unit) -> Result<(), PollError> {
        if self.open.as_ref().is_some_and(|open| open.is(unit)) {
            return Ok(());
        }
        self.close_unit();
        if self.room_for_records() == 0 || self.room_for_bytes() < UNIT_BYTES {
            return Err(PollError::Overfull);
        }
        let last =
            self.positions.get_mut(usize::from(unit.handle)).ok_or(PollError::PositionsNotAscending)?;
        if last.is_some_and(|last| last >= unit.position) {
            return Err(PollError::PositionsNotAscending);
        }
        *last = Some(unit.position);
        self.open = Some(OpenUnit::new(unit));
        Ok(())
    }

    fn end_with(&mut self, outcome: UnitOutcome, bytes: usize) {
        if let Some(open) = &mut self.open {
            open.unit.outcome = outcome;
            open.bytes = bytes;
        }
    }

    fn close_unit(&mut self) {
        if let Some(open) = self.open.take() {
            self.records += open.unit.cost();
            self.bytes += open.bytes;
            self.units.push(open.unit);
        }
    }
}
