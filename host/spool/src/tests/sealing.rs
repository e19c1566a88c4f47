//! What lies on the disk is sealed, and opens only where it was put.

use std::collections::HashSet;
use std::fs;

use redb::{ReadableDatabase, ReadableTable};

use super::quarantine::{entry, keeping};
use super::support::{MARKER, Site, alter_body, at, batches, empty, records};
use crate::layout::{BODIES, BatchKey, CURSORS};
use crate::{Commit, Spool, SpoolError, SpoolKeys, cursor};

#[test]
fn no_file_of_the_spool_holds_a_record_a_cursor_a_state_or_a_quarantined_part() {
    let (site, _) = keeping();
    let (cursor, gate_state) = (Some(MARKER.into()), Some(MARKER.into()));
    let commit = Commit { cursor, gate_state, quarantined: vec![entry(1)], ..records("bead_qc", 1) };
    let spool = site.open();
    for _ in 0..20 {
        spool.commit(&commit).unwrap();
    }
    let first = batches(&spool, "bead_qc").remove(0);
    spool.landed(&first.id, at(1)).unwrap();
    drop(spool);
    let mut files = 0;
    for entry in fs::read_dir(site.folder()).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(MARKER.len()).any(|window| window == MARKER.as_bytes()));
        assert!(!bytes.windows(32).any(|window| window == site.key));
        files += 1;
    }
    assert_eq!(files, 1);
}

#[test]
fn one_changed_byte_anywhere_in_a_body_is_noticed() {
    let site = Site::new();
    site.open().commit(&records("bead_qc", 1)).unwrap();
    let batch = batches(&site.open(), "bead_qc").remove(0);
    let length = batch.body.len() + 28;
    for place in [0, 4, 11, 12, length / 2, length - 1] {
        alter_body(&site, &batch.id, |body| body[place] ^= 1);
        let peeked = site.open().peek().next().unwrap().unwrap();
        assert!(peeked.ndjson.is_none(), "byte {place}");
        alter_body(&site, &batch.id, |body| body[place] ^= 1);
    }
    assert!(site.open().peek().next().unwrap().unwrap().ndjson.is_some());
}

#[test]
fn a_body_copied_to_another_number_or_stream_does_not_open_there() {
    let site = Site::new();
    let spool = site.open();
    for name in ["bead_qc", "bead_qc", "event"] {
        spool.commit(&records(name, 1)).unwrap();
    }
    let (own, other) = (batches(&spool, "bead_qc"), batches(&spool, "event"));
    drop(spool);
    let sealed = {
        let database = site.database();
        let txn = database.begin_read().unwrap();
        let bodies = txn.open_table(BODIES).unwrap();
        bodies.get(BatchKey::from(&own[0].id).key()).unwrap().unwrap().value().to_vec()
    };
    for target in [&own[1].id, &other[0].id] {
        alter_body(&site, target, |body| body.clone_from(&sealed));
    }
    let opened: Vec<_> = site.open().peek().map(|peeked| peeked.unwrap().ndjson.is_some()).collect();
    assert_eq!(opened, [true, false, false]);
}

#[test]
fn a_cursor_of_another_family_or_an_altered_one_is_not_given() {
    let site = Site::new();
    site.open().commit(&Commit { cursor: Some(b"17".to_vec()), ..empty() }).unwrap();
    let copy = |from: &str, to: &str| {
        let database = site.database();
        let txn = database.begin_write().unwrap();
        {
            let mut cursors = txn.open_table(CURSORS).unwrap();
            let sealed = cursors.get(from).unwrap().unwrap().value().to_vec();
            cursors.insert(to, sealed.as_slice()).unwrap();
        }
        txn.commit().unwrap();
    };
    copy("navios", "dxflex");
    let spool = site.open();
    assert_eq!(spool.cursor(&"dxflex".parse().unwrap()).unwrap(), None);
    assert_eq!(spool.cursor(&"navios".parse().unwrap()).unwrap().unwrap(), b"17");
}

#[test]
fn no_nonce_is_used_twice_under_one_key() {
    let site = Site::new();
    let mut used = HashSet::new();
    for round in 0..4 {
        let spool = site.open();
        spool.commit(&Commit { cursor: Some(vec![1]), ..records("bead_qc", 1) }).unwrap();
        used.extend(prefixes(&spool));
        assert!(used.insert(given_up(&spool)), "round {round}");
        let before = used.len();
        spool.new_epoch().unwrap();
        spool.commit(&Commit { cursor: Some(vec![2]), ..empty() }).unwrap();
        let moved = round + 1;
        used.extend(prefixes(&spool));
        assert_eq!(used.len(), before + moved + 1, "all bodies and the cursor were sealed anew");
    }
}

#[test]
fn each_opening_seals_under_a_new_data_key() {
    let site = Site::new();
    for _ in 0..3 {
        site.open().commit(&records("bead_qc", 1)).unwrap();
    }
    let keys: HashSet<_> = prefixes(&site.open()).into_iter().map(|prefix| prefix[..4].to_vec()).collect();
    assert_eq!(keys.len(), 3);
}

/// Data key and nonce of all that is sealed now.
fn prefixes(spool: &Spool) -> Vec<Vec<u8>> {
    let read = |txn: &redb::ReadTransaction| {
        let mut prefixes = Vec::new();
        for row in txn.open_table(BODIES)?.iter()? {
            prefixes.push(row?.1.value()[..12].to_vec());
        }
        for row in txn.open_table(CURSORS)?.iter()? {
            prefixes.push(row?.1.value()[..12].to_vec());
        }
        Ok(prefixes)
    };
    spool.store.read(read).unwrap()
}

/// Data key and nonce of something sealed in a transaction that did not take place.
fn given_up(spool: &Spool) -> Vec<u8> {
    let mut prefix = Vec::new();
    let family = "dxflex".parse().unwrap();
    let outcome = spool.store.write(|txn| {
        cursor::CURSORS.put(txn, &spool.sealer, &family, Some(b"17"))?;
        prefix = txn.open_table(CURSORS)?.get("dxflex")?.unwrap().value()[..12].to_vec();
        Err::<(), _>(SpoolError::Row { table: "none" })
    });
    outcome.unwrap_err();
    assert_eq!(spool.cursor(&family).unwrap(), None);
    prefix
}

#[test]
fn keys_are_not_shown() {
    let keys = SpoolKeys::new(&[0xab; 32]).unwrap();
    assert_eq!(format!("{keys:?}"), "SpoolKeys(..)");
}
