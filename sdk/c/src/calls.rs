//! One poll of a C plugin: what its calls do to inputs and batch. The first mistake is kept, and ends what calls do.

use std::ffi::{CStr, CString};

use labrelay_abi::c::{CValue, PollCalls};
use labrelay_collector::{
    Batch, Input as _, Inputs, OpenedInput, PollError, Position, Reason, Settings, Timestamp, Unit,
};

/// The poll that is going on.
pub(crate) struct Calls<'p, 'i, 'b> {
    inputs: &'p mut Inputs<'i>,
    batch: &'p mut Batch<'b>,
    settings: &'p Settings,
    input: Option<OpenedInput<'i>>,
    source: CString,
    record: Option<Pending>,
    mistake: Option<(PollError, CString)>,
}

/// A record that was begun.
struct Pending {
    unit: Unit,
    stream: String,
    cells: Vec<(String, Owned)>,
}

/// A value that C code need not keep.
enum Owned {
    Int(i64),
    Float(f64),
    Bool(bool),
    Timestamp(Option<Timestamp>),
    Duration(i64),
    Text(String),
    Choice(String),
    Role(String),
    Path(String),
}

impl<'p, 'i, 'b> Calls<'p, 'i, 'b> {
    pub(crate) fn new(inputs: &'p mut Inputs<'i>, batch: &'p mut Batch<'b>, settings: &'p Settings) -> Self {
        let (input, source, record, mistake) = (None, CString::default(), None, None);
        Self { inputs, batch, settings, input, source, record, mistake }
    }

    /// Nothing was left open, and nothing was wrong.
    pub(crate) fn end(mut self) -> Result<(), PollError> {
        self.expect_no_record();
        self.mistake.map_or(Ok(()), |(mistake, _)| Err(mistake))
    }

    fn fail(&mut self, mistake: PollError) {
        let words = CString::new(mistake.to_string()).unwrap_or_default();
        self.mistake.get_or_insert((mistake, words));
    }

    fn note(&mut self, result: Result<(), PollError>) {
        if let Err(mistake) = result {
            self.fail(mistake);
        }
    }

    fn expect_no_record(&mut self) {
        if self.record.take().is_some() {
            self.fail(PollError::Other("a record was begun and neither `push` nor `line` ended it"));
        }
    }

    /// A unit of the current input, unless something was wrong before.
    fn unit(&mut self, position: u64) -> Option<Unit> {
        self.expect_no_record();
        let unit = self.input.as_ref().map(|input| input.unit(Position(position)));
        if unit.is_none() {
            self.fail(PollError::Other("there is no current input: `next_input` comes first"));
        }
        unit.filter(|_| self.mistake.is_none())
    }

    fn reason(&mut self, number: u32) -> Option<Reason> {
        let reason = u16::try_from(number).ok().and_then(Reason::from_number);
        if reason.is_none() {
            self.fail(PollError::Other("no reason has this number"));
        }
        reason
    }

    /// The record that was begun; without one it is a mistake, or comes after one.
    fn begun(&mut self) -> Option<Pending> {
        let record = self.record.take();
        if record.is_none() {
            self.fail(PollError::Other("no record was begun: `record` comes first"));
        }
        record
    }

    /// Ends the record that was begun, as a line's event if there is a line.
    fn give(&mut self, line: Option<&[u8]>) {
        let Some(Pending { unit, stream, cells }) = self.begun() else { return };
        let given = self.batch.record(unit, &stream).and_then(|record| {
            let record = cells.into_iter().fold(record, |record, (field, value)| match value {
                Owned::Int(value) => record.int(&field, value),
                Owned::Float(value) => record.float(&field, value),
                Owned::Bool(value) => record.bool(&field, value),
                Owned::Timestamp(value) => record.timestamp(&field, value),
                Owned::Duration(value) => record.duration_us(&field, value),
                Owned::Text(value) => record.text(&field, &*value),
                Owned::Choice(value) => record.choice(&field, &*value),
                Owned::Role(value) => record.role(&field, &*value),
                Owned::Path(value) => record.path(&field, &*value),
            });
            match line {
                Some(line) => record.line(line),
                None => record.push(),
            }
        });
        self.note(given);
    }
}

