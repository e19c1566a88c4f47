//! What a stock plugin is told by a manifest: how each source's files are read, and what of them goes into which field.
//!
//! Made by `Manifest::parse` alone, so that streams and fields are there and of a type that can be filled so. Reads nothing.

use labrelay_model::{FieldName, FieldType, StreamName};

use crate::{About, Presence, TimeForm};

/// The plugin that reads what manifests describe; its library says this name of itself, and a manifest names it by `plugin`.
pub const STOCK_PLUGIN: &str = "stock";

/// How a stock plugin reads one source.
#[derive(Debug, Clone, PartialEq)]
pub enum Reader {
    /// A text log, entry by entry, for one stream's catalogue.
    Textlog(Textlog),
    /// Tables of delimited text, row by row.
    Table(Table),
}

/// A text log.
#[derive(Debug, Clone, PartialEq)]
pub struct Textlog {
    /// Whose catalogue tells what an entry means.
    pub stream: StreamName,
    /// Where an entry begins.
    pub entry: EntryStart,
    /// The time that every entry begins with, which is no part of what the catalogue's templates match.
    pub time: Option<EntryTime>,
    /// What becomes of an entry's lines behind its first.
    pub further_lines: FurtherLines,
    /// Fields that are the same in every record.
    pub fixed: Vec<Filled>,
}

/// Where an entry of a log begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryStart {
    /// At every line.
    Line,
    /// At every line that begins with a time.
    Time,
    /// At every line that does not begin with a blank or tab.
    Unindented,
}

/// The time before an entry's text.
#[derive(Debug, Clone, PartialEq)]
pub struct EntryTime {
    /// The field that it goes into.
    pub field: FieldName,
    /// How it is written.
    pub form: TimeForm,
}

/// What becomes of an entry's lines behind its first, such as a trace of calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FurtherLines {
    /// They are part of the entry: a template has to match them too.
    Match,
    /// They are dropped unread.
    Drop,
}

/// Tables of delimited text. A file may hold several, and lines of `key: value` above them.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Whether rows may come later.
    pub growth: Growth,
    /// What stands between two cells; printable ASCII or a tab.
    pub delimiter: u8,
    /// What stands before decimals.
    pub decimal: DecimalMark,
    /// Cells that say nothing, beside empty ones.
    pub empty: Vec<Box<str>>,
    /// Rows that begin with such a cell are titles or other text, and no row of a table.
    pub skip: Vec<Box<str>>,
    /// The column with the name of a panel, tube or control material: the site's list says which are QC. Streams about QC
    /// get those rows, streams about specimens all others, and the name itself goes nowhere.
    pub qc: Option<Box<str>>,
    /// What becomes of the rows of a table that has the columns for it.
    pub streams: Vec<TableStream>,
}

/// Whether a file goes on growing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Growth {
    /// It is read once it has settled, and whole.
    Done,
    /// It is followed while rows are added at its end.
    Grows,
}

/// What stands before the decimals of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecimalMark {
    /// `1.5`
    Point,
    /// `1,5`
    Comma,
}

/// One stream, filled by rows.
#[derive(Debug, Clone, PartialEq)]
pub struct TableStream {
    /// Its name.
    pub stream: StreamName,
    /// What it tells of.
    pub about: About,
    /// Its fields, each with where it stands.
    pub fields: Vec<Filled>,
}

/// A field, and where its value comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Filled {
    /// The field.
    pub field: FieldName,
    /// What it may contain.
    pub ty: FieldType,
    /// Where its value stands.
    pub origin: Origin,
    /// How a time is written; of other types nothing is said here.
    pub time: TimeForm,
    /// What a file writes, and which of the field's words it means.
    pub words: Vec<Meaning>,
    /// Whether a record may lack it, as the stream declares.
    pub presence: Presence,
}

/// A word of a file, and the field's word for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meaning {
    /// As the file has it.
    pub written: Box<str>,
    /// One of the enum's values.
    pub word: Box<str>,
}

/// Where the value of a field stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// In these columns, put together with a blank between; the second of two columns of one name is `Name#2`.
    Columns(Vec<Box<str>>),
    /// Behind this key, in a line above the table.
    Heading(Box<str>),
    /// In the site's configuration, among the plugin's settings.
    Setting(Box<str>),
}
