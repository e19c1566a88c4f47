//! Filling one record, field by field, against what the manifest declares.

use labrelay_abi::MAX_TEXT_BYTES;
use labrelay_manifest::{Stream, innermost_root};
use labrelay_model::{CellKind, FieldType, Reason, Record, StreamIndex, Timestamp, Value};

use crate::{Batch, PollError, Unit, unmatched};

/// An index that no enum has: the gate answers `not_in_values`.
const NO_SUCH_WORD: u16 = u16::MAX;

/// One record in the making. Every setter takes a value or an `Option` of it; `None` leaves the field out.
///
/// A field that is not declared, or has another type, makes [`RecordBuilder::push`] fail.
#[must_use = "a record counts only once it is pushed"]
pub struct RecordBuilder<'b, 'a> {
    batch: &'b mut Batch<'a>,
    unit: Unit,
    declared: &'a Stream,
    record: Record,
    /// Where the next field is looked for first: authors set them in the manifest's order.
    next: usize,
    too_long: bool,
    error: Option<PollError>,
}

impl<'b, 'a> RecordBuilder<'b, 'a> {
    pub(crate) fn new(
        batch: &'b mut Batch<'a>,
        unit: Unit,
        stream: StreamIndex,
        declared: &'a Stream,
    ) -> Self {
        let record = Record { stream, cells: vec![None; declared.fields.len()] };
        Self { batch, unit, declared, record, next: 0, too_long: false, error: None }
    }

    /// Sets an `int`.
    pub fn int(self, field: &str, value: impl Into<Option<i64>>) -> Self {
        self.set(field, CellKind::Int, value.into().map(Value::Int))
    }

    /// Sets a `float`.
    pub fn float(self, field: &str, value: impl Into<Option<f64>>) -> Self {
        self.set(field, CellKind::Float, value.into().map(Value::Float))
    }

    /// Sets a `bool`.
    pub fn bool(self, field: &str, value: impl Into<Option<bool>>) -> Self {
        self.set(field, CellKind::Bool, value.into().map(Value::Bool))
    }

    /// Sets a `timestamp`.
    pub fn timestamp(self, field: &str, value: impl Into<Option<Timestamp>>) -> Self {
        self.set(field, CellKind::Timestamp, value.into().map(Value::Timestamp))
    }

    /// Sets a `duration` in microseconds.
    pub fn duration_us(self, field: &str, value: impl Into<Option<i64>>) -> Self {
        self.set(field, CellKind::Duration, value.into().map(Value::Duration))
    }

    /// Sets a `code`, `version` or `serial`.
    pub fn text<'t>(mut self, field: &str, value: impl Into<Option<&'t str>>) -> Self {
        let value = value.into();
        self.too_long |= value.is_some_and(|text| text.len() > MAX_TEXT_BYTES);
        let value = value.filter(|text| text.len() <= MAX_TEXT_BYTES);
        self.set(field, CellKind::Text, value.map(|text| Value::Text(text.into())))
    }

    /// Sets an `enum` by its word. A word that is not declared leads the record to quarantine.
    pub fn choice<'t>(self, field: &str, word: impl Into<Option<&'t str>>) -> Self {
        let index = word.into().map(|word| self.index_of(field, word));
        self.set(field, CellKind::Enum, index.map(Value::Enum))
    }

    /// Sets a `role` by a user's account, which itself goes nowhere.
    pub fn role<'t>(self, field: &str, account: impl Into<Option<&'t str>>) -> Self {
        let role = account.into().and_then(|account| self.batch.events.words().role(account.as_bytes()));
        self.set(field, CellKind::Enum, role.map(Value::Enum))
    }

    /// Sets a `path` by the declared folder that it lies in; the path itself goes nowhere.
    pub fn path<'t>(self, field: &str, path: impl Into<Option<&'t str>>) -> Self {
        let place = path.into().map(|path| self.place_of(field, path));
        self.set(field, CellKind::Enum, place.map(Value::Enum))
    }

    /// Reads event, severity and slots from `line` by the stream's catalogue, and adds the record to its unit. A
    /// line that fits no template is refused as `unmatched_event`; it is kept with the fields set so far, so that
    /// a wider catalogue can match it later.
    pub fn line(mut self, line: &[u8]) -> Result<(), PollError> {
        if let Some(error) = self.error {
            return Err(error);
        }
        let Some(events) = self.batch.events.of(self.record.stream, self.declared) else {
            return Err(PollError::NoCatalogue { stream: self.declared.name.as_str().into() });
        };
        match events.read(line, &mut self.batch.matched, &mut self.record.cells) {
            Some(()) => self.push(),
            None => {
                let raw = unmatched::kept(self.declared, &self.record, line);
                self.batch.refuse(self.unit, Reason::UnmatchedEvent, &raw)
            }
        }
    }

    /// Adds the record to its unit.
    pub fn push(self) -> Result<(), PollError> {
        match self.error {
            Some(error) => Err(error),
            None if self.too_long => self.batch.refuse(self.unit, Reason::TooLong, &[]),
            None => self.batch.add(self.unit, self.record),
        }
    }

    fn set(mut self, field: &str, kind: CellKind, value: Option<Value>) -> Self {
        let Some(at) = self.find(field) else {
            self.fail(|stream| PollError::UnknownField { stream, field: field.into() });
            return self;
        };
        let declared = self.declared.fields.get(at).map(|field| &field.ty);
        if let Some(ty) = declared.filter(|ty| ty.cell_kind() != kind) {
            let declared = ty.word();
            self.fail(|stream| PollError::WrongType { stream, field: field.into(), declared });
        } else if let Some(cell) = self.record.cells.get_mut(at) {
            *cell = value;
        }
        self.next = at + 1;
        self
    }

    fn fail(&mut self, error: impl FnOnce(String) -> PollError) {
        let stream = self.declared.name.as_str();
        self.error.get_or_insert_with(|| error(stream.into()));
    }

    fn find(&self, field: &str) -> Option<usize> {
        let fields = &self.declared.fields;
        let is = |at: &usize| fields.get(*at).is_some_and(|known| known.name.as_str() == field);
        (self.next..fields.len()).chain(0..self.next.min(fields.len())).find(is)
    }

    fn place_of(&self, field: &str, path: &str) -> u16 {
        let declared = self.find(field).and_then(|at| self.declared.fields.get(at));
        let Some(FieldType::Path { roots }) = declared.map(|field| &field.ty) else { return NO_SUCH_WORD };
        let place = innermost_root(roots, path.as_bytes()).unwrap_or(roots.len());
        u16::try_from(place).unwrap_or(NO_SUCH_WORD)
    }

    fn index_of(&self, field: &str, word: &str) -> u16 {
        let declared = self.find(field).and_then(|at| self.declared.fields.get(at));
        declared.and_then(|field| field.ty.choice_index(word)).unwrap_or(NO_SUCH_WORD)
    }
}
