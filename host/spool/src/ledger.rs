//! The sums of what became of each unit, and of what the receiver refused afterwards.

use labrelay_model::{
    FamilyName, LedgerCounts, LedgerKey, Outcome, Reason, SourceName, StreamId, StreamName,
};
use redb::{ReadTransaction, ReadableTable, WriteTransaction};

use crate::layout::{LEDGER, REFUSED};
use crate::{Spool, SpoolError};

/// Outcomes as they stand in keys.
const ACCEPTED: u8 = 0;
const QUARANTINED: u8 = 1;
const DROPPED: u8 = 2;

/// Batches of a stream that were replaced by tombstones. Their records stay counted as accepted in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedCount {
    /// The stream.
    pub stream: StreamId,
    /// Why.
    pub reason: Reason,
    /// How many batches.
    pub batches: u64,
    /// How many records were in them.
    pub records: u64,
}

impl Spool {
    /// All sums of the ledger.
    pub fn ledger(&self) -> Result<Vec<(LedgerKey, LedgerCounts)>, SpoolError> {
        self.store.read(all)
    }

    /// What was refused after it had been accepted, by stream and reason.
    pub fn refused_counts(&self) -> Result<Vec<RefusedCount>, SpoolError> {
        self.store.read(all_refused)
    }
}

/// The ledger that a transaction sees.
pub(crate) fn all(txn: &ReadTransaction) -> Result<Vec<(LedgerKey, LedgerCounts)>, SpoolError> {
    let mut ledger = Vec::new();
    for row in txn.open_table(LEDGER)?.iter()? {
        let (key, counts) = row?;
        let key = read_key(key.value()).ok_or(SpoolError::Row { table: "ledger" })?;
        let (units, records) = counts.value();
        ledger.push((key, LedgerCounts { units, records }));
    }
    Ok(ledger)
}

/// What was refused, as a transaction sees it.
pub(crate) fn all_refused(txn: &ReadTransaction) -> Result<Vec<RefusedCount>, SpoolError> {
    let mut all = Vec::new();
    for row in txn.open_table(REFUSED)?.iter()? {
        let (key, counts) = row?;
        let (stream, reason) = key.value();
        let (batches, records) = counts.value();
        let unreadable = SpoolError::Row { table: "refused" };
        let Some((stream, reason)) = stream.parse().ok().zip(Reason::from_number(reason)) else {
            return Err(unreadable);
        };
        all.push(RefusedCount { stream, reason, batches, records });
    }
    Ok(all)
}

/// Whether this number of an outcome stands for accepted units.
pub(crate) fn is_accepted(outcome: u8) -> bool {
    outcome == ACCEPTED
}

/// Adds counts to the ledger.
pub(crate) fn add(txn: &WriteTransaction, counts: &[(LedgerKey, LedgerCounts)]) -> Result<(), SpoolError> {
    if counts.is_empty() {
        return Ok(());
    }
    let mut table = txn.open_table(LEDGER)?;
    for (key, counts) in counts {
        let key = table_key(key);
        let (units, records) = table.get(key)?.map_or((0, 0), |row| row.value());
        table.insert(key, (units.saturating_add(counts.units), records.saturating_add(counts.records)))?;
    }
    Ok(())
}

/// Takes counts from the ledger, of units that came to another end after all; returns how many units stood there. A line
/// without units goes.
pub(crate) fn subtract(
    txn: &WriteTransaction,
    counts: &[(LedgerKey, LedgerCounts)],
) -> Result<u64, SpoolError> {
    let mut table = txn.open_table(LEDGER)?;
    let mut taken = 0_u64;
    for (key, counts) in counts {
        let key = table_key(key);
        let (units, records) = table.get(key)?.map_or((0, 0), |row| row.value());
        taken = taken.saturating_add(units.min(counts.units));
        let (units, records) = (units.saturating_sub(counts.units), records.saturating_sub(counts.records));
        if units == 0 && records == 0 {
            table.remove(key)?;
        } else {
            table.insert(key, (units, records))?;
        }
    }
    Ok(taken)
}

/// Counts batches that will never leave, and their records.
pub(crate) fn add_refused(
    txn: &WriteTransaction,
    stream: &str,
    reason: Reason,
    (lost_batches, lost_records): (u64, u64),
) -> Result<(), SpoolError> {
    let mut table = txn.open_table(REFUSED)?;
    let key = (stream, reason.number());
    let (batches, records) = table.get(key)?.map_or((0, 0), |row| row.value());
    table.insert(key, (batches.saturating_add(lost_batches), records.saturating_add(lost_records)))?;
    Ok(())
}

fn table_key(key: &LedgerKey) -> (&str, &str, &str, u8, u16) {
    let (outcome, reason) = outcome_numbers(key.outcome);
    let stream = key.stream.as_ref().map_or("", StreamName::as_str);
    (key.family.as_str(), key.source.as_str(), stream, outcome, reason)
}

fn outcome_numbers(outcome: Outcome) -> (u8, u16) {
    match outcome {
        Outcome::Accepted => (ACCEPTED, 0),
        Outcome::Quarantined(reason) => (QUARANTINED, reason.number()),
        Outcome::Dropped(reason) => (DROPPED, reason.number()),
    }
}

fn read_key((family, source, stream, outcome, reason): (&str, &str, &str, u8, u16)) -> Option<LedgerKey> {
    let outcome = match outcome {
        ACCEPTED => Outcome::Accepted,
        QUARANTINED => Outcome::Quarantined(Reason::from_number(reason)?),
        DROPPED => Outcome::Dropped(Reason::from_number(reason)?),
        _ => return None,
    };
    let stream = if stream.is_empty() { None } else { Some(StreamName::new(stream).ok()?) };
    Some(LedgerKey {
        family: FamilyName::new(family).ok()?,
        source: SourceName::new(source).ok()?,
        stream,
        outcome,
    })
}
