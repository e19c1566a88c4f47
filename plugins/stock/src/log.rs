//! A text log: lines become entries, and each entry goes to its stream's catalogue.

use labrelay_collector::stock::{DecimalMark, EntryStart, FurtherLines, Textlog, WrittenTime};
use labrelay_collector::{
    Batch, Line, MAX_LINE_BYTES, OpenError, OpenedInput, PollError, Position, Reason, Settings, Timestamp,
};

use super::cell;
use super::site::{Site, value_of};

/// Reads a source of logs. Keeps nothing from poll to poll.
pub(crate) struct Log {
    textlog: Textlog,
    /// What the site says, in the order of `textlog.fixed`.
    fixed: Vec<Option<String>>,
    entry: Entry,
}

/// The entry that is being read.
struct Entry {
    position: Position,
    text: String,
    /// Where the text for the catalogue begins, behind the time.
    behind_time: usize,
    start: Start,
}

/// What stands where an entry should begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Start {
    /// Nothing has been read yet.
    #[default]
    None,
    /// An entry, with its time if it has one.
    Right(Option<Timestamp>),
    /// What can be no entry.
    Wrong(Reason),
}

impl Log {
    pub(crate) fn new(textlog: &Textlog, settings: &Settings) -> Result<Self, OpenError> {
        let fixed =
            textlog.fixed.iter().map(|filled| value_of(filled, settings)).collect::<Result<_, _>>()?;
        Ok(Self { textlog: textlog.clone(), fixed, entry: Entry::none() })
    }

    /// Reads until the input ends or the batch is full; what is not read comes again.
    pub(crate) fn read(
        &mut self,
        mut input: OpenedInput<'_>,
        site: &Site,
        batch: &mut Batch<'_>,
    ) -> Result<(), PollError> {
        let mut lines = input.lines();
        self.entry.start = Start::None;
        let fault = loop {
            let (position, text) = match lines.next(&mut input) {
                Ok(Some(Line::Text { position, text })) => (position, Some(text)),
                Ok(Some(Line::TooLong { position })) => (position, None),
                Ok(None) => break None,
                Err(_) => break Some(Reason::ReadError),
            };
            let Some(start) = self.start(text.as_deref(), site) else {
                self.entry.add(text.as_deref().unwrap_or_default(), position, self.textlog.further_lines);
                continue;
            };
            self.give(&input, site, batch)?;
            if batch.is_full() {
                input.set_position(position.0);
                return Ok(());
            }
            self.entry.begin(position, text.as_deref(), start);
        };
        self.give(&input, site, batch)?;
        if let Some(reason) = fault {
            batch.refuse(input.unit(Position(lines.position())), reason, &[])?;
        }
        input.finish();
        Ok(())
    }

    /// What begins with this line, and how many bytes its time takes; `None` if it goes on with the entry above. A line that
    /// is too long to be read belongs to none.
    fn start(&self, line: Option<&str>, site: &Site) -> Option<(Start, usize)> {
        let Some(line) = line else { return Some((Start::Wrong(Reason::TooLong), 0)) };
        let declared = self.textlog.time.as_ref();
        let written = declared.and_then(|time| time.form.read_start(line.as_bytes(), site.zone()));
        let begins = match self.textlog.entry {
            EntryStart::Line => !line.trim().is_empty(),
            EntryStart::Time => written.is_some(),
            EntryStart::Unindented => !line.is_empty() && !line.starts_with([' ', '\t']),
        };
        begins.then_some(match (declared, written) {
            (None, _) => (Start::Right(None), 0),
            (Some(_), Some(WrittenTime { instant: Some(instant), bytes })) => {
                (Start::Right(Some(instant)), bytes)
            }
            (Some(_), _) => (Start::Wrong(Reason::Unparsable), 0), // no time, or one that no clock shows
        })
    }

    /// Gives the entry that is complete, if there is one.
    fn give(&mut self, input: &OpenedInput<'_>, site: &Site, batch: &mut Batch<'_>) -> Result<(), PollError> {
        let start = std::mem::take(&mut self.entry.start);
        let unit = input.unit(self.entry.position);
        let time = match start {
            Start::None => return Ok(()),
            Start::Wrong(reason) => return batch.refuse(unit, reason, self.entry.text.as_bytes()),
            Start::Right(time) => time,
        };
        let mut record = batch.record(unit, self.textlog.stream.as_str())?;
        if let Some(declared) = &self.textlog.time {
            record = record.timestamp(declared.field.as_str(), time);
        }
        for (filled, said) in self.textlog.fixed.iter().zip(&self.fixed) {
            let value = said.as_deref().map(|said| cell::read(said, filled, DecimalMark::Point, site.zone()));
            if let Some(Ok(value)) = value {
                record = value.put(record, filled.field.as_str());
            }
        }
        record.line(self.entry.text.as_bytes().get(self.entry.behind_time..).unwrap_or_default())
    }
}

impl Entry {
    fn none() -> Self {
        Self { position: Position(0), text: String::new(), behind_time: 0, start: Start::None }
    }

    fn begin(&mut self, position: Position, line: Option<&str>, (start, time_bytes): (Start, usize)) {
        self.position = position;
        self.start = start;
        self.text.clear();
        self.text.push_str(line.unwrap_or_default());
        let behind = self.text.as_bytes().get(time_bytes..).unwrap_or_default();
        let blanks = behind.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        self.behind_time = if time_bytes > 0 { time_bytes + blanks } else { 0 };
    }

    /// A line that belongs to it. One that has no entry above it is one that begins wrongly, unless such lines are dropped.
    fn add(&mut self, line: &str, position: Position, further: FurtherLines) {
        if further == FurtherLines::Drop || line.trim().is_empty() {
            return;
        }
        if self.start == Start::None {
            self.begin(position, Some(line), (Start::Wrong(Reason::Unparsable), 0));
        } else if self.text.len() + line.len() >= MAX_LINE_BYTES {
            self.start = Start::Wrong(Reason::TooLong);
        } else {
            self.text.push('\n');
            self.text.push_str(line);
        }
    }
}
