//! Marks in a database: in every declared column, in a column that is not declared, and in a table that is not.

use std::path::Path;

use labrelay_kit::canary::Marks;
use labrelay_manifest::DatabaseTable;
use rusqlite::{Connection, params_from_iter};

/// Writes such a database to `path`, which has none yet; gives the rows of declared tables, each of which is a unit.
pub(super) fn write(path: &Path, tables: &[DatabaseTable], marks: &mut Marks) -> anyhow::Result<u64> {
    let mut database = Connection::open(path)?;
    let writing = database.transaction()?;
    let mut rows = 0;
    for table in tables {
        let columns: Vec<&str> = table.columns.iter().map(|column| &**column).collect();
        let others: Vec<&str> =
            columns.into_iter().filter(|column| !column.eq_ignore_ascii_case(&table.key)).collect();
        let others: Vec<String> = others.into_iter().chain(["not declared"]).map(quoted).collect();
        let name = quoted(&table.name);
        let key = match table.key.eq_ignore_ascii_case("rowid") {
            true => String::new(),
            false => format!("{} INTEGER PRIMARY KEY, ", quoted(&table.key)),
        };
        writing.execute_batch(&format!("CREATE TABLE {name} ({key}{})", others.join(", ")))?;
        let places = vec!["?"; others.len()].join(", ");
        let insert = format!("INSERT INTO {name} ({}) VALUES ({places})", others.join(", "));
        for marked in 0..others.len() {
            for disguised in [false, true] {
                let mut values = vec![None; others.len()];
                let mark = if disguised { marks.make_disguised()? } else { marks.make()?.into_bytes() };
                if let Some(value) = values.get_mut(marked) {
                    *value = Some(String::from_utf8_lossy(&mark).into_owned());
                }
                writing.execute(&insert, params_from_iter(values))?;
                rows += 1;
            }
        }
    }
    writing.execute_batch("CREATE TABLE \"nobody declares it\" (name TEXT)")?;
    writing.execute("INSERT INTO \"nobody declares it\" VALUES (?1)", [marks.make()?])?;
    writing.commit()?;
    Ok(rows)
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_has_a_mark_as_it_is_and_a_disguised_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.db");
        let table = |name: &str, key: &str| DatabaseTable {
            name: name.into(),
            key: key.into(),
            columns: ["id", "a b"].map(Box::from).to_vec(),
        };
        let mut marks = Marks::default();
        let rows = write(&path, &[table("one", "id"), table("o\"ther", "rowid")], &mut marks).unwrap();
        assert_eq!(rows, 4 + 6);
        assert_eq!(marks.all().len(), 4 + 6 + 1);
        let database = Connection::open(path).unwrap();
        let first: String =
            database.query_row("SELECT \"a b\" FROM one WHERE id = 1", [], |row| row.get(0)).unwrap();
        assert_eq!(first, marks.all()[0]);
    }
}
