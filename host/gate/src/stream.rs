//! One stream of a gate: its columns and events, compiled, and a record's way through them.

use std::sync::Arc;

use labrelay_manifest::{About, Manifest, Stream};
use labrelay_model::{Cell, Reason, StreamId, StreamIndex, Timestamp, Value};

use crate::Refusal;
use crate::binding::{Binding, PLAUSIBLE_SINCE_US};
use crate::column::Column;
use crate::event::{EventRules, Expected};
use crate::screen::Screen;
use crate::verdict::Fault;

/// One stream, compiled.
#[derive(Debug)]
pub(crate) struct StreamGate {
    pub(crate) id: StreamId,
    pub(crate) index: StreamIndex,
    pub(crate) declared: Stream,
    /// What a plugin's record has.
    columns: Vec<Column>,
    /// What leaves, where that is something else.
    figures: Option<Vec<Column>>,
    events: Option<EventRules>,
    screen: Arc<Screen>,
    /// The column that says when it happened.
    event_time: Option<usize>,
    collect_since_us: i64,
}

impl StreamGate {
    /// `None` if there are more streams than an index can count: those are unknown to the gate.
    pub(crate) fn new(
        manifest: &Manifest,
        at: usize,
        stream: &Stream,
        binding: &mut Binding,
        screen: Arc<Screen>,
    ) -> Option<Self> {
        let catalogue = stream.catalogue.as_deref();
        Some(Self {
            id: manifest.stream_id(stream),
            index: StreamIndex(u16::try_from(at).ok()?),
            declared: stream.clone(),
            columns: Column::all(&stream.fields, binding),
            figures: (stream.about == About::Specimen)
                .then(|| Column::all(stream.leaving(), &mut binding.for_windows())),
            events: catalogue.map(|catalogue| EventRules::new(catalogue, &stream.fields, binding)),
            screen,
            event_time: stream
                .fields
                .iter()
                .position(|field| Some(&field.name) == stream.event_time.as_ref()),
            collect_since_us: binding.earliest_us(),
        })
    }

    /// The columns of a line that leaves.
    pub(crate) fn leaving(&self) -> &[Column] {
        self.figures.as_deref().unwrap_or(&self.columns)
    }

    /// The events that a line that leaves may tell of; figures tell of none.
    pub(crate) fn leaving_events(&self) -> Option<&EventRules> {
        self.events.as_ref().filter(|_| self.figures.is_none())
    }

    /// Whether it happened at a plausible time before the site began to collect.
    pub(crate) fn is_before_collection(&self, cells: &[Cell]) -> bool {
        let cell = self.event_time.and_then(|at| cells.get(at));
        let Some(Some(Value::Timestamp(time))) = cell else { return false };
        (PLAUSIBLE_SINCE_US..self.collect_since_us).contains(&time.as_micros())
    }

    /// Judges a plugin's record in place.
    pub(crate) fn judge(&self, cells: &mut [Cell], now: Timestamp) -> Result<(), Refusal> {
        self.judge_by(&self.columns, self.events.as_ref(), cells, now)
    }

    /// Judges in place what would leave.
    pub(crate) fn judge_leaving(&self, cells: &mut [Cell], now: Timestamp) -> Result<(), Refusal> {
        self.judge_by(self.leaving(), self.leaving_events(), cells, now)
    }

    fn judge_by(
        &self,
        columns: &[Column],
        events: Option<&EventRules>,
        cells: &mut [Cell],
        now: Timestamp,
    ) -> Result<(), Refusal> {
        match cells.len() {
            more if more > columns.len() => return Err(Reason::UnknownField.into()),
            fewer if fewer < columns.len() => return Err(Reason::MissingField.into()),
            _ => {}
        }
        let mut event = None;
        for (at, (cell, column)) in cells.iter_mut().zip(columns).enumerate() {
            let expected = Expected::of(events, event, at);
            let judged = match cell {
                Some(value) => self.judge_value(column, expected, value, now),
                None => expected.judge_absence(column.field.presence).map_err(Fault::from),
            };
            judged.map_err(|fault| Refusal::of(&column.field.name, fault))?;
            event = event.or_else(|| events?.claimed(at, cell.as_ref()?));
        }
        Ok(())
    }

    /// Judges a value in place: by its event's slot, by its column, and what is unbound by the screen.
    pub(crate) fn judge_value(
        &self,
        column: &Column,
        expected: Expected<'_>,
        value: &mut Value,
        now: Timestamp,
    ) -> Result<(), Fault> {
        if let Value::Text(text) = value {
            return self.judge_text(column, expected, text);
        }
        expected.judge(value, now)?;
        Ok(column.rule.judge(value, now)?)
    }

    /// The same for a text that stands in a line.
    pub(crate) fn judge_text(
        &self,
        column: &Column,
        expected: Expected<'_>,
        text: &str,
    ) -> Result<(), Fault> {
        expected.judge_text(text)?;
        column.rule.judge_text(text)?;
        if column.rule.is_unbound(text) { self.screen.check(text) } else { Ok(()) }
    }
}
