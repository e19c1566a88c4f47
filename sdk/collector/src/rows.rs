//! The rows of an input that a source of kind `sqlite` gives: values by the names of their columns. Knows no database.
//!
//! The host reads a table and hands its rows over as lines of JSON (`host/source/src/database/row.rs` says how they look).

use std::io;

use labrelay_manifest::Encoding;
use labrelay_model::Position;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{Input, Line, LineReader};

/// Where keys begin to be positions: the lowest key is position 0, so that both ascend together.
const LOWEST_KEY: u64 = 1 << 63;

/// Reads row by row, in bounded memory.
///
/// ```
/// # use labrelay_collector::{Batch, Inputs, PollError, Reason};
/// # fn poll(inputs: &mut Inputs<'_>, batch: &mut Batch<'_>) -> Result<(), PollError> {
/// for mut input in inputs {
///     let mut rows = input.rows();
///     while !batch.is_full() {
///         let Some(row) = rows.next(&mut input)? else {
///             input.finish();
///             break;
///         };
///         let unit = input.unit(row.position());
///         match row.table() {
///             "qc_result" => batch
///                 .record(unit, "qc_result")?
///                 .int("level", row.int("level"))
///                 .float("value", row.float("value"))
///                 .push()?,
///             _ => batch.refuse(unit, Reason::Unparsable, row.raw())?,
///         }
///         input.set_position(row.next_position());
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct RowReader {
    lines: LineReader,
    /// Rows before it are accounted for.
    from: u64,
}

/// One row of a declared table.
pub struct Row {
    line: Box<str>,
    content: Content,
}

/// As the host writes it.
#[derive(Deserialize)]
struct Content {
    table: Box<str>,
    key: i64,
    row: Map<String, Value>,
}

impl RowReader {
    pub(crate) fn new(from: u64) -> Self {
        Self { lines: LineReader::new(Encoding::Utf8, 0), from }
    }

    /// The next row that is not accounted for; `None` at the input's end. What is no row is an error: the host writes none.
    pub fn next(&mut self, input: &mut impl Input) -> io::Result<Option<Row>> {
        loop {
            let line = match self.lines.next(input)? {
                Some(Line::Text { text, .. }) => text,
                Some(Line::TooLong { .. }) => return Err(io::ErrorKind::InvalidData.into()),
                None => return Ok(None),
            };
            let content = serde_json::from_str(&line).map_err(|_| io::ErrorKind::InvalidData)?;
            let row = Row { line: line.into(), content };
            if row.position().0 >= self.from {
                return Ok(Some(row));
            }
        }
    }
}

impl Row {
    /// The table that it stands in, as the manifest declares it.
    pub fn table(&self) -> &str {
        &self.content.table
    }

    /// Its key.
    pub fn key(&self) -> i64 {
        self.content.key
    }

    /// Names its unit: positions ascend as keys do.
    pub fn position(&self) -> Position {
        Position(self.content.key as u64 ^ LOWEST_KEY)
    }

    /// Behind it, for [`OpenedInput::set_position`](crate::OpenedInput::set_position).
    pub fn next_position(&self) -> u64 {
        self.position().0.saturating_add(1)
    }

    /// A whole number; `None` if the column is null or holds something else.
    pub fn int(&self, column: &str) -> Option<i64> {
        self.value(column)?.as_i64()
    }

    /// A number; `None` if the column is null or holds something else.
    pub fn float(&self, column: &str) -> Option<f64> {
        match self.value(column)? {
            Value::Number(number) => number.as_f64(),
            Value::Object(other) => match other.get("real")?.as_str()? {
                "inf" => Some(f64::INFINITY),
                "-inf" => Some(f64::NEG_INFINITY),
                _ => None,
            },
            _ => None,
        }
    }

    /// A text; `None` if the column is null or holds something else. What is no UTF-8 stands as U+FFFD.
    pub fn text(&self, column: &str) -> Option<&str> {
        self.value(column)?.as_str()
    }

