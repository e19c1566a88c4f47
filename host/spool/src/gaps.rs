//! The sums of what vanished before it could be read. They stand beside the ledger's units and are none of them.

use labrelay_model::{FamilyName, GapCounts, GapKey, Reason, SourceName};
use redb::{ReadTransaction, ReadableTable, WriteTransaction};

use crate::layout::GAPS;
use crate::{Spool, SpoolError};

impl Spool {
    /// All gaps, by family, source and reason.
    pub fn gaps(&self) -> Result<Vec<(GapKey, GapCounts)>, SpoolError> {
        self.store.read(all)
    }
}

/// All gaps that a transaction sees.
pub(crate) fn all(txn: &ReadTransaction) -> Result<Vec<(GapKey, GapCounts)>, SpoolError> {
    let mut all = Vec::new();
    for row in txn.open_table(GAPS)?.iter()? {
        let (key, counts) = row?;
        let key = read_key(key.value()).ok_or(SpoolError::Row { table: "gaps" })?;
        let (gaps, bytes) = counts.value();
        all.push((key, GapCounts { gaps, bytes }));
    }
    Ok(all)
}

/// Adds gaps to the sums.
pub(crate) fn add(txn: &WriteTransaction, found: &[(GapKey, GapCounts)]) -> Result<(), SpoolError> {
    if found.is_empty() {
        return Ok(());
    }
    let mut table = txn.open_table(GAPS)?;
    for (key, counts) in found {
        let key = (key.family.as_str(), key.source.as_str(), key.reason.number());
        let (gaps, bytes) = table.get(key)?.map_or((0, 0), |row| row.value());
        table.insert(key, (gaps.saturating_add(counts.gaps), bytes.saturating_add(counts.bytes)))?;
    }
    Ok(())
}

fn read_key((family, source, reason): (&str, &str, u16)) -> Option<GapKey> {
    Some(GapKey {
        family: FamilyName::new(family).ok()?,
        source: SourceName::new(source).ok()?,
        reason: Reason::from_number(reason)?,
    })
}
