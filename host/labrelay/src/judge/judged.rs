//! What judging gives, with its counts.

use std::collections::BTreeMap;

use labrelay_gate::AcceptedRecord;
use labrelay_model::{AcceptedLines, LedgerCounts, LedgerKey, SourceName};
use labrelay_spool::QuarantineEntry;

/// One unit, whatever became of it.
pub(super) const ONE_UNIT: LedgerCounts = LedgerCounts { units: 1, records: 0 };

/// What one poll gave, judged: all that a commit needs but cursor, inputs and the gate's state.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    /// Accepted records by stream.
    pub lines: Vec<AcceptedLines>,
    /// Units that came in, by source.
    pub read: BTreeMap<SourceName, u64>,
    /// Counts to add to the ledger.
    pub ledger: BTreeMap<LedgerKey, LedgerCounts>,
    /// Units to seal away.
    pub quarantined: Vec<QuarantineEntry>,
}

impl Judged {
    /// Counts each record under its own stream, where its row will be: a unit's records may be of several.
    pub(super) fn count_records(&mut self, key: &LedgerKey, records: &[AcceptedRecord]) {
        for of_one_stream in records.chunk_by(|one, next| one.stream_index() == next.stream_index()) {
            let stream = of_one_stream.first().map(|record| record.stream().stream.clone());
            let counts = LedgerCounts { units: 0, records: of_one_stream.len() as u64 };
            self.count(LedgerKey { stream, ..key.clone() }, counts);
        }
    }

    /// Counts units as they come in, whatever will become of them.
    pub(super) fn count_read(&mut self, source: &SourceName, units: u64) {
        let read = self.read.entry(source.clone()).or_default();
        *read = read.saturating_add(units);
    }

    pub(super) fn count(&mut self, key: LedgerKey, counts: LedgerCounts) {
        let sum = self.ledger.entry(key).or_default();
        sum.units = sum.units.saturating_add(counts.units);
        sum.records = sum.records.saturating_add(counts.records);
    }
}