    /// The bytes of a blob; `None` if the column is null or holds something else.
    pub fn blob(&self, column: &str) -> Option<Vec<u8>> {
        let digits = self.value(column)?.get("blob")?.as_str()?.as_bytes();
        let digit = |digit: &u8| char::from(*digit).to_digit(16);
        let byte = |pair: &[u8]| match pair {
            [high, low] => u8::try_from(digit(high)? << 4 | digit(low)?).ok(),
            _ => None,
        };
        digits.chunks(2).map(byte).collect()
    }

    /// Whether there is no value.
    pub fn is_null(&self, column: &str) -> bool {
        self.value(column).is_none_or(Value::is_null)
    }

    /// Whether the column holds a text or blob that is too long to be handed over.
    pub fn is_too_long(&self, column: &str) -> bool {
        self.value(column).is_some_and(|value| value.get("too_long").is_some())
    }

    /// The whole row as the host wrote it, for [`Batch::refuse`](crate::Batch::refuse).
    pub fn raw(&self) -> &[u8] {
        self.line.as_bytes()
    }

    fn value(&self, column: &str) -> Option<&Value> {
        self.content.row.get(column)
    }
}

/// Shows no value.
impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Row({}, {} bytes)", self.content.table, self.line.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: &str = concat!(
        "{\"table\":\"qc\",\"key\":-9223372036854775808,\"row\":{\"a\":1,\"b\":null}}\n",
        "{\"table\":\"qc\",\"key\":0,\"row\":{\"a\":0.5,\"b\":\"x\"}}\n",
        "{\"table\":\"qc\",\"key\":9223372036854775807,\"row\":{\"a\":{\"real\":\"-inf\"},\"b\":{\"blob\":\"00ff\"}}}\n",
        "{\"table\":\"qc\",\"key\":9223372036854775807,\"row\":{\"a\":{\"too_long\":70000},\"b\":{\"blob\":\"0\"}}}\n",
    );

    fn rows(from: u64) -> Vec<Row> {
        let (mut reader, mut input) = (RowReader::new(from), ROWS.as_bytes());
        std::iter::from_fn(|| reader.next(&mut input).unwrap()).collect()
    }

    #[test]
    fn values_come_by_column_and_type_and_nothing_stands_for_another() {
        let rows = rows(0);
        let [first, second, third, fourth] = &rows[..] else { panic!("four rows") };
        assert_eq!((first.table(), first.key(), first.position()), ("qc", i64::MIN, Position(0)));
        assert_eq!((first.int("a"), first.float("a"), first.text("a")), (Some(1), Some(1.0), None));
        assert!(first.is_null("b") && first.is_null("nowhere") && !first.is_null("a"));
        assert_eq!((second.int("a"), second.float("a"), second.text("b")), (None, Some(0.5), Some("x")));
        assert_eq!((third.float("a"), third.blob("b")), (Some(f64::NEG_INFINITY), Some(vec![0, 255])));
        assert!(fourth.is_too_long("a") && fourth.blob("b").is_none() && fourth.text("a").is_none());
    }

    #[test]
    fn reading_goes_on_behind_any_row() {
        let all = rows(0);
        assert!(all[0].position() < all[1].position() && all[1].position() < all[2].position());
        assert_eq!(rows(all[0].next_position())[0].key(), 0);
        assert_eq!(rows(all[1].next_position())[0].key(), i64::MAX);
    }

    #[test]
    fn what_is_no_row_is_an_error_and_no_value_is_shown() {
        for mut bytes in [&b"{}"[..], b"[]", b"{\"table\":\"qc\",\"key\":1.5,\"row\":{}}", b"\xff"] {
            let read = RowReader::new(0).next(&mut bytes);
            assert_eq!(read.unwrap_err().kind(), io::ErrorKind::InvalidData);
        }
        assert_eq!(format!("{:?}", rows(0)[1]), "Row(qc, 46 bytes)");
    }
}
