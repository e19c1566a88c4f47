//! What can still be read of a damaged database goes into a new one, under a new epoch. The damaged one stays as it is.
//!
//! Cursors, what the gate remembers, inputs seen and accounts are taken together or not at all, and only if the accounts close: with some of them
//! missing, inputs would be read again whose records wait. Each batch and each message of the quarantine is taken if it
//! can be read; every batch is opened with its key, so nothing that was altered is sent. The sent journal stays behind.
//! Nothing is taken from a file that redb can't open at all.

mod untouched;

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use labrelay_model::{FamilyName, InputIdentity, Reason, SourceName, Timestamp};
use redb::{
    Database, Key, ReadOnlyTable, ReadTransaction, ReadableDatabase as _, ReadableTable as _,
    TableDefinition, TableError, Value, WriteTransaction,
};
use serde::Serialize;
use untouched::Untouched;

use crate::backlog::{self, PendingRow};
use crate::body::{self, Body};
use crate::cursor::CURSORS;
use crate::disk::FileMedium;
use crate::gate_state::GATE_STATES;
use crate::layout::{
    self, BODIES, BatchKey, COUNTERS, DATA_KEYS, PENDING, QUARANTINE, QUARANTINE_COUNTS, STREAMS,
};
use crate::of_family::{Found, OfFamily};
use crate::open::prepare;
use crate::seal::{Place, Sealer};
use crate::store::{self, Store};
use crate::stream::StreamRow;
use crate::{SpoolError, accounts, ledger, logs};

/// Batches taken in one transaction: at most 64 MiB, and usually a few.
const STEP: usize = 64;

/// What was taken from a damaged database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Salvaged {
    /// Batches that wait in the new spool.
    pub batches: u64,
    /// Their records.
    pub records: u64,
    /// Records that waited and could not be read; they are counted as `damaged_in_spool`.
    pub lost_records: u64,
    /// Messages of the quarantine that were taken.
    pub messages: u64,
}

/// Makes a spool at `into` of what can be read of `damaged`; `None` if that is not enough to go on with. `into` is
/// complete when this returns. An error is a full disk: tried again at the next start, all is still there.
pub(crate) fn salvage(
    damaged: &Path,
    into: &Path,
    sealer: &Mutex<Sealer>,
) -> Result<Option<Salvaged>, SpoolError> {
    let taken = catch_unwind(AssertUnwindSafe(|| {
        let disk = Untouched::open(damaged).map_err(|_| SpoolError::Damaged)?;
        let from = Database::builder().create_with_backend(disk)?;
        take(&from.begin_read()?, into, sealer)
    }));
    match taken.unwrap_or(Err(SpoolError::Damaged)) {
        Ok(salvaged) => Ok(Some(salvaged)),
        Err(SpoolError::DiskFull) => Err(SpoolError::DiskFull),
        Err(_) => Ok(None),
    }
}

fn take(from: &ReadTransaction, into: &Path, sealer: &Mutex<Sealer>) -> Result<Salvaged, SpoolError> {
    let store = {
        let sealer = sealer.lock().unwrap_or_else(PoisonError::into_inner);
        check_key(from, &sealer)?;
        let made = prepare(Box::new(FileMedium(into.to_owned())), &sealer, false);
        made.map_err(|_| SpoolError::DiskFull)?.0 // nothing but the disk can be wrong with a new file
    };
    if !accounts::all(from)?.close() {
        return Err(SpoolError::Damaged);
    }
    store.write(|to| take_accounts(from, to, sealer))?;
    let mut salvaged = Salvaged { messages: messages(from, &store)?, ..Salvaged::default() };
    let owned = |(stream, epoch, seq): (&str, &[u8; 16], u64)| (stream.to_owned(), *epoch, seq);
    let keys: Vec<_> = readable(&from.open_table(PENDING)?, owned).into_iter().collect();
    let keys: Vec<_> = keys.iter().map(|(stream, epoch, seq)| BatchKey::new(stream, epoch, *seq)).collect();
    for step in keys.chunks(STEP) {
        store
            .write(|to| step.iter().try_for_each(|key| take_batch((from, to), sealer, key, &mut salvaged)))?;
    }
    salvaged.lost_records = store.write(|to| count_lost(from, to, &keys))?;
    Ok(salvaged)
}

fn check_key(from: &ReadTransaction, sealer: &Sealer) -> Result<(), SpoolError> {
    let proof = from.open_table(DATA_KEYS)?.get(0)?.ok_or(SpoolError::Damaged)?;
    if sealer.proves(proof.value()) { Ok(()) } else { Err(SpoolError::Damaged) }
}

