//! Whatever was changed behind the spool's back, `verify` finds it, and says in which part.

use redb::{ReadableTable as _, TableDefinition};

use super::quarantine::{entry, keeping};
use super::support::{Site, alter_body, at, batches, input, records};
use crate::layout::{CURSORS, GATE_STATE, PENDING, QUARANTINE, STREAMS};
use crate::{Checked, Commit, Part, Spool};

/// Three batches of which one has landed, a cursor, a state, a log and a message.
fn filled() -> Site {
    let (site, _) = keeping();
    let spool = site.open();
    let (cursor, gate_state) = (Some(b"17".to_vec()), Some(b"state".to_vec()));
    let logs = vec![("log".parse().unwrap(), input(1), Some(b"so far".to_vec()))];
    let commit = Commit { cursor, gate_state, logs, quarantined: vec![entry(1)], ..records("bead_qc", 2) };
    spool.commit(&commit).unwrap();
    spool.commit(&records("bead_qc", 2)).unwrap();
    spool.commit(&records("event", 1)).unwrap();
    let first = batches(&spool, "bead_qc").remove(0);
    spool.landed(&first.id, at(1)).unwrap();
    drop(spool);
    site
}

fn damaged(spool: &Spool) -> Vec<Part> {
    spool.verify().unwrap().iter().filter(|checked| checked.damaged > 0).map(|checked| checked.part).collect()
}

/// Changes one byte of the first value of a table of bytes.
fn alter(site: &Site, table: TableDefinition<'_, &'static str, &'static [u8]>) {
    let database = site.database();
    let txn = database.begin_write().unwrap();
    {
        let mut table = txn.open_table(table).unwrap();
        let (key, mut value) = table
            .first()
            .unwrap()
            .map(|(key, value)| (key.value().to_owned(), value.value().to_vec()))
            .unwrap();
        *value.last_mut().unwrap() ^= 1;
        table.insert(key.as_str(), value.as_slice()).unwrap();
    }
    txn.commit().unwrap();
}

#[test]
fn a_sound_spool_is_intact_in_every_part() {
    let parts = filled().open().verify().unwrap();
    let intact = |part, intact| Checked { part, intact, damaged: 0 };
    let expected = [
        intact(Part::Pending, 2),
        intact(Part::Sent, 1),
        intact(Part::Cursors, 1),
        intact(Part::GateStates, 1),
        intact(Part::Logs, 1),
        intact(Part::Quarantine, 1),
        intact(Part::Streams, 2),
    ];
    assert_eq!(parts, expected);
}

#[test]
fn one_changed_byte_of_a_batch_is_found_before_and_after_it_has_left() {
    let site = filled();
    let waiting = batches(&site.open(), "event").remove(0).id;
    alter_body(&site, &waiting, |body| body[40] ^= 1);
    assert_eq!(damaged(&site.open()), [Part::Pending]);
    alter_body(&site, &waiting, |body| body[40] ^= 1);
    let sent = site.open().sent().list(None, None).next().unwrap().unwrap().id;
    alter_body(&site, &sent, |body| body[40] ^= 1);
    assert_eq!(damaged(&site.open()), [Part::Sent]);
}

#[test]
fn one_changed_byte_of_a_cursor_or_a_state_is_found() {
    for (table, part) in [(CURSORS, Part::Cursors), (GATE_STATE, Part::GateStates)] {
        let site = filled();
        alter(&site, table);
        assert_eq!(damaged(&site.open()), [part]);
    }
}

#[test]
fn a_message_that_is_none_and_counts_that_do_not_add_up_are_found() {
    for (units, age) in [(1, b"something else".to_vec()), (2, Vec::new())] {
        let site = filled();
        let database = site.database();
        let txn = database.begin_write().unwrap();
        {
            let mut messages = txn.open_table(QUARANTINE).unwrap();
            let (key, was) =
                messages.first().unwrap().map(|(key, row)| (key.value(), row.value().1.to_vec())).unwrap();
            messages.insert(key, (units, if age.is_empty() { &was } else { &age }.as_slice())).unwrap();
        }
        txn.commit().unwrap();
        drop(database);
        assert_eq!(damaged(&site.open()), [Part::Quarantine]);
    }
}

#[test]
fn sums_and_numbers_that_do_not_agree_are_found() {
    let site = filled();
    let database = site.database();
    let txn = database.begin_write().unwrap();
    txn.open_table(STREAMS).unwrap().insert("navios.event", (3, 1, 1, 700, "")).unwrap();
    txn.commit().unwrap();
    drop(database);
    assert_eq!(damaged(&site.open()), [Part::Streams]);

    let site = filled();
    let database = site.database();
    let txn = database.begin_write().unwrap();
    txn.open_table(PENDING).unwrap().pop_first().unwrap();
    txn.commit().unwrap();
    drop(database);
    assert_eq!(damaged(&site.open()), [Part::Streams], "a batch that is gone without a trace");
}

#[test]
fn a_repair_replaces_what_is_damaged_and_leaves_the_rest() {
    let site = filled();
    let waiting = batches(&site.open(), "event").remove(0).id;
    alter_body(&site, &waiting, |body| body[40] ^= 1);
    let spool = site.open();
    assert_eq!(spool.replace_damaged().unwrap(), 1);
    assert_eq!(damaged(&spool), []);
    assert_eq!((spool.status().unwrap().records, spool.status().unwrap().damaged_batches), (2, 1));
    assert_eq!(spool.replace_damaged().unwrap(), 0);
}
