//! The names of rows: what is read or closed again gets the same one, and nobody learns from it what it names.

use aws_lc_rs::hmac;
use labrelay_model::{InputIdentity, Position, RowId};

/// Names rows by HMAC-SHA256 under the device's row key.
pub(super) struct RowNames(hmac::Key);

impl RowNames {
    pub(super) fn new(key: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// The row of a unit's record: by input, position and the record's index in its unit.
    pub(super) fn of_record(&self, identity: &InputIdentity, position: Position, index: usize) -> RowId {
        let index = u16::try_from(index).unwrap_or(u16::MAX);
        self.of(&[&identity.0, &position.0.to_be_bytes(), &index.to_be_bytes()])
    }

    /// The row of a line's record: by log, position, the record's index in its unit, and what it says. A log that was cut
    /// has other lines where the old ones were, and the same ones are the same rows. So it is with a table's keys.
    pub(super) fn of_line(
        &self,
        log: &InputIdentity,
        position: Position,
        index: usize,
        fields: &[u8],
    ) -> RowId {
        let index = u16::try_from(index).unwrap_or(u16::MAX);
        self.of(&[b"line", &log.0, &position.0.to_be_bytes(), &index.to_be_bytes(), fields])
    }

    /// The row of an aggregate: by stream, group and window.
    pub(super) fn of_aggregate(&self, identity: &[u8]) -> RowId {
        self.of(&[b"aggregate", identity])
    }

    fn of(&self, parts: &[&[u8]]) -> RowId {
        let mut context = hmac::Context::with_key(&self.0);
        parts.iter().for_each(|part| context.update(part));
        RowId(context.sign().as_ref().first_chunk().copied().unwrap_or_default())
    }
}