/// Everything that is taken together: inputs seen, cursors and counts, and the streams without their batches.
fn take_accounts(
    from: &ReadTransaction,
    to: &WriteTransaction,
    sealer: &Mutex<Sealer>,
) -> Result<(), SpoolError> {
    copy(from, to, layout::SEEN)?;
    copy(from, to, layout::LEDGER)?;
    copy(from, to, layout::READ)?;
    copy(from, to, layout::LANDED)?;
    copy(from, to, layout::GAPS)?;
    copy(from, to, layout::REFUSED)?;
    copy(from, to, COUNTERS)?;
    let mut counters = to.open_table(COUNTERS)?;
    let of_what_stays_behind =
        [layout::SENT_BYTES, layout::SENT_BATCHES, layout::QUARANTINE_BYTES, layout::QUARANTINE_ENTRIES];
    for counter in of_what_stays_behind {
        counters.remove(counter)?;
    }
    let mut streams = to.open_table(STREAMS)?;
    for row in from.open_table(STREAMS)?.iter()? {
        let (stream, row) = row?;
        StreamRow::from_value(row.value()).emptied().store(&mut streams, stream.value())?;
    }
    take_values(from, to, sealer, &CURSORS)?;
    take_values(from, to, sealer, &GATE_STATES)?;
    take_logs(from, to, sealer)
}

/// Seals anew how far logs were read. One that does not open is left out: it is read again.
fn take_logs(
    from: &ReadTransaction,
    to: &WriteTransaction,
    sealer: &Mutex<Sealer>,
) -> Result<(), SpoolError> {
    if let Err(TableError::TableDoesNotExist(_)) = from.open_table(layout::LOGS) {
        return Ok(()); // of an earlier build
    }
    for (family, source, identity, state) in logs::all(from, sealer)? {
        let family = FamilyName::new(&family).map_err(|_| SpoolError::Damaged)?;
        let source = SourceName::new(&source).map_err(|_| SpoolError::Damaged)?;
        if state.is_some() {
            logs::put(to, sealer, &family, &[(source, InputIdentity(identity), state)])?;
        }
    }
    Ok(())
}

/// Seals anew what each family has one of. One that does not open is left out: its family starts over.
fn take_values(
    from: &ReadTransaction,
    to: &WriteTransaction,
    sealer: &Mutex<Sealer>,
    of: &OfFamily,
) -> Result<(), SpoolError> {
    for row in from.open_table(of.table)?.iter()? {
        let family = FamilyName::new(row?.0.value()).map_err(|_| SpoolError::Damaged)?;
        if let Found::Value(value) = of.get(from, sealer, &family)? {
            of.put(to, sealer, &family, Some(&value))?;
        }
    }
    Ok(())
}

fn copy<K: Key + 'static, V: Value + 'static>(
    from: &ReadTransaction,
    to: &WriteTransaction,
    table: TableDefinition<'_, K, V>,
) -> Result<(), SpoolError> {
    let rows = match from.open_table(table) {
        Err(TableError::TableDoesNotExist(_)) => return Ok(()), // of an earlier build
        rows => rows?,
    };
    let mut copied = to.open_table(table)?;
    for row in rows.iter()? {
        let (key, value) = row?;
        copied.insert(key.value(), value.value())?;
    }
    Ok(())
}

