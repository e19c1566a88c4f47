//! How far each log, and each table of a database, was read, sealed: it holds identities of files.

use std::sync::{Mutex, PoisonError};

use labrelay_model::{FamilyName, InputIdentity, SourceName};
use redb::{ReadTransaction, ReadableTable, WriteTransaction};

use crate::layout::{DATA_KEYS, LOGS};
use crate::seal::{Place, Sealer};
use crate::{Spool, SpoolError};

/// A log as it lies here: family, source, identity, and its state unless that does not open.
pub(crate) type Log = (String, String, [u8; 32], Option<Vec<u8>>);

impl Spool {
    /// The logs of `source` as last committed. One that can't be opened any more is left out: it is read from its start,
    /// and its rows get the same row ids again.
    pub fn logs(
        &self,
        family: &FamilyName,
        source: &SourceName,
    ) -> Result<Vec<(InputIdentity, Vec<u8>)>, SpoolError> {
        let all = self.store.read(|txn| all(txn, &self.sealer))?;
        let of_source =
            all.into_iter().filter(|(of, from, ..)| of == family.as_str() && from == source.as_str());
        Ok(of_source
            .filter_map(|(_, _, identity, state)| {
                if state.is_none() {
                    tracing::error!(%family, %source, "what was read of a log or table is damaged in the spool; it is read again");
                }
                Some((InputIdentity(identity), state?))
            })
            .collect())
    }
}

/// All logs.
pub(crate) fn all(txn: &ReadTransaction, sealer: &Mutex<Sealer>) -> Result<Vec<Log>, SpoolError> {
    let sealer = sealer.lock().unwrap_or_else(PoisonError::into_inner);
    let keys = txn.open_table(DATA_KEYS)?;
    let mut all = Vec::new();
    for row in txn.open_table(LOGS)?.iter()? {
        let (key, sealed) = row?;
        let (family, source, identity) = key.value();
        let place = Place::Log(family, source, identity);
        let state = sealer.open(&keys, &place, sealed.value())?;
        all.push((family.to_owned(), source.to_owned(), *identity, state));
    }
    Ok(all)
}

/// Remembers and forgets logs of `family`.
pub(crate) fn put(
    txn: &WriteTransaction,
    sealer: &Mutex<Sealer>,
    family: &FamilyName,
    logs: &[(SourceName, InputIdentity, Option<Vec<u8>>)],
) -> Result<(), SpoolError> {
    if logs.is_empty() {
        return Ok(());
    }
    let mut sealer = sealer.lock().unwrap_or_else(PoisonError::into_inner);
    let (mut table, mut keys) = (txn.open_table(LOGS)?, txn.open_table(DATA_KEYS)?);
    for (source, identity, state) in logs {
        let key = (family.as_str(), source.as_str(), &identity.0);
        match state {
            Some(state) => {
                let sealed = sealer.seal(&mut keys, &Place::Log(key.0, key.1, key.2), state)?;
                table.insert(key, sealed.as_slice())?;
            }
            None => drop(table.remove(key)?),
        }
    }
    Ok(())
}
