//! Rows of delimited text, each of one line or, where a quoted cell goes on, of a few. Knows no header.

use std::io;

use csv_core::ReadRecordResult;
use labrelay_manifest::Encoding;

use crate::{Input, Line, LineReader, MAX_LINE_BYTES};

/// Most lines of one row: comments in exports have a few. A quotation mark that is never closed costs one row, and no
/// more than this is read to find that out.
const MAX_ROW_LINES: usize = 32;
/// Most cells of one row: sixteen columns for each detector of the largest cytometers.
const MAX_CELLS: usize = 4096;
/// Cells for which there is room at first.
const SOME_CELLS: usize = 64;

/// Reads row by row. Blank rows are passed over: they part blocks for the eye alone.
#[derive(Debug)]
pub(super) struct Rows {
    encoding: Encoding,
    lines: LineReader,
    csv: Csv,
    /// The row as it is written, its lines parted by LF.
    text: String,
}

/// What a row came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Read {
    Cells,
    /// It has more bytes or cells than are read.
    TooLong,
    /// A quoted cell has no end.
    Unclosed,
}

/// The cells of the row that was read last.
#[derive(Debug)]
struct Csv {
    reader: csv_core::Reader,
    cells: Vec<u8>,
    /// Bytes of `cells` that the row has so far.
    written: usize,
    /// Where each cell ends.
    ends: Vec<usize>,
    ended: usize,
    /// Cells of the row, once it is complete.
    count: usize,
}

impl Rows {
    /// Reads from the beginning.
    pub(super) fn new(encoding: Encoding, delimiter: u8) -> Self {
        Self { encoding, lines: LineReader::new(encoding, 0), csv: Csv::new(delimiter), text: String::new() }
    }

    /// Behind the last row.
    pub(super) fn position(&self) -> u64 {
        self.lines.position()
    }

    /// The row as it is written.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// A cell of the row, without blanks around it.
    pub(super) fn cell(&self, number: usize) -> Option<&str> {
        self.csv.cell(number)
    }

    pub(super) fn cells(&self) -> impl Iterator<Item = &str> {
        (0..self.csv.count).map_while(|number| self.csv.cell(number))
    }

    /// Where the next row begins, and what it came to; `None` at the input's end.
    pub(super) fn next(&mut self, input: &mut impl Input) -> io::Result<Option<(u64, Read)>> {
        loop {
            let Some((begin, read)) = self.read_row(input)? else { return Ok(None) };
            if read != Read::Cells || self.cells().any(|cell| !cell.is_empty()) {
                return Ok(Some((begin, read)));
            }
        }
    }

    fn read_row(&mut self, input: &mut impl Input) -> io::Result<Option<(u64, Read)>> {
        self.text.clear();
        self.csv.begin();
        let (mut begin, mut behind_first) = (0, 0);
        for number in 0..MAX_ROW_LINES {
            let read = match self.lines.next(input)? {
                None if number == 0 => return Ok(None),
                Some(Line::TooLong { position }) if number == 0 => {
                    return Ok(Some((position.0, Read::TooLong)));
                }
                Some(Line::Text { text, .. })
                    if number > 0 && self.text.len() + text.len() > MAX_LINE_BYTES =>
                {
                    break;
                }
                None | Some(Line::TooLong { .. }) => break,
                Some(Line::Text { position, text }) => {
                    if number == 0 {
                        begin = position.0;
                    } else {
                        self.text.push('\n');
                    }
                    self.text.push_str(&text);
                    self.csv.line(&text)
                }
            };
            if number == 0 {
                behind_first = self.lines.position();
            }
            if read != Read::Unclosed {
                return Ok(Some((begin, read)));
            }
        }
        // Its first line alone is at fault; the others may be rows.
        self.lines = LineReader::new(self.encoding, behind_first);
        self.text.truncate(self.text.find('\n').unwrap_or(self.text.len()));
        Ok(Some((begin, Read::Unclosed)))
    }
}

impl Csv {
    fn new(delimiter: u8) -> Self {
        let reader = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
        Self { reader, cells: Vec::new(), written: 0, ends: vec![0; SOME_CELLS], ended: 0, count: 0 }
    }

    fn begin(&mut self) {
        self.reader.reset();
        (self.written, self.ended, self.count) = (0, 0, 0);
    }

    /// Adds a line to the row; `Unclosed` if a quoted cell goes on in the next one.
    fn line(&mut self, line: &str) -> Read {
        let room = self.written + line.len() + 1;
        if self.cells.len() < room {
            self.cells.resize(room, 0);
        }
        if self.written == 0 && line.trim().is_empty() {
            return Read::Cells; // csv-core would pass over it, and so be in no row yet
        }
        for mut input in [line.as_bytes(), b"\n"] {
            loop {
                let room = self.cells.get_mut(self.written..).unwrap_or_default();
                let ends = self.ends.get_mut(self.ended..).unwrap_or_default();
                let (result, read, written, ended) = self.reader.read_record(input, room, ends);
                input = input.get(read..).unwrap_or_default();
                self.written += written;
                self.ended += ended;
                match result {
                    ReadRecordResult::Record => {
                        self.count = self.ended;
                        return Read::Cells;
                    }
                    ReadRecordResult::OutputEndsFull if self.ends.len() < MAX_CELLS => {
                        self.ends.resize(MAX_CELLS, 0);
                    }
                    ReadRecordResult::OutputEndsFull | ReadRecordResult::OutputFull => return Read::TooLong,
                    ReadRecordResult::InputEmpty | ReadRecordResult::End => break,
                }
            }
        }
        Read::Unclosed
    }

    fn cell(&self, number: usize) -> Option<&str> {
        let end = *self.ends.get(..self.count)?.get(number)?;
        let start = number.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        std::str::from_utf8(self.cells.get(start..end)?).ok().map(str::trim)
    }
}