/// The keys that can be read from the table's start or from its end: a damaged page hides only what lies behind it from
/// both sides.
fn readable<K: Key + 'static, V: Value + 'static, T: Ord>(
    table: &ReadOnlyTable<K, V>,
    own: impl Fn(K::SelfType<'_>) -> T,
) -> BTreeSet<T> {
    let mut keys = BTreeSet::new();
    for from_the_end in [false, true] {
        let _ = catch_unwind(AssertUnwindSafe(|| -> Result<(), SpoolError> {
            let mut rows = table.iter()?;
            while let Some(row) = if from_the_end { rows.next_back() } else { rows.next() } {
                keys.insert(own(row?.0.value()));
            }
            Ok(())
        }));
    }
    keys
}

/// Gives one batch its number in the new epoch, if it opens.
fn take_batch(
    (from, to): (&ReadTransaction, &WriteTransaction),
    sealer: &Mutex<Sealer>,
    key: &BatchKey,
    salvaged: &mut Salvaged,
) -> Result<(), SpoolError> {
    let read = catch_unwind(AssertUnwindSafe(|| open(from, sealer, key)));
    let Some((body, committed_at)) = read.ok().and_then(Result::ok).flatten() else { return Ok(()) };
    let Some(id) = key.id() else { return Ok(()) };
    backlog::append(to, sealer, (&id.stream, None), &body, committed_at)?;
    salvaged.batches += 1;
    salvaged.records += u64::from(body.records);
    Ok(())
}

/// A batch as it was committed, and when; `None` if any bit of it is not. Of its row in `pending`, which is not sealed,
/// nothing is believed but the time.
fn open(
    from: &ReadTransaction,
    sealer: &Mutex<Sealer>,
    key: &BatchKey,
) -> Result<Option<(Body, i64)>, SpoolError> {
    let row = from.open_table(PENDING)?.get(key.key())?.map(|row| PendingRow::from_value(row.value()));
    let sealed = from.open_table(BODIES)?.get(key.key())?.map(|body| body.value().to_vec());
    let Some((row, sealed)) = row.zip(sealed) else { return Ok(None) };
    let opened = {
        let sealer = sealer.lock().unwrap_or_else(PoisonError::into_inner);
        sealer.open(&from.open_table(DATA_KEYS)?, &Place::Batch(key), &sealed)?
    };
    let Some(packed) = opened else { return Ok(None) };
    let header = body::unpack(&packed).as_deref().and_then(body::header_of);
    let Some(header) = header else { return Ok(None) };
    let committed_at = backlog::instant(row.committed_at, "pending").map_or(0, Timestamp::as_micros);
    let digest = body::digest_of(&packed);
    Ok(Some((Body { records: header.records, packed, digest }, committed_at)))
}

/// Counts for each stream what waited there and has not been taken, so that the accounts close; returns the records.
fn count_lost(from: &ReadTransaction, to: &WriteTransaction, keys: &[BatchKey]) -> Result<u64, SpoolError> {
    let (mut lost_batches, mut lost_records) = (0, 0);
    for row in from.open_table(STREAMS)?.iter()? {
        let (stream, row) = row?;
        let had = StreamRow::from_value(row.value());
        let has = StreamRow::load(&to.open_table(STREAMS)?, stream.value())?;
        let records = had.records.saturating_sub(has.records);
        if records > 0 {
            // Those behind a damaged page of `pending` can't be counted: one at least.
            let seen = keys.iter().filter(|key| key.stream() == stream.value()).count() as u64;
            let batches = seen.saturating_sub(has.batches).max(1);
            ledger::add_refused(to, stream.value(), Reason::DamagedInSpool, (batches, records))?;
            (lost_batches, lost_records) = (lost_batches + batches, lost_records + records);
        }
    }
    store::add(&mut to.open_table(COUNTERS)?, layout::DAMAGED_BATCHES, lost_batches)?;
    Ok(lost_records)
}

/// Takes the quarantine's messages with their counts; returns how many.
fn messages(from: &ReadTransaction, store: &Store) -> Result<u64, SpoolError> {
    let keys: Vec<(i64, u64)> = readable(&from.open_table(QUARANTINE)?, |key| key).into_iter().collect();
    let mut taken = 0;
    for step in keys.chunks(STEP) {
        store.write(|to| {
            for key in step {
                let read = catch_unwind(AssertUnwindSafe(|| take_message(from, to, *key)));
                taken += u64::from(matches!(read, Ok(Ok(true))));
            }
            Ok::<_, SpoolError>(())
        })?;
    }
    Ok(taken)
}

fn take_message(
    from: &ReadTransaction,
    to: &WriteTransaction,
    (day, number): (i64, u64),
) -> Result<bool, SpoolError> {
    let Some((entries, age)) =
        from.open_table(QUARANTINE)?.get((day, number))?.map(|row| (row.value().0, row.value().1.to_vec()))
    else {
        return Ok(false);
    };
    to.open_table(QUARANTINE)?.insert((day, number), (entries, age.as_slice()))?;
    let mut counters = to.open_table(COUNTERS)?;
    store::add(&mut counters, layout::QUARANTINE_BYTES, age.len() as u64)?;
    store::add(&mut counters, layout::QUARANTINE_ENTRIES, u64::from(entries))?;
    let mut counts = to.open_table(QUARANTINE_COUNTS)?;
    for row in
        from.open_table(QUARANTINE_COUNTS)?.range((day, number, "", "", 0)..(day, number + 1, "", "", 0))?
    {
        let (key, sums) = row?;
        counts.insert(key.value(), sums.value())?;
    }
    Ok(true)
}
