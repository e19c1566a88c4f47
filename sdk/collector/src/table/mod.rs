//! Tables of delimited text, as instruments export them: CSV, TSV and their relatives. Knows nothing of what a cell means,
//! and reads no workbook (XLSX).
//!
//! ```
//! use labrelay_collector::{Encoding, Found, TableForm, TableReader, TableRow};
//!
//! let mut file: &[u8] = b"Serial Number;ZZ00001\r\n\r\nLaser;Gain;Gain\r\nBlue;867;1,5\r\nRed;231\r\n";
//! let form = TableForm::new(b';').table(["Laser", "Gain"]).heading("Serial Number");
//! let mut table = TableReader::new(form.into(), Encoding::Utf8, 0);
//!
//! let Some(TableRow::Cells(row)) = table.next(&mut file)? else { panic!("a row") };
//! assert_eq!(row.heading("Serial Number"), Some("ZZ00001"));
//! assert_eq!((row.cell("Laser"), row.cell("Gain"), row.cell("Gain#2")), (Some("Blue"), Some("867"), Some("1,5")));
//! let Some(TableRow::Cells(row)) = table.next(&mut file)? else { panic!("a row") };
//! assert_eq!(row.cell("Gain#2"), None, "the row is shorter than its header");
//! assert!(table.next(&mut file)?.is_none());
//! assert_eq!(table.found(), Found::Rows);
//! # Ok::<(), std::io::Error>(())
//! ```

mod form;
mod header;
mod rows;

use std::io;
use std::sync::Arc;

use labrelay_manifest::Encoding;
use labrelay_model::{Position, Reason};

pub use form::TableForm;
use header::Header;
use rows::{Read, Rows};

use crate::Input;

/// Greatest place at which a row may begin: after a restart all before it is read again, a second or two, and no export
/// of an instrument comes near it.
pub const MAX_TABLE_BYTES: u64 = 256 * 1024 * 1024;
/// Longest value of a line above a table that is kept.
const MAX_HEADING_BYTES: usize = 1024;

/// Reads row by row, in bounded memory.
///
/// A row is known by the header row above it: the first that has all columns of one of the form's tables. What stands above
/// is `key: value`, or nothing of interest. A file may hold several tables, one below the other.
#[derive(Debug)]
pub struct TableReader {
    form: Arc<TableForm>,
    rows: Rows,
    /// Rows that begin before it have been given already.
    from: u64,
    header: Option<Header>,
    /// Values of the form's headings.
    headings: Vec<Option<Box<str>>>,
    found: Found,
}

/// What has been found of a table so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Found {
    /// No row but blank ones.
    Nothing,
    /// Rows, but no header of any table.
    NoTable,
    /// A header, but no row.
    Header,
    /// A row, read or broken.
    Rows,
}

/// One row.
#[derive(Debug)]
pub enum TableRow<'a> {
    /// A row that was read.
    Cells(Cells<'a>),
    /// A row that is no row of a table: to be refused as it is, with its text.
    Broken {
        /// Where it begins.
        position: Position,
        /// Why.
        reason: Reason,
        /// What stands there, as far as it was read.
        text: &'a str,
    },
}

/// The cells of one row, without blanks around them.
#[derive(Debug)]
pub struct Cells<'a> {
    position: Position,
    reader: &'a TableReader,
    header: &'a Header,
}

impl TableReader {
    /// Reads the rows that begin at byte `position` or behind it. What stands above them is read again, since it tells what
    /// they mean: keep a reader from poll to poll where files are large.
    pub fn new(form: Arc<TableForm>, encoding: Encoding, position: u64) -> Self {
        let headings = vec![None; form.headings.len()];
        let rows = Rows::new(encoding, form.delimiter);
        Self { form, rows, from: position, header: None, headings, found: Found::Nothing }
    }

    /// Behind the last row that was given: where to go on.
    pub fn position(&self) -> u64 {
        self.rows.position().max(self.from)
    }

    /// What there was up to here. At the end of an input less than [`Found::Rows`] means that nothing was given.
    pub fn found(&self) -> Found {
        self.found
    }

    /// The next row; `None` at the input's end.
    pub fn next(&mut self, input: &mut impl Input) -> io::Result<Option<TableRow<'_>>> {
        let (position, broken) = loop {
            let Some((position, read)) = self.rows.next(input)? else { return Ok(None) };
            let broken = match read {
                _ if position >= MAX_TABLE_BYTES => Some(Reason::OverBound),
                Read::Cells if !self.is_row() => continue,
                Read::Cells => None,
                Read::TooLong => Some(Reason::TooLong),
                Read::Unclosed => Some(Reason::Truncated),
            };
            self.found = Found::Rows;
            if position >= self.from {
                break (position, broken);
            }
        };
        let position = Position(position);
        Ok(Some(match (broken, &self.header) {
            (None, Some(header)) => TableRow::Cells(Cells { position, reader: self, header }),
            (reason, _) => {
                let reason = reason.unwrap_or(Reason::BadHeader);
                TableRow::Broken { position, reason, text: self.rows.text() }
            }
        }))
    }

    /// Whether what was read is a row of a table; takes up what headers and the lines above them say.
    fn is_row(&mut self) -> bool {
        let first = self.rows.cell(0).unwrap_or_default();
        if self.form.skip.iter().any(|title| **title == *first) {
            return false;
        }
        if let Some(header) = Header::of(&self.rows, &self.form) {
            self.header = Some(header);
            self.found = self.found.max(Found::Header);
            return false;
        }
        if self.header.is_some() {
            return true;
        }
        self.found = self.found.max(Found::NoTable);
        if let Some((key, value)) =
            key_and_value(&self.rows).filter(|(_, value)| value.len() <= MAX_HEADING_BYTES)
        {
            let wanted = self.form.headings.iter().position(|known| **known == *key);
            let value = (!value.is_empty()).then(|| value.into());
            if let Some(place) = wanted.and_then(|at| self.headings.get_mut(at)) {
                *place = value;
            }
        }
        false
    }
}

/// `Serial Number: 1`, or the same in two cells.
fn key_and_value(rows: &Rows) -> Option<(&str, &str)> {
    let first = rows.cell(0)?;
    match first.split_once(':') {
        Some((_, rest)) if !rest.trim().is_empty() => {
            let (key, value) = rows.text().split_once(':')?;
            Some((key.trim(), value.trim()))
        }
        _ => Some((first.trim_end_matches(':').trim_end(), rows.cell(1)?)),
    }
}

impl<'a> Cells<'a> {
    /// Where the row begins.
    pub fn position(&self) -> Position {
        self.position
    }

    /// What stands in this column; `None` if the row ends before it, or the table has none of that name. The second of
    /// two columns of one name is `Name#2`.
    pub fn cell(&self, column: &str) -> Option<&'a str> {
        self.reader.rows.cell(self.header.column(column)?)
    }

    /// What stands above the table behind this key, which the form must name.
    pub fn heading(&self, key: &str) -> Option<&'a str> {
        let at = self.reader.form.headings.iter().position(|known| **known == *key)?;
        self.reader.headings.get(at)?.as_deref()
    }

    /// Whether it is a row of the form's table of this number; a header may be that of several.
    pub fn is_of(&self, table: usize) -> bool {
        self.header.is_of(table)
    }

    /// The whole row as it is written: what to keep of one that is refused.
    pub fn text(&self) -> &'a str {
        self.reader.rows.text()
    }
}
