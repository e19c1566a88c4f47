//! What lies in the quarantine, as far as the service may know: numbers, names and reasons, and sealed bytes.

use labrelay_model::{FamilyName, Reason, StreamName};
use redb::ReadTransaction;
use serde::{Deserialize, Serialize};

use crate::layout::{QUARANTINE, QUARANTINE_COUNTS};
use crate::step::steps;
use crate::{Spool, SpoolError};

/// Which message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct QuarantineId {
    /// Day of the commit, in days since 1970.
    pub day: i64,
    /// Its number.
    pub number: u64,
}

impl QuarantineId {
    pub(super) fn key(self) -> (i64, u64) {
        (self.day, self.number)
    }
}

/// One age message of the quarantine: the units that one commit set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuarantineListing {
    /// Which.
    pub id: QuarantineId,
    /// Units in it.
    pub units: u32,
    /// Its sealed bytes.
    pub bytes: u64,
    /// The same by stream and reason; empty for a message of an earlier build, which kept no such counts.
    pub counts: Vec<QuarantineCount>,
}

/// Units of one stream that were refused for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuarantineCount {
    /// Instrument family.
    pub family: FamilyName,
    /// Stream; `None` where a unit could not be read that far.
    pub stream: Option<StreamName>,
    /// Why.
    pub reason: Reason,
    /// How many.
    pub units: u64,
    /// Bytes of their raw parts.
    pub bytes: u64,
}

impl Spool {
    /// What lies there, oldest first. Counts, never content.
    pub fn quarantine(&self) -> impl Iterator<Item = Result<QuarantineListing, SpoolError>> + '_ {
        steps(|last: Option<&QuarantineId>| self.store.read(|txn| following(txn, last)))
    }

    /// A message as it was sealed: [`QuarantineKey`](crate::QuarantineKey) opens it. `None` if it is not there (any
    /// more).
    pub fn quarantine_message(&self, id: QuarantineId) -> Result<Option<Vec<u8>>, SpoolError> {
        self.store.read(|txn| {
            let messages = txn.open_table(QUARANTINE)?;
            Ok(messages.get(id.key())?.map(|row| row.value().1.to_vec()))
        })
    }
}

fn following(
    txn: &ReadTransaction,
    last: Option<&QuarantineId>,
) -> Result<Option<(QuarantineId, QuarantineListing)>, SpoolError> {
    let from = last.map_or((i64::MIN, 0), |last| (last.day, last.number.saturating_add(1)));
    let messages = txn.open_table(QUARANTINE)?;
    let Some((key, row)) = messages.range(from..)?.next().transpose()? else { return Ok(None) };
    let (day, number) = key.value();
    let (units, age) = row.value();
    let id = QuarantineId { day, number };
    let counts = counts(txn, id)?;
    Ok(Some((id, QuarantineListing { id, units, bytes: age.len() as u64, counts })))
}

fn counts(txn: &ReadTransaction, id: QuarantineId) -> Result<Vec<QuarantineCount>, SpoolError> {
    let of_it = (id.day, id.number, "", "", 0)..(id.day, id.number.saturating_add(1), "", "", 0);
    let mut counts = Vec::new();
    for row in txn.open_table(QUARANTINE_COUNTS)?.range(of_it)? {
        let (key, sums) = row?;
        let (_, _, family, stream, reason) = key.value();
        let (units, bytes) = sums.value();
        counts.push(
            read_count(family, stream, reason, (units, bytes))
                .ok_or(SpoolError::Row { table: "quarantine_counts" })?,
        );
    }
    Ok(counts)
}

fn read_count(
    family: &str,
    stream: &str,
    reason: u16,
    (units, bytes): (u64, u64),
) -> Option<QuarantineCount> {
    let stream = if stream.is_empty() { None } else { Some(StreamName::new(stream).ok()?) };
    let (family, reason) = (FamilyName::new(family).ok()?, Reason::from_number(reason)?);
    Some(QuarantineCount { family, stream, reason, units, bytes })
}
