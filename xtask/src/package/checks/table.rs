//! A table of an MSI as `msiinfo` tells it, by rows and names of columns.

use std::path::Path;

use anyhow::{Context as _, ensure};

use super::super::tools::Tools;

/// Lines before the first row: columns, their types, the table with its keys.
const HEADING: usize = 3;

/// A table.
pub(super) struct Table {
    name: &'static str,
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Reads one.
    pub(super) fn of(tools: &Tools, msi: &Path, name: &'static str) -> anyhow::Result<Self> {
        let text = tools.run(tools.command("msiinfo").arg("export").arg(msi).arg(name))?;
        let mut lines =
            text.lines().map(|line| line.trim_end_matches('\r').split('\t').map(str::to_owned).collect());
        let columns: Vec<String> = lines.next().with_context(|| format!("the MSI has no table {name}"))?;
        let rows: Vec<Vec<String>> = lines.skip(HEADING - 1).collect();
        let is_whole = rows.iter().all(|row| row.len() == columns.len());
        ensure!(is_whole, "the table {name} has rows of several lengths: {text}");
        Ok(Self { name, columns, rows })
    }

    /// Its rows.
    pub(super) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|cells| Row { table: self, cells })
    }

    /// The only row in which `column` is `value`.
    pub(super) fn row(&self, column: &str, value: &str) -> anyhow::Result<Row<'_>> {
        let mut found = self.rows().filter(|row| row.get(column).is_ok_and(|cell| cell == value));
        let row = found.next().with_context(|| format!("{}: no row with {column} {value:?}", self.name))?;
        ensure!(found.next().is_none(), "{}: two rows with {column} {value:?}", self.name);
        Ok(row)
    }
}

/// One row.
pub(super) struct Row<'a> {
    table: &'a Table,
    cells: &'a [String],
}

impl Row<'_> {
    /// What stands in a column.
    pub(super) fn get(&self, column: &str) -> anyhow::Result<&str> {
        let at = self.table.columns.iter().position(|name| name == column);
        let cell = at.and_then(|at| self.cells.get(at));
        Ok(cell.with_context(|| format!("{} has no column {column}", self.table.name))?)
    }

    /// The same as a number.
    pub(super) fn number(&self, column: &str) -> anyhow::Result<i64> {
        let cell = self.get(column)?;
        cell.parse().with_context(|| format!("{}.{column} is no number: {cell:?}", self.table.name))
    }

    /// An error unless these columns hold these values.
    pub(super) fn expect(&self, expected: &[(&str, &str)]) -> anyhow::Result<()> {
        for (column, value) in expected {
            let found = self.get(column)?;
            ensure!(found == *value, "{}.{column} is {found:?}, not {value:?}", self.table.name);
        }
        Ok(())
    }
}
