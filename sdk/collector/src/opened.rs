//! The inputs of one poll. They close nothing and outlive nothing: the worker owns the handles.

use std::io;
use std::sync::Arc;

use labrelay_manifest::Encoding;
use labrelay_model::{InputId, Position, SourceName};

use crate::{Input, LineReader, RowReader, TableForm, TableReader};

/// One input of the poll, as the session keeps it.
pub(crate) struct Slot {
    pub(crate) handle: u16,
    pub(crate) id: InputId,
    pub(crate) source: SourceName,
    pub(crate) encoding: Encoding,
    pub(crate) name: Option<String>,
    pub(crate) input: Box<dyn Input>,
    pub(crate) begin: u64,
    pub(crate) position: Option<u64>,
    pub(crate) finished: bool,
}

/// The inputs of one poll, each once. What is not taken, or not finished, comes again at the next poll.
pub struct Inputs<'a> {
    slots: std::slice::IterMut<'a, Slot>,
}

impl<'a> Inputs<'a> {
    pub(crate) fn new(slots: &'a mut [Slot]) -> Self {
        Self { slots: slots.iter_mut() }
    }
}

impl<'a> Iterator for Inputs<'a> {
    type Item = OpenedInput<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        self.slots.next().map(|slot| OpenedInput { slot })
    }
}

/// One opened input; read it through [`Input`].
pub struct OpenedInput<'a> {
    slot: &'a mut Slot,
}

impl OpenedInput<'_> {
    /// Opaque name: the same input has the same one after a restart.
    pub fn id(&self) -> InputId {
        self.slot.id
    }

    /// The declared source that it belongs to.
    pub fn source(&self) -> &SourceName {
        &self.slot.source
    }

    /// Name of the file, if the manifest lets the plugin see it.
    pub fn name(&self) -> Option<&str> {
        self.slot.name.as_deref()
    }

    /// Where to go on: where the last committed poll left off, as [`OpenedInput::set_position`] said, or behind what was
    /// finished of a log that is followed; 0 in a new input.
    pub fn position(&self) -> u64 {
        self.slot.position.unwrap_or(0).max(self.slot.begin)
    }

    /// Keeps `position` for the next poll, in the same commit as what this poll gives.
    pub fn set_position(&mut self, position: u64) {
        self.slot.position = Some(position);
    }

    /// Reads the lines from [`OpenedInput::position`] on, in the encoding that the manifest declares for the source.
    pub fn lines(&self) -> LineReader {
        LineReader::new(self.slot.encoding, self.position())
    }

    /// Reads the rows from [`OpenedInput::position`] on, of an input of a source of kind `sqlite`.
    pub fn rows(&self) -> RowReader {
        RowReader::new(self.position())
    }

    /// Reads the rows from [`OpenedInput::position`] on of a file with tables, in the encoding that the manifest declares.
    pub fn table(&self, form: Arc<TableForm>) -> TableReader {
        TableReader::new(form, self.slot.encoding, self.position())
    }

    /// Names a unit of this input, for [`Batch`](crate::Batch).
    pub fn unit(&self, position: Position) -> Unit {
        Unit { handle: self.slot.handle, position }
    }

    /// Everything in it has been accounted for: it is not handed out again.
    pub fn finish(self) {
        self.slot.finished = true;
    }
}

impl Input for OpenedInput<'_> {
    fn size(&self) -> u64 {
        self.slot.input.size()
    }

    fn read_at(&mut self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        self.slot.input.read_at(offset, buf)
    }
}

/// What a plugin accounts for: a line, message, acquisition or row of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unit {
    pub(crate) handle: u16,
    pub(crate) position: Position,
}
