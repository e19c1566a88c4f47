//! A landed body to rows: NDJSON decoded into columns, then laid out as the table wants them.
//!
//! The body passed the gate before it landed; this only decodes. No error holds content of a record.

use std::io::Read as _;
use std::sync::Arc;

use deltalake::arrow::array::{
    Array as _, ArrayRef, BooleanArray, Date32Array, Int64Array, RecordBatch, StringArray, new_null_array,
};
use deltalake::arrow::compute::filter;
use deltalake::arrow::datatypes::{Field, SchemaRef};
use labrelay_model::wire::{MAX_BATCH_BYTES, MAX_BATCH_RECORDS};
use labrelay_model::{BatchHeader, Seq};

use super::columns::{Columns, PARTITION};
use super::lines::{Lines, row_id_of};
use crate::chain::Chain;
use crate::landing::LandedBatch;

/// Seconds of a day, for `received_day`.
const DAY_S: i64 = 24 * 3600;

/// The column that tells rows apart.
pub(super) const ROW_ID: &str = "row_id";

/// The columns of a batch's rows by name.
pub(super) type Rows = Vec<(String, ArrayRef)>;

/// Why a landed body gives no rows. It stays in landing; its chain waits for a person.
#[derive(Debug, thiserror::Error)]
pub enum RowsError {
    /// zstd can't read it, or it is larger than any batch.
    #[error("the landed object is no zstd body within the limits")]
    Body,
    /// The first line is no batch header.
    #[error("the landed object does not begin with a batch header")]
    Header,
    /// The lines are not what the manifest declares.
    #[error("the landed object's records are not what its manifest declares")]
    Records,
    /// Arrow refused to put the columns together.
    #[error("the columns do not fit together")]
    Layout,
}

/// A decompressed body.
#[derive(Debug)]
pub(crate) struct Body {
    /// Its first line.
    pub(crate) header: BatchHeader,
    bytes: Vec<u8>,
    /// Where the record lines begin.
    lines_at: usize,
}

impl Body {
    /// Decompresses and reads the header.
    pub(crate) fn read(compressed: &[u8]) -> Result<Self, RowsError> {
        let mut bytes = Vec::new();
        let zstd = zstd::stream::read::Decoder::with_buffer(compressed).map_err(|_| RowsError::Body)?;
        let bound = MAX_BATCH_BYTES as u64 + 1;
        zstd.take(bound).read_to_end(&mut bytes).map_err(|_| RowsError::Body)?;
        if bytes.len() > MAX_BATCH_BYTES {
            return Err(RowsError::Body);
        }
        let end = bytes.iter().position(|&byte| byte == b'\n').ok_or(RowsError::Header)?;
        let header = bytes.get(..end).ok_or(RowsError::Header)?;
        let header = serde_json::from_slice(header).map_err(|_| RowsError::Header)?;
        Ok(Self { header, bytes, lines_at: end + 1 })
    }

    /// The ids of the rows, read from the beginnings of the lines: needs no manifest.
    pub(crate) fn row_ids(&self) -> impl Iterator<Item = &str> {
        let lines = self.bytes.get(self.lines_at..).unwrap_or_default().split(|&byte| byte == b'\n');
        lines.filter_map(|line| row_id_of(std::str::from_utf8(line).ok()?))
    }

    /// Decodes the record lines into `row_id` and one column per field.
    fn decode(&self, columns: &Columns) -> Result<(ArrayRef, Vec<ArrayRef>), RowsError> {
        let declared = self.header.records as usize;
        let text = self.bytes.get(self.lines_at..).and_then(|lines| std::str::from_utf8(lines).ok());
        let mut lines =
            Lines::new(&columns.fields, declared.min(MAX_BATCH_RECORDS as usize)).ok_or(RowsError::Layout)?;
        match lines.read(text.ok_or(RowsError::Records)?) {
            Some(read) if read == declared => Ok(lines.finish()),
            _ => Err(RowsError::Records),
        }
    }
}

/// The rows of one batch, with exactly the columns of `columns`.
pub(crate) fn rows(
    chain: &Chain,
    seq: Seq,
    landed: &LandedBatch,
    body: &Body,
    columns: &Columns,
) -> Result<Rows, RowsError> {
    let (row_id, fields) = body.decode(columns)?;
    let header = &body.header;
    let count = row_id.len();
    let text = |text: &str| -> ArrayRef { Arc::new(StringArray::new_repeated(text, count)) };
    let seq = i64::try_from(seq.0).map_err(|_| RowsError::Layout)?;
    let day = i32::try_from(landed.landed_at.timestamp().div_euclid(DAY_S)).map_err(|_| RowsError::Layout)?;
    let mut rows: Rows = vec![
        ("device".into(), text(chain.device.as_str())),
        ("family".into(), text(chain.stream.family.as_str())),
        ("stream".into(), text(chain.stream.stream.as_str())),
        ("epoch".into(), text(&chain.epoch.to_string())),
        ("seq".into(), Arc::new(Int64Array::from_value(seq, count))),
        (ROW_ID.into(), row_id),
        ("manifest_sha256".into(), text(&header.manifest_sha256.to_string())),
        ("plugin_version".into(), text(&header.plugin_version)),
        ("host_version".into(), text(&header.host_version)),
        (PARTITION.into(), Arc::new(Date32Array::from_value(day, count))),
    ];
    for (field, cells) in columns.fields.iter().zip(fields) {
        if columns.event_time.as_ref().is_some_and(|name| name.as_str() == field.name()) {
            rows.push(("event_time".into(), cells.clone()));
        }
        rows.push((field.name().clone(), cells));
    }
    Ok(rows)
}

/// Leaves out the rows that `kept` says `false` of.
pub(crate) fn keep(rows: Rows, kept: &BooleanArray) -> Result<Rows, RowsError> {
    let of = |(name, column): (String, ArrayRef)| {
        Ok((name, filter(&column, kept).map_err(|_| RowsError::Layout)?))
    };
    rows.into_iter().map(of).collect()
}

/// Lays rows out in the table's order; a column they lack is null.
pub(crate) fn lay_out(rows: &[(String, ArrayRef)], table: &SchemaRef) -> Result<RecordBatch, RowsError> {
    let count = rows.first().map_or(0, |(_, column)| column.len());
    let column = |field: &Arc<Field>| match rows.iter().find(|(name, _)| name == field.name()) {
        Some((_, column)) => column.clone(),
        None => new_null_array(field.data_type(), count),
    };
    let columns = table.fields().iter().map(column).collect();
    RecordBatch::try_new(table.clone(), columns).map_err(|_| RowsError::Layout)
}
