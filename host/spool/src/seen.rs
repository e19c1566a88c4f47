//! Inputs that need not be opened again: remembered while they are present, and for 90 days after.

use labrelay_model::{FamilyName, InputIdentity, SourceName, Timestamp};
use redb::{ReadableTable, Table, WriteTransaction};

use crate::layout::{COUNTERS, DAY_US, SEEN};
use crate::{Spool, SpoolError, store};

/// Days after which an input that is gone is forgotten. Longer than a backup may take to be put back.
const FORGET_AFTER_DAYS: i64 = 90;

impl Spool {
    /// Whether this input of this source was committed as seen.
    pub fn is_seen(
        &self,
        family: &FamilyName,
        source: &SourceName,
        input: &InputIdentity,
    ) -> Result<bool, SpoolError> {
        self.store.read(|txn| {
            let key = (family.as_str(), source.as_str(), &input.0);
            Ok(txn.open_table(SEEN)?.get(key)?.is_some())
        })
    }

    /// Tells which inputs a complete scan of `source` found. Seen ones among them are kept for another 90 days,
    /// and those last present 90 days ago are forgotten; returns how many. Does its work once a day per source.
    pub fn touch_seen(
        &self,
        family: &FamilyName,
        source: &SourceName,
        present: impl IntoIterator<Item = InputIdentity>,
        now: Timestamp,
    ) -> Result<u64, SpoolError> {
        let (today, done_on) = (day(now), format!("seen_touched_on {family} {source}"));
        let today_number = u64::try_from(today).unwrap_or(0);
        let last = self.store.read(|txn| store::counter(&txn.open_table(COUNTERS)?, &done_on))?;
        if last == today_number {
            return Ok(0);
        }
        self.store.write(|txn| {
            txn.open_table(COUNTERS)?.insert(done_on.as_str(), today_number)?;
            let mut seen = txn.open_table(SEEN)?;
            let (family, source) = (family.as_str(), source.as_str());
            for input in present {
                let key = (family, source, &input.0);
                if seen.get(key)?.is_some() {
                    seen.insert(key, today)?;
                }
            }
            forget(&mut seen, family, source, today)
        })
    }
}

/// Forgets the inputs of a source that were last present 90 days ago.
fn forget(seen: &mut SeenTable<'_>, family: &str, source: &str, today: i64) -> Result<u64, SpoolError> {
    let mut forgotten = 0;
    let expired = |_: (&str, &str, &[u8; 32]), last: i64| last + FORGET_AFTER_DAYS <= today;
    for row in seen.extract_from_if((family, source, &FIRST)..=(family, source, &LAST), expired)? {
        row?;
        forgotten += 1;
    }
    Ok(forgotten)
}

type SeenTable<'txn> = Table<'txn, (&'static str, &'static str, &'static [u8; 32]), i64>;

const FIRST: [u8; 32] = [0; 32];
const LAST: [u8; 32] = [u8::MAX; 32];

/// Remembers inputs of `family`, as present now.
pub(crate) fn put(
    txn: &WriteTransaction,
    family: &FamilyName,
    seen: &[(SourceName, InputIdentity)],
    now: Timestamp,
) -> Result<(), SpoolError> {
    if seen.is_empty() {
        return Ok(());
    }
    let mut table = txn.open_table(SEEN)?;
    for (source, input) in seen {
        table.insert((family.as_str(), source.as_str(), &input.0), day(now))?;
    }
    Ok(())
}

/// Days since 1970.
pub(crate) fn day(now: Timestamp) -> i64 {
    now.as_micros().div_euclid(DAY_US)
}
