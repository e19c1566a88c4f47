//! One cursor per family, sealed: it holds identities of files.

use labrelay_model::FamilyName;

use crate::layout;
use crate::of_family::{Found, OfFamily};
use crate::seal::Place;
use crate::{Spool, SpoolError};

/// Where cursors lie.
pub(crate) const CURSORS: OfFamily =
    OfFamily { table: layout::CURSORS, place: |family| Place::Cursor(family) };

impl Spool {
    /// The cursor of `family` as last committed; `None` if there is none, or if it can't be opened any more: then
    /// the family starts over, and rows that were read before get the same row ids again.
    pub fn cursor(&self, family: &FamilyName) -> Result<Option<Vec<u8>>, SpoolError> {
        match self.store.read(|txn| CURSORS.get(txn, &self.sealer, family))? {
            Found::Nothing => Ok(None),
            Found::Value(cursor) => Ok(Some(cursor)),
            Found::Damaged => {
                let family = family.as_str();
                tracing::error!(family, "the cursor in the spool is damaged; the family starts over");
                Ok(None)
            }
        }
    }
}
