//! Checks the tables of one database source: what of an instrument's database is read at all.

use crate::DatabaseTable;
use crate::fault::Fault;
use crate::raw::{RawDatabaseTable, RawTables, SqlName};
use crate::yaml::Parsed;

/// Most tables of a source: each is looked at every second.
const MAX_TABLES: usize = 16;
/// Most columns of a table: a row stays one line of at most 64 KiB.
const MAX_COLUMNS: usize = 64;

pub(super) fn tables(raw: Option<RawTables>) -> Result<Vec<DatabaseTable>, Fault> {
    let Some(raw) = raw else {
        return Err(Fault::here(
            "a database needs `tables`, such as {qc_result: {key: id, columns: [id, value]}}",
        ));
    };
    super::count("tables", raw.0.len(), MAX_TABLES)?;
    let names: Vec<&str> = raw.0.iter().map(|(name, _)| &*name.0).collect();
    if let Some(twice) = repeated(&names) {
        return Err(Fault::at("tables", format!("`{twice}` stands twice; case does not matter to SQLite")));
    }
    let tables = raw.0.into_iter();
    tables
        .map(|(name, raw)| table(&name, raw).map_err(|fault| fault.under(&name.0).under("tables")))
        .collect()
}

fn table(
    name: &SqlName,
    RawDatabaseTable { key: Parsed(key), columns }: RawDatabaseTable,
) -> Result<DatabaseTable, Fault> {
    if name.0.to_ascii_lowercase().starts_with("sqlite_") {
        return Err(Fault::here("SQLite keeps its own things there; name a table of the instrument"));
    }
    super::count("columns", columns.len(), MAX_COLUMNS)?;
    let columns: Vec<Box<str>> = columns.into_iter().map(|Parsed(column)| column.0).collect();
    if let Some(twice) = repeated(&columns) {
        return Err(Fault::at("columns", format!("`{twice}` stands twice; case does not matter to SQLite")));
    }
    Ok(DatabaseTable { name: name.0.clone(), key: key.0, columns })
}

/// A name that stands there twice, as SQLite compares them.
fn repeated<S: AsRef<str>>(names: &[S]) -> Option<&str> {
    let mut rest = names.iter().map(AsRef::as_ref);
    while let Some(name) = rest.next() {
        if rest.clone().any(|other| other.eq_ignore_ascii_case(name)) {
            return Some(name);
        }
    }
    None
}
