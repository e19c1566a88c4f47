//! Rows of a declared table, as lines of JSON that a plugin reads, and how the host asks for them.
//!
//! ```text
//! {"table":"qc_result","key":17,"row":{"level":2,"value":1.5,"remark":null}}
//! ```
//!
//! Null, whole numbers, finite numbers and texts stand as JSON has them. What it has not is an object of one key:
//! `{"blob":"00ff"}` in hexadecimal, `{"real":"inf"}` or `"-inf"`, and `{"too_long":70000}` with the bytes of a text or blob
//! that is not loaded. `labrelay_collector::Row` reads them.

use rusqlite::types::{Type, ValueRef};
use rusqlite::{OptionalExtension as _, params};
use serde_json::{Map, Value, json};

use super::TableConfig;
use super::snapshot::{NoLook, Snapshot, no_look};
use crate::TroubleKind;

/// Longest text or blob of a value that is loaded: results and settings are far below; images and documents are not meant.
const MAX_VALUE_BYTES: usize = 16 * 1024;
/// Longest line of a row; the reader takes 64 KiB. A longer one loses all its texts and blobs.
const MAX_ROW_BYTES: usize = 60 * 1024;
/// Most rows of one part: read in some milliseconds, and what a poll can take.
pub(super) const MAX_PART_ROWS: usize = 1000;
/// Most bytes of one part: held in memory until it is committed, and so of every table of a database at once.
const MAX_PART_BYTES: usize = 256 * 1024;

/// A row that was read.
pub(super) struct Row {
    pub(super) key: i64,
    /// Its line, without the end.
    pub(super) line: String,
}

/// Rows in the order of their keys, and whether there are more of those that were asked for.
pub(super) struct Part {
    pub(super) rows: Vec<Row>,
    pub(super) more: bool,
}

impl Snapshot {
    /// The greatest key; `None` of an empty table.
    pub(super) fn last_key(&self, table: &TableConfig) -> Result<Option<i64>, NoLook> {
        self.check(table)?;
        let sql = format!("SELECT max({}) FROM {}", quoted(&table.key), quoted(&table.name));
        self.connection.query_row(&sql, [], |row| row.get(0)).map_err(|error| no_look(&error))
    }

    /// The row with this key.
    pub(super) fn row(&self, table: &TableConfig, key: i64) -> Result<Option<Row>, NoLook> {
        let sql = format!("{} WHERE {} = ?1", select(table), quoted(&table.key));
        let found = self.connection.query_row(&sql, [key], |row| line(table, row)).optional();
        found.map_err(|error| no_look(&error))
    }

    /// The first rows with keys from `from` to `to`.
    pub(super) fn part(&self, table: &TableConfig, from: i64, to: i64) -> Result<Part, NoLook> {
        let key = quoted(&table.key);
        let sql = format!("{} WHERE {key} BETWEEN ?1 AND ?2 ORDER BY {key}", select(table));
        let mut statement = self.connection.prepare(&sql).map_err(|error| no_look(&error))?;
        let mut found = statement.query(params![from, to]).map_err(|error| no_look(&error))?;
        let (mut rows, mut bytes) = (Vec::new(), 0);
        while let Some(row) = found.next().map_err(|error| no_look(&error))? {
            let is_full = rows.len() >= MAX_PART_ROWS || bytes >= MAX_PART_BYTES;
            if is_full || self.is_long() && !rows.is_empty() {
                return Ok(Part { rows, more: true });
            }
            let row = line(table, row).map_err(|error| no_look(&error))?;
            bytes += row.line.len() + 1;
            rows.push(row);
        }
        Ok(Part { rows, more: false })
    }

    /// Whether the table is there with its columns, and its key is SQLite's own: whole, unique, growing and cheap to go on from.
    pub(super) fn check(&self, table: &TableConfig) -> Result<(), NoLook> {
        let key = quoted(&table.key);
        let sql = format!("EXPLAIN QUERY PLAN {} WHERE {key} BETWEEN 1 AND 2 ORDER BY {key}", select(table));
        let plan = self.connection.query_row(&sql, [], |row| row.get::<_, String>("detail"));
        match plan.map_err(|error| no_look(&error))?.contains("USING INTEGER PRIMARY KEY (rowid>") {
            true => Ok(()),
            false => Err(NoLook::Trouble(TroubleKind::TableMissing)),
        }
    }

    /// Whether the table is there with this column.
    pub(super) fn has_column(&self, table: &TableConfig, column: &str) -> bool {
        let sql = format!("SELECT {} FROM {}", quoted(column), quoted(&table.name));
        self.connection.prepare(&sql).is_ok()
    }
}

/// Every value twice: itself unless it is too long, and its length.
fn select(table: &TableConfig) -> String {
    let values = table.columns.iter().map(|column| {
        let column = quoted(column);
        format!(
            ", CASE WHEN octet_length({column}) <= {MAX_VALUE_BYTES} THEN {column} END, octet_length({column})"
        )
    });
    format!("SELECT {}{} FROM {}", quoted(&table.key), values.collect::<String>(), quoted(&table.name))
}

/// A name of the database's maker; with the settings of a look it never stands for a text.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn line(table: &TableConfig, row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    let key = row.get(0)?;
    let mut values = Map::new();
    for (number, column) in table.columns.iter().enumerate() {
        let (value, length) = (row.get_ref(1 + 2 * number)?, row.get(2 + 2 * number)?);
        values.insert(column.to_string(), json_of(value, length));
    }
    let mut line = text_of(table, key, &values);
    if line.len() > MAX_ROW_BYTES {
        for (number, column) in table.columns.iter().enumerate() {
            let value = row.get_ref(1 + 2 * number)?;
            if matches!(value.data_type(), Type::Text | Type::Blob) {
                values.insert(column.to_string(), json_of(ValueRef::Null, row.get(2 + 2 * number)?));
            }
        }
        line = text_of(table, key, &values);
    }
    Ok(Row { key, line })
}

fn text_of(table: &TableConfig, key: i64, values: &Map<String, Value>) -> String {
    json!({ "table": &*table.name, "key": key, "row": values }).to_string()
}

/// A null with a length was too long.
fn json_of(value: ValueRef<'_>, length: Option<i64>) -> Value {
    match (value, length) {
        (ValueRef::Null, Some(bytes)) => json!({ "too_long": bytes }),
        (ValueRef::Null, None) => Value::Null,
        (ValueRef::Integer(number), _) => number.into(),
        (ValueRef::Real(number), _) if number.is_finite() => number.into(),
        (ValueRef::Real(number), _) => json!({ "real": if number > 0.0 { "inf" } else { "-inf" } }),
        (ValueRef::Text(bytes), _) => String::from_utf8_lossy(bytes).into(),
        (ValueRef::Blob(bytes), _) => {
            json!({ "blob": bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>() })
        }
    }
}
