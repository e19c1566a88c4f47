//! The cells of one column while lines are read, one kind for each Arrow type that a field has.

use std::sync::Arc;

use chrono::Utc;
use deltalake::arrow::array::{
    ArrayRef, BooleanBuilder, Float64Builder, Int64Builder, StringBuilder, TimestampMicrosecondBuilder,
};
use deltalake::arrow::compute::kernels::cast_utils::string_to_datetime;
use deltalake::arrow::datatypes::{DataType, TimeUnit};

use super::cursor::Cursor;

/// Shortest time that the gate writes, `2026-03-01T08:00:00Z`; a date alone would be read as well.
const TIME_CHARS: usize = 20;
/// What a text takes at most as a rule; a guess that only decides how often a column grows.
const USUAL_TEXT_BYTES: usize = 8;

pub(super) enum Cells {
    Long(Int64Builder),
    Double(Float64Builder),
    Bool(BooleanBuilder),
    Time(TimestampMicrosecondBuilder),
    Text(StringBuilder),
}

impl Cells {
    /// None yet, with room for `rows`; `None` for a type that no field has.
    pub(super) fn new(ty: &DataType, rows: usize) -> Option<Self> {
        Some(match ty {
            DataType::Int64 => Self::Long(Int64Builder::with_capacity(rows)),
            DataType::Float64 => Self::Double(Float64Builder::with_capacity(rows)),
            DataType::Boolean => Self::Bool(BooleanBuilder::with_capacity(rows)),
            DataType::Timestamp(TimeUnit::Microsecond, _) => {
                let times = TimestampMicrosecondBuilder::with_capacity(rows);
                Self::Time(times.with_data_type(ty.clone()))
            }
            DataType::Utf8 => Self::Text(StringBuilder::with_capacity(rows, rows * USUAL_TEXT_BYTES)),
            _ => return None,
        })
    }

    /// Reads the value at the cursor; `None` if it is of another type.
    pub(super) fn read(&mut self, cursor: &mut Cursor<'_>) -> Option<()> {
        match self {
            Self::Long(cells) => cells.append_value(cursor.bare()?.parse().ok()?),
            Self::Double(cells) => cells.append_value(cursor.bare()?.parse().ok()?),
            Self::Bool(cells) => cells.append_value(cursor.bare()?.parse().ok()?),
            Self::Time(cells) => cells.append_value(micros(&cursor.quoted()?)?),
            Self::Text(cells) => cells.append_value(cursor.quoted()?),
        }
        Some(())
    }

    pub(super) fn append_null(&mut self) {
        match self {
            Self::Long(cells) => cells.append_null(),
            Self::Double(cells) => cells.append_null(),
            Self::Bool(cells) => cells.append_null(),
            Self::Time(cells) => cells.append_null(),
            Self::Text(cells) => cells.append_null(),
        }
    }

    pub(super) fn finish(self) -> ArrayRef {
        match self {
            Self::Long(mut cells) => Arc::new(cells.finish()),
            Self::Double(mut cells) => Arc::new(cells.finish()),
            Self::Bool(mut cells) => Arc::new(cells.finish()),
            Self::Time(mut cells) => Arc::new(cells.finish()),
            Self::Text(mut cells) => Arc::new(cells.finish()),
        }
    }
}

fn micros(text: &str) -> Option<i64> {
    let instant = string_to_datetime(&Utc, text).ok().filter(|_| text.len() >= TIME_CHARS)?;
    Some(instant.timestamp_micros())
}
