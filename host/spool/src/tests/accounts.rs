//! The accounts of a spool: they close, they outlive the journal, and an earlier build's spool gets them.

use std::time::Duration;

use labrelay_model::{LedgerCounts, LedgerKey, Outcome, Reason};

use super::support::{Site, at, batches, empty, lines};
use crate::layout::{LANDED, READ};
use crate::{Accounts, Commit, StreamAccount};

/// Five units: two accepted with seven records, two quarantined, one dropped.
fn five_units() -> Commit {
    let (family, source) = ("navios".parse().unwrap(), "listmode".parse().unwrap());
    let key = |stream: Option<&str>, outcome| LedgerKey {
        family: "navios".parse().unwrap(),
        source: "listmode".parse().unwrap(),
        stream: stream.map(|stream| stream.parse().unwrap()),
        outcome,
    };
    let counts = |units, records| LedgerCounts { units, records };
    Commit {
        family,
        lines: vec![lines("bead_qc", 7)],
        read: vec![(source, 5)],
        ledger: vec![
            (key(Some("bead_qc"), Outcome::Accepted), counts(2, 7)),
            (key(Some("bead_qc"), Outcome::Quarantined(Reason::NotInInventory)), counts(2, 0)),
            (key(None, Outcome::Dropped(Reason::Empty)), counts(1, 0)),
        ],
        ..empty()
    }
}

fn figures(accounts: &Accounts) -> (u64, u64, u64, u64) {
    let StreamAccount { landed, waiting, .. } = accounts.streams[0];
    let units = accounts.ledger.iter().map(|(_, counts)| counts.units).sum();
    (accounts.read[0].units, units, landed, waiting)
}

#[test]
fn what_has_landed_stays_counted_when_the_journal_has_forgotten_it() {
    let site = Site::new();
    let spool = site.open_with(|config| config.journal_max_age = Duration::from_secs(60));
    for _ in 0..3 {
        spool.commit(&five_units()).unwrap();
    }
    assert_eq!(figures(&spool.accounts().unwrap()), (15, 15, 0, 21));
    for batch in batches(&spool, "bead_qc").iter().take(2) {
        spool.landed(&batch.id, at(0)).unwrap();
        spool.landed(&batch.id, at(0)).unwrap(); // told twice, counted once
    }
    spool.sent().purge(at(3600)).unwrap();
    assert_eq!(spool.sent().list(None, None).count(), 0);
    assert_eq!(figures(&spool.accounts().unwrap()), (15, 15, 14, 7));
}

#[test]
fn the_accounts_of_an_earlier_build_s_spool_begin_in_agreement_with_its_ledger() {
    let site = Site::new();
    let spool = site.open();
    for _ in 0..3 {
        spool.commit(&five_units()).unwrap();
    }
    let first = batches(&spool, "bead_qc").remove(0);
    spool.landed(&first.id, at(0)).unwrap();
    let refused = batches(&spool, "bead_qc").remove(0);
    spool.refused(&refused.id, Reason::RefusedByReceiver, at(0)).unwrap();
    let before = spool.accounts().unwrap();
    drop(spool);
    let database = site.database();
    let txn = database.begin_write().unwrap();
    txn.delete_table(READ).unwrap();
    txn.delete_table(LANDED).unwrap();
    txn.commit().unwrap();
    drop(database);
    assert_eq!(site.open().accounts().unwrap(), before);
}
