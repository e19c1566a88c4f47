//! What did not pass, age-sealed to the site's recipient: the service writes it and can never read it.
//!
//! One age message per commit, holding NDJSON; by day; bounded by bytes and days, the oldest messages go first and
//! their units are counted as purged. Without a recipient nothing is kept but the counts. Beside each message lie
//! its counts by stream and reason, which tell nothing of the content.

mod entry;
mod key;
mod listing;
mod purge;
mod requeue;
mod shelf;

pub use entry::{Form, OpenedMessage, QuarantineEntry, UnreadableMessage};
pub use key::{KeyFileError, QuarantineKey, UnsealError};
pub use listing::{QuarantineCount, QuarantineId, QuarantineListing};
pub use requeue::Requeue;

/// To whom the quarantine is sealed: the site's age public key, `age1…`.
pub use age::x25519::Recipient;

use std::collections::BTreeMap;

use labrelay_model::Timestamp;
use redb::WriteTransaction;

use crate::layout::{COUNTERS, QUARANTINE_UNKEPT};
use crate::seen::day;
use crate::{KeyError, SpoolError, store};
use shelf::Shelf;

/// Entries ready to be stored; without a message if they are only to be counted.
pub(crate) struct Sealed {
    entries: u32,
    counts: Counts,
    age: Option<Vec<u8>>,
}

/// Units and their raw bytes by family, stream (empty if unknown) and number of the reason.
type Counts = BTreeMap<(String, String, u16), (u64, u64)>;

/// Seals the entries of one commit; `None` if there are none.
pub(crate) fn seal(
    recipient: Option<&Recipient>,
    entries: &[QuarantineEntry],
    plugin_version: &str,
) -> Result<Option<Sealed>, SpoolError> {
    if entries.is_empty() {
        return Ok(None);
    }
    let message = |recipient| {
        let plain = entry::ndjson(entries, plugin_version);
        age::encrypt(recipient, &plain.0).map_err(|_| KeyError::Library)
    };
    let age = recipient.map(message).transpose()?;
    let number = u32::try_from(entries.len()).unwrap_or(u32::MAX);
    Ok(Some(Sealed { entries: number, counts: count(entries), age }))
}

fn count(entries: &[QuarantineEntry]) -> Counts {
    let mut counts = Counts::new();
    for entry in entries {
        let stream = entry.stream.as_ref().map(ToString::to_string).unwrap_or_default();
        let (units, bytes) =
            counts.entry((entry.family.to_string(), stream, entry.reason.number())).or_default();
        *units += 1;
        *bytes += entry.raw.0.len() as u64;
    }
    counts
}

/// Stores or counts what was sealed, and removes the oldest messages beyond `max_bytes`.
pub(crate) fn put(
    txn: &WriteTransaction,
    sealed: Option<&Sealed>,
    max_bytes: u64,
    now: Timestamp,
) -> Result<(), SpoolError> {
    let Some(sealed) = sealed else { return Ok(()) };
    if sealed.age.is_none() {
        return store::add(&mut txn.open_table(COUNTERS)?, QUARANTINE_UNKEPT, u64::from(sealed.entries));
    }
    let mut shelf = Shelf::open(txn)?;
    let id = QuarantineId { day: day(now), number: shelf.next_number()? };
    shelf.put(id, sealed)?;
    shelf.purge_while(usize::MAX, |_, held| held > max_bytes)?;
    Ok(())
}
