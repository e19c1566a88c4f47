//! The quarantine's tables, open for writing: messages, their counts, and the sums over all of them.

use redb::{ReadableTable, Table, WriteTransaction};

use super::{QuarantineId, Sealed};
use crate::layout::{
    COUNTERS, QUARANTINE, QUARANTINE_BYTES, QUARANTINE_COUNTS, QUARANTINE_ENTRIES, QUARANTINE_LAST,
    QUARANTINE_PURGED, QuarantineCountKey,
};
use crate::{SpoolError, store};

/// Keeps the three in step.
pub(super) struct Shelf<'txn> {
    messages: Table<'txn, (i64, u64), (u32, &'static [u8])>,
    counts: Table<'txn, QuarantineCountKey, (u64, u64)>,
    sums: Table<'txn, &'static str, u64>,
}

/// What was removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Removed {
    pub(super) messages: usize,
    pub(super) units: u64,
}

impl<'txn> Shelf<'txn> {
    pub(super) fn open(txn: &'txn WriteTransaction) -> Result<Self, SpoolError> {
        let messages = txn.open_table(QUARANTINE)?;
        Ok(Self { messages, counts: txn.open_table(QUARANTINE_COUNTS)?, sums: txn.open_table(COUNTERS)? })
    }

    /// A number that no message had before.
    pub(super) fn next_number(&mut self) -> Result<u64, SpoolError> {
        let mut last = store::counter(&self.sums, QUARANTINE_LAST)?;
        if last == 0 {
            // Earlier builds numbered by the day.
            for row in self.messages.iter()? {
                last = last.max(row?.0.value().1);
            }
        }
        let next = last.saturating_add(1);
        self.sums.insert(QUARANTINE_LAST, next)?;
        Ok(next)
    }

    /// The message as it lies there.
    pub(super) fn message(&self, id: QuarantineId) -> Result<Option<Vec<u8>>, SpoolError> {
        Ok(self.messages.get(id.key())?.map(|row| row.value().1.to_vec()))
    }

    /// Adds a message; nothing for entries that were only counted.
    pub(super) fn put(&mut self, id: QuarantineId, sealed: &Sealed) -> Result<(), SpoolError> {
        let Some(age) = &sealed.age else { return Ok(()) };
        self.messages.insert(id.key(), (sealed.entries, age.as_slice()))?;
        for ((family, stream, reason), sums) in &sealed.counts {
            self.counts.insert((id.day, id.number, family.as_str(), stream.as_str(), *reason), *sums)?;
        }
        store::add(&mut self.sums, QUARANTINE_BYTES, age.len() as u64)?;
        store::add(&mut self.sums, QUARANTINE_ENTRIES, u64::from(sealed.entries))
    }

    /// Takes a message away; returns how many units it held.
    pub(super) fn remove(&mut self, id: QuarantineId) -> Result<u64, SpoolError> {
        let Some(row) = self.messages.remove(id.key())? else { return Ok(0) };
        let (units, bytes) = (u64::from(row.value().0), row.value().1.len() as u64);
        drop(row);
        let of_it = (id.day, id.number, "", "", 0)..(id.day, id.number.saturating_add(1), "", "", 0);
        self.counts.retain_in(of_it, |_, _| false)?;
        store::subtract(&mut self.sums, QUARANTINE_BYTES, bytes)?;
        store::subtract(&mut self.sums, QUARANTINE_ENTRIES, units)?;
        Ok(units)
    }

    /// Removes the oldest messages, at most `most`, while `goes` says so of the oldest one's day and of the bytes
    /// held. Their units are counted as purged.
    pub(super) fn purge_while(
        &mut self,
        most: usize,
        goes: impl Fn(i64, u64) -> bool,
    ) -> Result<Removed, SpoolError> {
        let mut removed = Removed::default();
        while removed.messages < most {
            let Some(oldest) = self.messages.first()?.map(|(key, _)| key.value()) else { break };
            if !goes(oldest.0, store::counter(&self.sums, QUARANTINE_BYTES)?) {
                break;
            }
            removed.units += self.remove(QuarantineId { day: oldest.0, number: oldest.1 })?;
            removed.messages += 1;
        }
        store::add(&mut self.sums, QUARANTINE_PURGED, removed.units)?;
        Ok(removed)
    }
}
