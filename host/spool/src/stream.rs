//! What is kept per stream: its next number, the sums over its pending batches, and a header for tombstones.

use labrelay_model::BatchHeader;
use redb::{ReadableTable, Table};

use crate::layout::ROW_OVERHEAD;
use crate::{SpoolError, body};

type Value = (u64, u64, u64, u64, &'static str);

/// One row of `streams`.
#[derive(Clone)]
pub(crate) struct StreamRow {
    pub(crate) next: u64,
    pub(crate) batches: u64,
    pub(crate) records: u64,
    /// Sealed bytes with [`ROW_OVERHEAD`] for each batch.
    pub(crate) bytes: u64,
    header: String,
}

impl StreamRow {
    /// The row of `stream`; a new one starts at number 1.
    pub(crate) fn load(
        table: &impl ReadableTable<&'static str, Value>,
        stream: &str,
    ) -> Result<Self, SpoolError> {
        let row = table.get(stream)?.map(|row| Self::from_value(row.value()));
        Ok(row.unwrap_or(Self { next: 1, batches: 0, records: 0, bytes: 0, header: String::new() }))
    }

    pub(crate) fn from_value((next, batches, records, bytes, header): (u64, u64, u64, u64, &str)) -> Self {
        Self { next, batches, records, bytes, header: header.into() }
    }

    pub(crate) fn store(
        &self,
        table: &mut Table<'_, &'static str, Value>,
        stream: &str,
    ) -> Result<(), SpoolError> {
        table.insert(stream, (self.next, self.batches, self.records, self.bytes, self.header.as_str()))?;
        Ok(())
    }

    /// Remembers under which header this stream's batches are written.
    pub(crate) fn set_header(&mut self, header: &BatchHeader) {
        self.header = body::header_text(header);
    }

    /// The latest header of this stream.
    pub(crate) fn header(&self) -> Result<BatchHeader, SpoolError> {
        serde_json::from_str(&self.header).map_err(|_| SpoolError::Row { table: "streams" })
    }

    /// The row as a new epoch begins: sums stay, numbers start again.
    pub(crate) fn renumbered(self) -> Self {
        Self { next: 1, ..self }
    }

    /// The row as it begins in a new spool: nothing waits, numbers start again.
    pub(crate) fn emptied(self) -> Self {
        Self { next: 1, batches: 0, records: 0, bytes: 0, ..self }
    }

    /// Counts a batch in.
    pub(crate) fn add(&mut self, records: u32, sealed: u64) {
        self.batches += 1;
        self.records += u64::from(records);
        self.bytes += cost(sealed);
    }

    /// Counts a batch out.
    pub(crate) fn remove(&mut self, records: u32, sealed: u64) {
        self.batches = self.batches.saturating_sub(1);
        self.records = self.records.saturating_sub(u64::from(records));
        self.bytes = self.bytes.saturating_sub(cost(sealed));
    }
}

/// What a pending batch counts towards the spool's bound.
pub(crate) fn cost(sealed: u64) -> u64 {
    sealed + ROW_OVERHEAD
}
