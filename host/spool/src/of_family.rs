//! One sealed value per family: how it is stored and found.

use std::sync::{Mutex, PoisonError};

use labrelay_model::FamilyName;
use redb::{ReadTransaction, TableDefinition, WriteTransaction};

use crate::SpoolError;
use crate::layout::DATA_KEYS;
use crate::seal::{Place, Sealer};

/// A kind of value that each family has one of.
pub(crate) struct OfFamily {
    /// Family to sealed value.
    pub(crate) table: TableDefinition<'static, &'static str, &'static [u8]>,
    /// What a family's value is sealed for.
    pub(crate) place: fn(&str) -> Place<'_>,
}

/// What a family's row says.
pub(crate) enum Found {
    /// There is none.
    Nothing,
    /// There is one, and a bit of it, its key or its place has changed.
    Damaged,
    /// As it was stored.
    Value(Vec<u8>),
}

impl OfFamily {
    pub(crate) fn get(
        &self,
        txn: &ReadTransaction,
        sealer: &Mutex<Sealer>,
        family: &FamilyName,
    ) -> Result<Found, SpoolError> {
        let family = family.as_str();
        let Some(sealed) = txn.open_table(self.table)?.get(family)? else { return Ok(Found::Nothing) };
        let sealer = sealer.lock().unwrap_or_else(PoisonError::into_inner);
        let opened = sealer.open(&txn.open_table(DATA_KEYS)?, &(self.place)(family), sealed.value())?;
        Ok(opened.map_or(Found::Damaged, Found::Value))
    }

    /// Stores `value`, if there is a new one.
    pub(crate) fn put(
        &self,
        txn: &WriteTransaction,
        sealer: &Mutex<Sealer>,
        family: &FamilyName,
        value: Option<&[u8]>,
    ) -> Result<(), SpoolError> {
        let Some(value) = value else { return Ok(()) };
        let family = family.as_str();
        let mut sealer = sealer.lock().unwrap_or_else(PoisonError::into_inner);
        let sealed = sealer.seal(&mut txn.open_table(DATA_KEYS)?, &(self.place)(family), value)?;
        txn.open_table(self.table)?.insert(family, sealed.as_slice())?;
        Ok(())
    }
}
