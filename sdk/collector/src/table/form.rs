//! What an author says of a table: by what it is known, and how its cells are parted.

/// How a file with tables is laid out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableForm {
    pub(super) delimiter: u8,
    pub(super) tables: Vec<Vec<Box<str>>>,
    pub(super) headings: Vec<Box<str>>,
    pub(super) skip: Vec<Box<str>>,
}

impl TableForm {
    /// A file whose cells are parted by `delimiter`. Cells may be quoted by `"`, and a quote in them is doubled.
    pub fn new(delimiter: u8) -> Self {
        Self { delimiter, tables: Vec::new(), headings: Vec::new(), skip: Vec::new() }
    }

    /// A table that is known by these columns, which its header row has in any order and among others.
    pub fn table<C: Into<Box<str>>>(mut self, columns: impl IntoIterator<Item = C>) -> Self {
        self.tables.push(columns.into_iter().map(Into::into).collect());
        self
    }

    /// Keeps what stands behind this key above a table.
    pub fn heading(mut self, key: impl Into<Box<str>>) -> Self {
        self.headings.push(key.into());
        self
    }

    /// Leaves rows out whose first cell is this: titles within a table.
    pub fn skip(mut self, title: impl Into<Box<str>>) -> Self {
        self.skip.push(title.into());
        self
    }
}
