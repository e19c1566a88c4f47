//! A requeue moves records, counts and what stays in one step, and only once.

use labrelay_model::{Digest, LedgerCounts, LedgerKey, Outcome, Reason};

use super::quarantine::{assert_counts_agree, entry, keeping, opened};
use super::support::{at, batches, empty, records};
use crate::{Commit, CommitError, QuarantineEntry, Requeue, Spool, SpoolConfig, SpoolError, body};

fn key(outcome: Outcome) -> LedgerKey {
    let entry = entry(0);
    LedgerKey { family: entry.family, source: entry.source.unwrap(), stream: entry.stream, outcome }
}

fn units(units: u64) -> LedgerCounts {
    LedgerCounts { units, records: 0 }
}

/// Three refused units, counted.
fn refused(spool: &Spool) {
    let ledger = vec![(key(Outcome::Quarantined(Reason::OutOfRange)), units(3))];
    spool.commit(&Commit { quarantined: (1..=3).map(entry).collect(), ledger, ..empty() }).unwrap();
}

/// Requeues `left` units of the only message; `staying` stay.
fn requeue(
    spool: &Spool,
    sha256: Digest,
    left: u64,
    staying: &[QuarantineEntry],
) -> Result<crate::Committed, CommitError> {
    let message = spool.quarantine().next().unwrap().unwrap().id;
    let ledger = vec![(key(Outcome::Accepted), LedgerCounts { units: left, records: left })];
    let left = [(key(Outcome::Quarantined(Reason::OutOfRange)), units(left))];
    let requeue = Requeue { message, sha256, plugin_version: "1.2.3", staying, left: &left };
    spool.requeue(&Commit { ledger, now: at(9), ..records("bead_qc", 2) }, &requeue)
}

fn digest(spool: &Spool) -> Digest {
    let message = spool.quarantine().next().unwrap().unwrap().id;
    body::digest_of(&spool.quarantine_message(message).unwrap().unwrap())
}

#[test]
fn what_passes_moves_and_what_fails_stays_sealed() {
    let (site, administrator) = keeping();
    let spool = site.open();
    refused(&spool);
    let id = spool.quarantine().next().unwrap().unwrap().id;
    requeue(&spool, digest(&spool), 2, &[entry(2)]).unwrap();
    assert_eq!(batches(&spool, "bead_qc")[0].records, 2);
    assert_eq!(opened(&spool, &administrator), [entry(2)]);
    assert_eq!(spool.quarantine().next().unwrap().unwrap().id, id, "it keeps its day and number");
    let counted = spool.ledger().unwrap();
    assert!(counted.contains(&(key(Outcome::Accepted), LedgerCounts { units: 2, records: 2 })));
    assert!(counted.contains(&(key(Outcome::Quarantined(Reason::OutOfRange)), units(1))));
    assert_counts_agree(&spool);

    requeue(&spool, digest(&spool), 1, &[]).unwrap();
    assert_eq!(spool.quarantine().count(), 0);
    let counted = spool.ledger().unwrap();
    assert_eq!(counted, [(key(Outcome::Accepted), LedgerCounts { units: 3, records: 3 })]);
    assert_eq!(spool.status().unwrap().quarantine.purged, 0, "nothing was purged");
    assert_counts_agree(&spool);
}

#[test]
fn a_message_that_changed_meanwhile_is_left_alone() {
    let (site, _) = keeping();
    let spool = site.open();
    refused(&spool);
    let before = digest(&spool);
    requeue(&spool, before, 2, &[entry(2)]).unwrap();
    let twice = requeue(&spool, before, 2, &[entry(2)]).unwrap_err();
    assert!(matches!(twice, CommitError::Spool(SpoolError::MessageChanged)));
    assert_eq!(batches(&spool, "bead_qc").len(), 1, "no record came twice");
}

#[test]
fn nothing_moves_where_the_rest_could_not_be_sealed_or_the_spool_is_full() {
    let (mut site, _) = keeping();
    let spool = site.open();
    refused(&spool);
    let before = (digest(&spool), spool.ledger().unwrap());
    drop(spool);
    let recipient = site.config.quarantine_recipient.take();
    let spool = site.open();
    let error = requeue(&spool, before.0, 2, &[entry(2)]).unwrap_err();
    assert!(matches!(error, CommitError::Spool(SpoolError::NoRecipient)));
    drop(spool);
    site.config = SpoolConfig { quarantine_recipient: recipient, max_bytes: 1, ..site.config };
    let spool = site.open();
    assert!(matches!(requeue(&spool, before.0, 2, &[entry(2)]), Err(CommitError::Full { .. })));
    assert_eq!((digest(&spool), spool.ledger().unwrap()), before);
}