impl PollCalls for Calls<'_, '_, '_> {
    fn is_full(&mut self) -> bool {
        self.batch.is_full()
    }

    fn now_us(&mut self) -> i64 {
        self.batch.now().as_micros()
    }

    fn utc_us(&mut self, shown_us: i64) -> Option<i64> {
        let local = Timestamp::from_micros(shown_us)?.to_utc().naive_utc();
        Some(self.settings.zone().shown(local)?.instant().as_micros())
    }

    fn is_qc(&mut self, name: &[u8]) -> bool {
        self.settings.is_qc(&String::from_utf8_lossy(name))
    }

    fn next_input(&mut self) -> bool {
        self.expect_no_record();
        self.input = self.inputs.next();
        let source = self.input.as_ref().map(|input| input.source().as_str()).unwrap_or_default();
        self.source = CString::new(source).unwrap_or_default();
        self.input.is_some()
    }

    fn source(&mut self) -> &CStr {
        &self.source
    }

    fn size(&mut self) -> u64 {
        self.input.as_ref().map_or(0, |input| input.size())
    }

    fn position(&mut self) -> u64 {
        self.input.as_ref().map_or(0, OpenedInput::position)
    }

    fn set_position(&mut self, position: u64) {
        if let Some(input) = &mut self.input {
            input.set_position(position);
        }
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Option<usize> {
        self.input.as_mut()?.read_at(offset, buffer).ok()
    }

    fn finish(&mut self) {
        self.expect_no_record();
        match self.input.take() {
            Some(input) => input.finish(),
            None => self.fail(PollError::Other("there is no current input to finish")),
        }
    }

    fn record(&mut self, position: u64, stream: &str) {
        let unit = self.unit(position);
        self.record = unit.map(|unit| Pending { unit, stream: stream.into(), cells: Vec::new() });
    }

    fn set(&mut self, field: &str, value: CValue<'_>) {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let value = match value {
            CValue::Int(value) => Owned::Int(value),
            CValue::Float(value) => Owned::Float(value),
            CValue::Bool(value) => Owned::Bool(value),
            CValue::Timestamp(value) => Owned::Timestamp(Timestamp::from_micros(value)),
            CValue::Duration(value) => Owned::Duration(value),
            CValue::Text(bytes) => Owned::Text(text(bytes)),
            CValue::Choice(bytes) => Owned::Choice(text(bytes)),
            CValue::Role(bytes) => Owned::Role(text(bytes)),
            CValue::Path(bytes) => Owned::Path(text(bytes)),
        };
        if let Some(mut record) = self.begun() {
            record.cells.push((field.into(), value));
            self.record = Some(record);
        }
    }

    fn push(&mut self) {
        self.give(None);
    }

    fn line(&mut self, text: &[u8]) {
        self.give(Some(text));
    }

    fn refuse(&mut self, position: u64, reason: u32, raw: &[u8]) {
        if let (Some(unit), Some(reason)) = (self.unit(position), self.reason(reason)) {
            let refused = self.batch.refuse(unit, reason, raw);
            self.note(refused);
        }
    }

    fn drop_units(&mut self, position: u64, reason: u32, units: u64) {
        if let (Some(unit), Some(reason)) = (self.unit(position), self.reason(reason)) {
            let dropped = self.batch.drop_units(unit, reason, units);
            self.note(dropped);
        }
    }

    fn set_state(&mut self, state: &[u8]) {
        let kept = self.batch.set_state(state);
        self.note(kept);
    }

    fn mistake(&mut self) -> Option<&CStr> {
        self.mistake.as_ref().map(|(_, words)| &**words)
    }
}
