//! One cursor per family, sealed: it holds identities of files.

use std::sync::{Mutex, PoisonError};

use labrelay_model::FamilyName;
use redb::WriteTransaction;

use crate::layout::{CURSORS, DATA_KEYS};
use crate::seal::{Place, Sealer};
use crate::{Spool, SpoolError};

impl Spool {
    /// The cursor of `family` as last committed; `None` if there is none, or if it can't be opened any more: then
    /// the family starts over, and rows that were read before get the same row ids again.
    pub fn cursor(&self, family: &FamilyName) -> Result<Option<Vec<u8>>, SpoolError> {
        let cursor = self.store.read(|txn| {
            let Some(sealed) = txn.open_table(CURSORS)?.get(family.as_str())? else { return Ok(None) };
            let sealer = self.sealer.lock().unwrap_or_else(PoisonError::into_inner);
            let keys = txn.open_table(DATA_KEYS)?;
            sealer.open(&keys, &Place::Cursor(family.as_str()), sealed.value()).map(Some)
        })?;
        if cursor == Some(None) {
            tracing::error!(
                family = family.as_str(),
                "the cursor in the spool is damaged; the family starts over"
            );
        }
        Ok(cursor.flatten())
    }
}

/// Stores the cursor of `family`, if there is a new one.
pub(crate) fn put(
    txn: &WriteTransaction,
    sealer: &Mutex<Sealer>,
    family: &FamilyName,
    cursor: Option<&[u8]>,
) -> Result<(), SpoolError> {
    let Some(cursor) = cursor else { return Ok(()) };
    let mut sealer = sealer.lock().unwrap_or_else(PoisonError::into_inner);
    let place = Place::Cursor(family.as_str());
    let sealed = sealer.seal(&mut txn.open_table(DATA_KEYS)?, &place, cursor)?;
    txn.open_table(CURSORS)?.insert(family.as_str(), sealed.as_slice())?;
    Ok(())
}
