//! Reads and authenticates everything that is sealed here, and checks that rows and sums agree. Alters nothing.
//!
//! The quarantine's messages are sealed for the site's key, which is not here: only their form and their counts
//! are checked. That the file's pages are whole is checked by opening it after [`Spool::check_at_next_open`].

use std::collections::BTreeMap;
use std::path::Path;

use labrelay_model::FamilyName;
use redb::{ReadTransaction, ReadableTable};
use serde::{Deserialize, Serialize};

use crate::cursor::CURSORS;
use crate::disk::{FileMedium, Medium as _};
use crate::gate_state::GATE_STATES;
use crate::layout::{FILE_NAME, META, PENDING, STREAMS};
use crate::of_family::{Found, OfFamily};
use crate::stream::{self, StreamRow};
use crate::{Spool, SpoolError, backlog, logs};

/// How an age message begins (C2SP age, "Header").
const AGE_HEADER: &[u8] = b"age-encryption.org/v1\n";

/// A part of the spool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Batches that wait to be sent.
    Pending,
    /// Batches of the sent journal.
    Sent,
    /// How far each family was read.
    Cursors,
    /// What the gate remembers of each family.
    GateStates,
    /// How far each log that is followed was read.
    Logs,
    /// Messages of what was refused.
    Quarantine,
    /// Numbers and sums of the streams, against the batches that wait.
    Streams,
}

/// What a part holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// Which.
    pub part: Part,
    /// Entries that are as they were written.
    pub intact: u64,
    /// Entries that are not.
    pub damaged: u64,
}

impl Checked {
    fn count(
        part: Part,
        entries: impl IntoIterator<Item = Result<bool, SpoolError>>,
    ) -> Result<Self, SpoolError> {
        let mut checked = Self { part, intact: 0, damaged: 0 };
        for is_intact in entries {
            match is_intact? {
                true => checked.intact += 1,
                false => checked.damaged += 1,
            }
        }
        Ok(checked)
    }
}

impl Spool {
    /// Checks every part, one entry at a time, so that a service goes on beside it. An error is damage that
    /// hinders the reading itself.
    pub fn verify(&self) -> Result<Vec<Checked>, SpoolError> {
        let pending = self.peek().map(|batch| Ok(batch?.ndjson.is_some()));
        let logs = self.store.read(|txn| logs::all(txn, &self.sealer))?;
        let sent = self.sent().export(None, None).map(|batch| Ok(batch?.1.is_some()));
        Ok(vec![
            Checked::count(Part::Pending, pending)?,
            Checked::count(Part::Sent, sent)?,
            Checked::count(Part::Cursors, self.values(&CURSORS)?)?,
            Checked::count(Part::GateStates, self.values(&GATE_STATES)?)?,
            Checked::count(Part::Logs, logs.iter().map(|(.., state)| Ok(state.is_some())))?,
            Checked::count(Part::Quarantine, self.messages())?,
            Checked::count(Part::Streams, self.store.read(streams)?)?,
        ])
    }

    /// Has every page of the file read when the spool in `dir` is opened next; that takes as long as reading the file.
    pub fn check_at_next_open(dir: &Path) {
        FileMedium(dir.join(FILE_NAME)).suspect();
    }

    fn values(&self, of: &OfFamily) -> Result<Vec<Result<bool, SpoolError>>, SpoolError> {
        self.store.read(|txn| {
            let mut values = Vec::new();
            for row in txn.open_table(of.table)?.iter()? {
                let (family, _) = row?;
                values.push(match FamilyName::new(family.value()) {
                    Ok(family) => {
                        of.get(txn, &self.sealer, &family).map(|found| matches!(found, Found::Value(_)))
                    }
                    Err(_) => Ok(false),
                });
            }
            Ok(values)
        })
    }

    fn messages(&self) -> impl Iterator<Item = Result<bool, SpoolError>> + '_ {
        self.quarantine().map(|listing| {
            let listing = listing?;
            // `None`: purged since it was listed.
            let is_age =
                self.quarantine_message(listing.id)?.is_none_or(|message| message.starts_with(AGE_HEADER));
            let counted: u64 = listing.counts.iter().map(|count| count.units).sum();
            Ok(is_age && (listing.counts.is_empty() || counted == u64::from(listing.units)))
        })
    }
}

/// For each stream whether its numbers have no hole and its sums are those of its batches (`layout.rs`, Constraints).
fn streams(txn: &ReadTransaction) -> Result<Vec<Result<bool, SpoolError>>, SpoolError> {
    let epoch = backlog::epoch(&txn.open_table(META)?)?.0;
    let mut waiting: BTreeMap<String, Waiting> = BTreeMap::new();
    for row in txn.open_table(PENDING)?.iter()? {
        let (key, row) = row?;
        let ((name, of_epoch, seq), (records, sealed, _, _)) = (key.value(), row.value());
        let waiting = waiting.entry(name.to_owned()).or_default();
        waiting.add(records, sealed);
        if *of_epoch == epoch {
            waiting.number(seq);
        }
    }
    let mut sound = Vec::new();
    for row in txn.open_table(STREAMS)?.iter()? {
        let (name, row) = row?;
        let waiting = waiting.remove(name.value()).unwrap_or_default();
        sound.push(Ok(waiting.agrees_with(&StreamRow::from_value(row.value()))));
    }
    sound.extend(waiting.into_values().map(|_| Ok(false))); // batches of a stream that is not there
    Ok(sound)
}

/// What the rows of one stream add up to.
#[derive(Default)]
struct Waiting {
    batches: u64,
    records: u64,
    bytes: u64,
    last: Option<u64>,
    has_a_hole: bool,
}

impl Waiting {
    fn add(&mut self, records: u32, sealed: u64) {
        self.batches += 1;
        self.records += u64::from(records);
        self.bytes = self.bytes.saturating_add(stream::cost(sealed));
    }

    /// Rows come in the order of their numbers.
    fn number(&mut self, seq: u64) {
        self.has_a_hole |= self.last.is_some_and(|last| last.checked_add(1) != Some(seq));
        self.last = Some(seq);
    }

    fn agrees_with(&self, row: &StreamRow) -> bool {
        let ends_well = self.last.is_none_or(|last| last.checked_add(1) == Some(row.next));
        let sums = (self.batches, self.records, self.bytes) == (row.batches, row.records, row.bytes);
        ends_well && sums && !self.has_a_hole
    }
}
