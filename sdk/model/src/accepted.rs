//! Records on their way out. Only the gate makes them.

use crate::StreamId;

/// Stable name of a lake row: HMAC-SHA256(device key, input identity ‖ position ‖ index), first 128 bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct RowId(pub [u8; 16]);

/// Canonical NDJSON of accepted records of one stream, one line `{"row_id":"…","fields":{…}}` each.
///
/// The spool takes nothing else, so a record can only leave through the gate. Its only constructor is
/// called by `host/gate` alone; `tests/layering.rs` checks that.
#[derive(Clone)]
pub struct AcceptedLines {
    stream: StreamId,
    ndjson: Vec<u8>,
    records: u32,
}

impl AcceptedLines {
    /// For `host/gate`: `ndjson` holds `records` lines that passed `Gate::check`.
    pub fn vouched_by_gate(stream: StreamId, ndjson: Vec<u8>, records: u32) -> Self {
        Self { stream, ndjson, records }
    }

    /// The stream of all these records.
    pub fn stream(&self) -> &StreamId {
        &self.stream
    }

    /// The lines, each ended by a line feed.
    pub fn ndjson(&self) -> &[u8] {
        &self.ndjson
    }

    /// Number of lines.
    pub fn records(&self) -> u32 {
        self.records
    }
}

impl std::fmt::Debug for AcceptedLines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AcceptedLines({}, {} records, {} bytes)", self.stream, self.records, self.ndjson.len())
    }
}
