//! What did not pass, age-sealed to the site's recipient: the service writes it and can never read it.
//!
//! One age message per commit, holding NDJSON; by day; bounded by bytes, the oldest messages go first and their
//! entries are counted. Without a recipient nothing is kept but the counts.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use labrelay_model::{BatchId, FamilyName, Position, Reason, Redacted, SourceName, StreamName, Timestamp};
use redb::{ReadableTable, WriteTransaction};

use crate::layout::{
    COUNTERS, QUARANTINE, QUARANTINE_BYTES, QUARANTINE_ENTRIES, QUARANTINE_PURGED, QUARANTINE_UNKEPT,
};
use crate::seen::day;
use crate::step::steps;
use crate::{KeyError, OpenError, Spool, SpoolError, store};

/// To whom the quarantine is sealed.
pub(crate) type Recipient = age::x25519::Recipient;

/// A unit that did not pass. `Debug` shows where it is from, never what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuarantineEntry {
    /// Instrument family.
    pub family: FamilyName,
    /// Source it was read from; `None` for a whole batch that was refused after it had been accepted.
    pub source: Option<SourceName>,
    /// Stream, where it was read that far.
    pub stream: Option<StreamName>,
    /// Why it did not pass.
    pub reason: Reason,
    /// Where in its input it starts; the number of a refused batch.
    pub position: Position,
    /// When.
    pub received_at: Timestamp,
    /// The raw part as the plugin gave it, the record as JSON, or the lines of a refused batch.
    pub raw: Redacted,
}

impl QuarantineEntry {
    pub(crate) fn refused_batch(id: &BatchId, lines: Vec<u8>, reason: Reason, now: Timestamp) -> Self {
        Self {
            family: id.stream.family.clone(),
            source: None,
            stream: Some(id.stream.stream.clone()),
            reason,
            position: Position(id.seq.0),
            received_at: now,
            raw: Redacted(lines),
        }
    }
}

/// One age message of the quarantine: the units that one commit set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuarantineMessage {
    /// Day of the commit, in days since 1970.
    pub day: i64,
    /// Units in it.
    pub entries: u32,
    /// The message: `age --decrypt` with the site's identity gives NDJSON, one line per unit.
    pub age: Vec<u8>,
}

impl Spool {
    /// The quarantine as it lies there, oldest first: for an administrator's export. It stays sealed.
    pub fn quarantine(&self) -> impl Iterator<Item = Result<QuarantineMessage, SpoolError>> + '_ {
        steps(|last: Option<&(i64, u64)>| {
            self.store.read(|txn| {
                let after = last.map_or((i64::MIN, 0), |(day, number)| (*day, number.saturating_add(1)));
                let quarantine = txn.open_table(QUARANTINE)?;
                let Some((key, row)) = quarantine.range(after..)?.next().transpose()? else {
                    return Ok(None);
                };
                let ((day, _), (entries, age)) = (key.value(), row.value());
                Ok(Some((key.value(), QuarantineMessage { day, entries, age: age.to_vec() })))
            })
        })
    }
}

/// Entries ready to be stored; without a message if they are only to be counted.
pub(crate) struct Sealed {
    entries: u32,
    age: Option<Vec<u8>>,
}

/// The configured recipient.
pub(crate) fn recipient(text: Option<&str>) -> Result<Option<Recipient>, OpenError> {
    text.map(str::parse).transpose().map_err(|_| OpenError::Recipient)
}

/// Seals the entries of one commit; `None` if there are none.
pub(crate) fn seal(
    recipient: Option<&Recipient>,
    entries: &[QuarantineEntry],
) -> Result<Option<Sealed>, SpoolError> {
    if entries.is_empty() {
        return Ok(None);
    }
    let message = |recipient| age::encrypt(recipient, &ndjson(entries)).map_err(|_| KeyError::Library);
    let age = recipient.map(message).transpose()?;
    Ok(Some(Sealed { entries: u32::try_from(entries.len()).unwrap_or(u32::MAX), age }))
}

/// Stores or counts what was sealed, and removes the oldest messages beyond `max_bytes`.
pub(crate) fn put(
    txn: &WriteTransaction,
    sealed: Option<&Sealed>,
    max_bytes: u64,
    now: Timestamp,
) -> Result<(), SpoolError> {
    let Some(Sealed { entries, age }) = sealed else { return Ok(()) };
    let mut counters = txn.open_table(COUNTERS)?;
    let Some(age) = age else { return store::add(&mut counters, QUARANTINE_UNKEPT, u64::from(*entries)) };
    let mut quarantine = txn.open_table(QUARANTINE)?;
    let today = day(now);
    let last = quarantine.range((today, 0)..=(today, u64::MAX))?.next_back().transpose()?;
    let number = last.map_or(0, |(key, _)| key.value().1.saturating_add(1));
    quarantine.insert((today, number), (*entries, age.as_slice()))?;
    store::add(&mut counters, QUARANTINE_BYTES, age.len() as u64)?;
    store::add(&mut counters, QUARANTINE_ENTRIES, u64::from(*entries))?;
    while store::counter(&counters, QUARANTINE_BYTES)? > max_bytes {
        let Some((_, oldest)) = quarantine.pop_first()? else { return Ok(()) };
        let (entries, age) = oldest.value();
        store::subtract(&mut counters, QUARANTINE_BYTES, age.len() as u64)?;
        store::subtract(&mut counters, QUARANTINE_ENTRIES, u64::from(entries))?;
        store::add(&mut counters, QUARANTINE_PURGED, u64::from(entries))?;
    }
    Ok(())
}

/// One line of a message, as documented for who opens it.
#[derive(serde::Serialize)]
struct Line<'a> {
    family: &'a FamilyName,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a SourceName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<&'a StreamName>,
    reason: Reason,
    position: u64,
    received_at: Timestamp,
    raw_base64: String,
}

fn ndjson(entries: &[QuarantineEntry]) -> Vec<u8> {
    let mut lines = Vec::new();
    for entry in entries {
        let line = Line {
            family: &entry.family,
            source: entry.source.as_ref(),
            stream: entry.stream.as_ref(),
            reason: entry.reason,
            position: entry.position.0,
            received_at: entry.received_at,
            raw_base64: STANDARD.encode(&entry.raw.0),
        };
        // A struct of names, numbers and texts always has a JSON form.
        lines.extend(serde_json::to_vec(&line).unwrap_or_default());
        lines.push(b'\n');
    }
    lines
}
