//! A header row: which columns there are, and of which tables it is the header.

use super::TableForm;
use super::rows::Rows;

/// The names of columns, as they are asked for.
#[derive(Debug)]
pub(super) struct Header {
    columns: Vec<Box<str>>,
    /// Numbers of the form's tables.
    tables: Vec<usize>,
}

impl Header {
    /// `None` if the row is no table's header.
    pub(super) fn of(rows: &Rows, form: &TableForm) -> Option<Self> {
        let is_header_of = |table: &[Box<str>]| table.iter().all(|column| has(rows, column));
        let numbered = form.tables.iter().enumerate();
        let tables: Vec<usize> =
            numbered.filter(|(_, table)| is_header_of(table)).map(|(number, _)| number).collect();
        if tables.is_empty() {
            return None;
        }
        let names: Vec<&str> = rows.cells().collect();
        let columns = names.iter().enumerate().map(|(at, name)| {
            match names.iter().take(at).filter(|before| before == &name).count() {
                0 => (*name).into(),
                before => format!("{name}#{}", before + 1).into(),
            }
        });
        Some(Self { columns: columns.collect(), tables })
    }

    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|known| **known == *name)
    }

    pub(super) fn is_of(&self, table: usize) -> bool {
        self.tables.contains(&table)
    }
}

/// Whether the row has a column of this name, or as many of one as `Name#2` asks for.
fn has(rows: &Rows, column: &str) -> bool {
    let (name, wanted) = match column.rsplit_once('#') {
        Some((name, number)) => (name, number.parse().unwrap_or(usize::MAX)),
        None => (column, 1),
    };
    rows.cells().any(|cell| cell == column)
        || rows.cells().filter(|cell| *cell == name).nth(wanted - 1).is_some()
}
