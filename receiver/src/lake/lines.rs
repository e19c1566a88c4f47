//! Record lines to columns, straight from the text: no JSON value in between, no allocation per cell.
//!
//! Reads the one form that the gate lets through (fields in the manifest's order, no blanks, absent fields
//! left out) and refuses any other. Judges no values: the gate did, before the batch landed.

use std::sync::Arc;

use deltalake::arrow::array::{ArrayRef, StringBuilder};
use deltalake::arrow::datatypes::Fields;

use super::cells::Cells;
use super::cursor::Cursor;

/// Characters of a row id: 16 bytes in hex.
const ROW_ID_CHARS: usize = 32;

/// Columns that lines are read into.
pub(super) struct Lines {
    row_ids: StringBuilder,
    columns: Vec<Column>,
}

struct Column {
    /// `"name":` as it stands before the value.
    key: String,
    cells: Cells,
}

impl Lines {
    /// Empty columns for `fields` with room for `rows`; `None` if one has a type that no field has.
    pub(super) fn new(fields: &Fields, rows: usize) -> Option<Self> {
        let column = |field: &Arc<_>| Column::new(field, rows);
        let row_ids = StringBuilder::with_capacity(rows, rows * ROW_ID_CHARS);
        Some(Self { row_ids, columns: fields.iter().map(column).collect::<Option<_>>()? })
    }

    /// Reads all of `text`, whose lines all end with a line feed; the number of lines. `None` for any other
    /// form than the canonical one.
    pub(super) fn read(&mut self, text: &str) -> Option<usize> {
        let mut cursor = Cursor::new(text);
        let mut lines = 0;
        while !cursor.is_at_end() {
            self.read_line(&mut cursor)?;
            lines += 1;
        }
        Some(lines)
    }

    fn read_line(&mut self, cursor: &mut Cursor<'_>) -> Option<()> {
        self.row_ids.append_value(row_id_at(cursor)?);
        cursor.skip("\",\"fields\":{")?;
        let mut comma = "";
        for column in &mut self.columns {
            if cursor.skip_both(comma, &column.key) {
                column.cells.read(cursor)?;
                comma = ",";
            } else {
                column.cells.append_null();
            }
        }
        cursor.skip("}}\n")
    }

    /// The row ids and the fields in their order.
    pub(super) fn finish(mut self) -> (ArrayRef, Vec<ArrayRef>) {
        let columns = self.columns.into_iter().map(|column| column.cells.finish()).collect();
        (Arc::new(self.row_ids.finish()), columns)
    }
}

/// The row id that a record line begins with.
pub(super) fn row_id_of(line: &str) -> Option<&str> {
    row_id_at(&mut Cursor::new(line))
}

fn row_id_at<'a>(cursor: &mut Cursor<'a>) -> Option<&'a str> {
    cursor.skip("{\"row_id\":\"")?;
    cursor.take(ROW_ID_CHARS)
}

impl Column {
    fn new(field: &deltalake::arrow::datatypes::Field, rows: usize) -> Option<Self> {
        // Names need no escapes: a manifest allows a-z, 0-9 and '_'.
        Some(Self { key: format!("\"{}\":", field.name()), cells: Cells::new(field.data_type(), rows)? })
    }
}

#[cfg(test)]
mod tests {
    use deltalake::arrow::array::{Array as _, AsArray as _};
    use deltalake::arrow::datatypes::{
        DataType, Field, Float64Type, Int64Type, TimeUnit, TimestampMicrosecondType,
    };

    use super::*;

    const ID: &str = "00000000000000000000000000000001";

    fn fields() -> Fields {
        let time = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
        let types =
            [("at", time), ("n", DataType::Int64), ("x", DataType::Float64), ("ok", DataType::Boolean)];
        let texts = [("lot", DataType::Utf8)];
        types.into_iter().chain(texts).map(|(name, ty)| Field::new(name, ty, true)).collect()
    }

    fn read(text: &str) -> Option<(ArrayRef, Vec<ArrayRef>)> {
        let mut lines = Lines::new(&fields(), 4)?;
        lines.read(text)?;
        Some(lines.finish())
    }

    fn line(fields: &str) -> String {
        format!("{{\"row_id\":\"{ID}\",\"fields\":{{{fields}}}}}\n")
    }

    #[test]
    fn every_type_is_read_and_what_is_absent_is_null() {
        let full = r#""at":"2026-03-01T08:00:00.500Z","n":-7,"x":12.25,"ok":true,"lot":"A\"\\,}B""#;
        let text = line(full) + &line("") + &line(r#""n":8,"lot":"C""#);
        let (row_ids, columns) = read(&text).unwrap();
        assert_eq!(row_ids.as_string::<i32>().iter().flatten().collect::<Vec<_>>(), [ID; 3]);
        let [at, n, x, ok, lot] = columns.as_slice() else { panic!("five columns") };
        let micros = Some(1_772_352_000_500_000);
        let times = at.as_primitive::<TimestampMicrosecondType>();
        assert_eq!(times.iter().collect::<Vec<_>>(), [micros, None, None]);
        assert_eq!(at.data_type(), fields()[0].data_type());
        assert_eq!(n.as_primitive::<Int64Type>().iter().collect::<Vec<_>>(), [Some(-7), None, Some(8)]);
        assert_eq!(x.as_primitive::<Float64Type>().iter().collect::<Vec<_>>(), [Some(12.25), None, None]);
        assert_eq!(ok.as_boolean().iter().collect::<Vec<_>>(), [Some(true), None, None]);
        let texts = lot.as_string::<i32>().iter().collect::<Vec<_>>();
        assert_eq!(texts, [Some(r#"A"\,}B"#), None, Some("C")]);
    }

    #[test]
    fn any_other_form_is_refused() {
        let good = line(r#""n":1,"x":2"#);
        assert!(read(&good).is_some());
        assert!(read(&good.replace("01\"", "\"")).is_none(), "a short row id");
        assert!(read(good.trim_end()).is_none(), "an unended line");
        for fields in [
            r#""x":2,"n":1"#,
            r#""n":1,"n":1"#,
            r#""n": 1"#,
            r#""n":1,"#,
            r#","n":1"#,
            r#""n":null"#,
            r#""n":1.5"#,
            r#""n":"1""#,
            r#""x":,"ok":true"#,
            r#""ok":yes"#,
            r#""at":"2026-03-01""#,
            r#""at":"never""#,
            r#""lot":"a\nb""#,
            r#""lot":"ab"#,
            r#""new":1"#,
        ] {
            assert!(read(&line(fields)).is_none(), "{fields}");
        }
    }
}
