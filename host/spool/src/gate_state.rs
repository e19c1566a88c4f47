//! What the gate remembers of each family, sealed: it holds sums over patients' specimens.
//!
//! Belongs to one life of the spool. In a new epoch it is forgotten: a restored disk brings back an older state,
//! and what that one holds has left already.

use labrelay_model::FamilyName;
use redb::WriteTransaction;

use crate::layout;
use crate::of_family::{Found, OfFamily};
use crate::seal::Place;
use crate::{Spool, SpoolError};

/// Where the gate's states lie.
pub(crate) const GATE_STATES: OfFamily =
    OfFamily { table: layout::GATE_STATE, place: |family| Place::GateState(family) };

impl Spool {
    /// The gate's state of `family` as last committed. One that can't be opened any more is an error: without it
    /// something could leave twice.
    pub fn gate_state(&self, family: &FamilyName) -> Result<Option<Vec<u8>>, SpoolError> {
        match self.store.read(|txn| GATE_STATES.get(txn, &self.sealer, family))? {
            Found::Nothing => Ok(None),
            Found::Value(state) => Ok(Some(state)),
            Found::Damaged => Err(SpoolError::Row { table: "gate_state" }),
        }
    }
}

/// Forgets the states of all families.
pub(crate) fn forget(txn: &WriteTransaction) -> Result<(), SpoolError> {
    Ok(txn.open_table(layout::GATE_STATE)?.retain(|_, _| false)?)
}
