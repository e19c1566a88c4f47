//! The durable spool: sealed batches, cursors, seen inputs, ledger, quarantine and sent journal in one database.
//!
//! Everything that one poll brought becomes durable in one transaction ([`Spool::commit`]) or not at all. A batch
//! leaves only when it has landed ([`Spool::landed`]); a full spool refuses commits and deletes nothing. What
//! lies on the disk is sealed; the format is specified in `layout.rs`. Reads no clock and knows no manifest.

mod accounts;
mod backlog;
mod body;
mod commit;
mod config;
mod cursor;
mod damage;
mod disk;
mod epoch;
mod error;
mod gaps;
mod gate_state;
mod journal;
mod keys;
mod layout;
mod ledger;
mod logs;
mod of_family;
mod open;
mod outbox;
mod peek;
mod quarantine;
mod salvage;
mod seal;
mod seen;
mod status;
mod step;
mod store;
mod stream;
mod verify;

pub use accounts::{Accounts, ReadCount, StreamAccount};
pub use commit::{Commit, Committed};
pub use config::SpoolConfig;
pub use error::{CommitError, OpenError, SpoolError};
pub use journal::{SentEntry, SentJournal};
pub use keys::{KeyError, SpoolKeys};
pub use ledger::RefusedCount;
pub use open::{OpenReport, SetAside};
pub use outbox::{StoredBatch, StreamMark};
pub use peek::PeekedBatch;
pub use quarantine::{
    Form, KeyFileError, OpenedMessage, QuarantineCount, QuarantineEntry, QuarantineId, QuarantineKey,
    QuarantineListing, Recipient, Requeue, UnreadableMessage, UnsealError,
};
pub use salvage::Salvaged;
pub use status::{QuarantineStatus, SpoolStatus};
pub use verify::{Checked, Part};

use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

/// The spool of one host. Shared by threads; each call is one transaction, and writers wait for each other.
pub struct Spool {
    store: store::Store,
    config: SpoolConfig,
    packer: body::Packer,
    sealer: Mutex<seal::Sealer>,
    full: AtomicBool,
}

impl std::fmt::Debug for Spool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Spool").field("config", &self.config).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
