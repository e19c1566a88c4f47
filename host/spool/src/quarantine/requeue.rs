//! Requeue: what passes today's gate leaves the quarantine and enters the spool in one transaction.
//!
//! The gate was asked before, by whoever calls; this moves records, counts and what stays, all or nothing.

use labrelay_model::{Digest, LedgerCounts, LedgerKey};
use redb::WriteTransaction;

use super::shelf::Shelf;
use super::{QuarantineEntry, QuarantineId, Sealed};
use crate::commit::{Commit, Committed};
use crate::{CommitError, Spool, SpoolError, accounts, body, ledger, quarantine};

/// What a requeue does to one message, beside the commit of the records that pass.
#[derive(Debug)]
pub struct Requeue<'a> {
    /// The message.
    pub message: QuarantineId,
    /// SHA-256 of the sealed message that was opened: if another lies there now, nothing is done.
    pub sha256: Digest,
    /// The plugin that read the units.
    pub plugin_version: &'a str,
    /// Entries that stay, sealed anew under the message's number; with none of them the message goes.
    pub staying: &'a [QuarantineEntry],
    /// What to take from the ledger for the units that leave.
    pub left: &'a [(LedgerKey, LedgerCounts)],
}

impl Spool {
    /// Makes `commit` and `requeue` durable together, or neither.
    pub fn requeue(&self, commit: &Commit, requeue: &Requeue<'_>) -> Result<Committed, CommitError> {
        let staying = quarantine::seal(
            self.config.quarantine_recipient.as_ref(),
            requeue.staying,
            requeue.plugin_version,
        )?;
        if staying.as_ref().is_some_and(|sealed| sealed.age.is_none()) {
            return Err(SpoolError::NoRecipient.into());
        }
        self.commit_with(commit, |txn| {
            replace(txn, requeue, staying.as_ref())?;
            let left = ledger::subtract(txn, requeue.left)?;
            count_others(txn, commit, left)
        })
    }
}

/// Units that the ledger did not have in quarantine, as those of a batch that the receiver refused: counted as read once more, as
/// their records are counted as accepted once more.
fn count_others(txn: &WriteTransaction, commit: &Commit, left: u64) -> Result<(), SpoolError> {
    let units: u64 = commit.ledger.iter().map(|(_, counts)| counts.units).sum();
    let Some((key, _)) = commit.ledger.first().filter(|_| units > left) else { return Ok(()) };
    accounts::add_read(txn, &key.family, &[(key.source.clone(), units - left)])
}

fn replace(
    txn: &WriteTransaction,
    requeue: &Requeue<'_>,
    staying: Option<&Sealed>,
) -> Result<(), SpoolError> {
    let mut shelf = Shelf::open(txn)?;
    let found = shelf.message(requeue.message)?;
    if found.is_none_or(|message| body::digest_of(&message) != requeue.sha256) {
        return Err(SpoolError::MessageChanged);
    }
    shelf.remove(requeue.message)?;
    staying.map_or(Ok(()), |sealed| shelf.put(requeue.message, sealed))
}
