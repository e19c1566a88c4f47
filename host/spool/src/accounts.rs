//! The accounts: what was read, what became of it, and where the accepted records are, all from one moment.
//!
//! They are written by different hands (what was read is counted before it is judged, what has landed when it lands), so that
//! a mistake in one of them shows as a difference. The spool keeps them; it draws no conclusion.

use labrelay_model::{FamilyName, GapCounts, GapKey, LedgerCounts, LedgerKey, Outcome, SourceName, StreamId};
use redb::{ReadTransaction, ReadableTable, WriteTransaction};

use crate::layout::{LANDED, LEDGER, READ, REFUSED, STREAMS};
use crate::stream::StreamRow;
use crate::{RefusedCount, Spool, SpoolError, gaps, ledger};

/// Everything that is counted, as of one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accounts {
    /// What was read.
    pub read: Vec<ReadCount>,
    /// What became of them.
    pub ledger: Vec<(LedgerKey, LedgerCounts)>,
    /// What vanished before it was read.
    pub gaps: Vec<(GapKey, GapCounts)>,
    /// Where each stream's records are.
    pub streams: Vec<StreamAccount>,
    /// What was refused after it had been accepted.
    pub refused: Vec<RefusedCount>,
}

/// Units read from one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadCount {
    /// Instrument family.
    pub family: FamilyName,
    /// Declared source.
    pub source: SourceName,
    /// How many.
    pub units: u64,
}

/// Where a stream's accepted records are, since this spool began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamAccount {
    /// The stream.
    pub stream: StreamId,
    /// Records that have landed.
    pub landed: u64,
    /// Records that wait.
    pub waiting: u64,
}

impl Spool {
    /// All counts.
    pub fn accounts(&self) -> Result<Accounts, SpoolError> {
        self.store.read(all)
    }
}

/// All counts of one database.
pub(crate) fn all(txn: &ReadTransaction) -> Result<Accounts, SpoolError> {
    Ok(Accounts {
        read: read(txn)?,
        ledger: ledger::all(txn)?,
        gaps: gaps::all(txn)?,
        streams: streams(txn)?,
        refused: ledger::all_refused(txn)?,
    })
}

impl Accounts {
    /// Whether what was read has come to an end, and what was accepted is somewhere. The tables are written by different hands,
    /// so altered ones hardly agree by chance.
    pub(crate) fn close(&self) -> bool {
        let read = |family: &FamilyName, source: &SourceName| {
            let of_it = self.read.iter().filter(|count| count.family == *family && count.source == *source);
            of_it.map(|count| count.units).fold(0, u64::saturating_add)
        };
        let ended = |family: &FamilyName, source: &SourceName| {
            let of_it = self.ledger.iter().filter(|(key, _)| key.family == *family && key.source == *source);
            of_it.map(|(_, counts)| counts.units).fold(0, u64::saturating_add)
        };
        let sources = self.read.iter().map(|count| (&count.family, &count.source));
        let of_ledger = self.ledger.iter().map(|(key, _)| (&key.family, &key.source));
        sources.chain(of_ledger).all(|(family, source)| read(family, source) == ended(family, source))
            && self.streams.iter().all(|account| self.accepted(&account.stream) == self.kept(account))
    }

    fn accepted(&self, stream: &StreamId) -> u64 {
        let of_it = self.ledger.iter().filter(|(key, _)| {
            key.outcome == Outcome::Accepted
                && key.family == stream.family
                && key.stream.as_ref() == Some(&stream.stream)
        });
        of_it.map(|(_, counts)| counts.records).fold(0, u64::saturating_add)
    }

    fn kept(&self, account: &StreamAccount) -> u64 {
        let refused = self.refused.iter().filter(|refused| refused.stream == account.stream);
        let refused = refused.map(|refused| refused.records).fold(0, u64::saturating_add);
        account.landed.saturating_add(account.waiting).saturating_add(refused)
    }
}

fn read(txn: &ReadTransaction) -> Result<Vec<ReadCount>, SpoolError> {
    let mut all = Vec::new();
    for row in txn.open_table(READ)?.iter()? {
        let (key, units) = row?;
        let (family, source) = key.value();
        let names = FamilyName::new(family).ok().zip(SourceName::new(source).ok());
        let (family, source) = names.ok_or(SpoolError::Row { table: "read" })?;
        all.push(ReadCount { family, source, units: units.value() });
    }
    Ok(all)
}

fn streams(txn: &ReadTransaction) -> Result<Vec<StreamAccount>, SpoolError> {
    let landed = txn.open_table(LANDED)?;
    let mut all = Vec::new();
    for row in txn.open_table(STREAMS)?.iter()? {
        let (name, row) = row?;
        let stream = name.value().parse().map_err(|_| SpoolError::Row { table: "streams" })?;
        let landed = landed.get(name.value())?.map_or(0, |records| records.value());
        all.push(StreamAccount { stream, landed, waiting: StreamRow::from_value(row.value()).records });
    }
    Ok(all)
}

/// Adds units that were read from sources of `family`.
pub(crate) fn add_read(
    txn: &WriteTransaction,
    family: &FamilyName,
    units: &[(SourceName, u64)],
) -> Result<(), SpoolError> {
    if units.is_empty() {
        return Ok(());
    }
    let mut table = txn.open_table(READ)?;
    for (source, units) in units {
        let key = (family.as_str(), source.as_str());
        let before = table.get(key)?.map_or(0, |units| units.value());
        table.insert(key, before.saturating_add(*units))?;
    }
    Ok(())
}

/// Adds records that have landed.
pub(crate) fn add_landed(txn: &WriteTransaction, stream: &str, records: u32) -> Result<(), SpoolError> {
    let mut table = txn.open_table(LANDED)?;
    let before = table.get(stream)?.map_or(0, |records| records.value());
    table.insert(stream, before.saturating_add(u64::from(records)))?;
    Ok(())
}

/// Opens the accounts of a spool that an earlier build has made: there is no other witness than the ledger, so they agree with it.
pub(crate) fn open_from_ledger(txn: &WriteTransaction) -> Result<(), SpoolError> {
    let (mut read, mut landed) = (txn.open_table(READ)?, txn.open_table(LANDED)?);
    for row in txn.open_table(LEDGER)?.iter()? {
        let (key, counts) = row?;
        let ((family, source, stream, outcome, _), (units, records)) = (key.value(), counts.value());
        let before = read.get((family, source))?.map_or(0, |units| units.value());
        read.insert((family, source), before.saturating_add(units))?;
        if ledger::is_accepted(outcome) && !stream.is_empty() {
            let stream = format!("{family}.{stream}");
            let before = landed.get(stream.as_str())?.map_or(0, |records| records.value());
            landed.insert(stream.as_str(), before.saturating_add(records))?;
        }
    }
    for row in txn.open_table(STREAMS)?.iter()? {
        let (stream, row) = row?;
        take(&mut landed, stream.value(), StreamRow::from_value(row.value()).records)?;
    }
    for row in txn.open_table(REFUSED)?.iter()? {
        let (key, counts) = row?;
        take(&mut landed, key.value().0, counts.value().1)?;
    }
    Ok(())
}

fn take(
    landed: &mut redb::Table<'_, &'static str, u64>,
    stream: &str,
    records: u64,
) -> Result<(), SpoolError> {
    let before = landed.get(stream)?.map_or(0, |records| records.value());
    landed.insert(stream, before.saturating_sub(records))?;
    Ok(())
}
