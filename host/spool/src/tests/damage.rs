//! Damage is set aside, said aloud and counted; the rest goes on.

use std::fs;
use std::io::{Seek as _, SeekFrom, Write as _};

use labrelay_model::Reason;

use super::support::{Site, alter_body, at, batches, read, records, stream};
use crate::layout::{BODIES, BatchKey, META, META_FORMAT};
use crate::{CommitError, OpenError, Spool};

#[test]
fn a_damaged_batch_is_replaced_by_a_tombstone_and_the_others_go_on() {
    let site = Site::new();
    for _ in 0..3 {
        site.open().commit(&records("bead_qc", 2)).unwrap();
    }
    let before = batches(&site.open(), "bead_qc");
    alter_body(&site, &before[1].id, |body| body[40] ^= 0x80);
    let spool = site.open();
    let after = batches(&spool, "bead_qc");
    assert_eq!((&after[0], &after[2]), (&before[0], &before[2]));
    let (header, _) = read(&after[1]);
    assert_eq!((after[1].id.seq, header.tombstone), (before[1].id.seq, Some(Reason::DamagedInSpool)));
    assert_eq!((spool.status().unwrap().damaged_batches, spool.status().unwrap().records), (1, 4));
    let counts = spool.refused_counts().unwrap();
    assert_eq!((counts[0].reason, counts[0].records), (Reason::DamagedInSpool, 2));
}

#[test]
fn a_body_that_is_gone_is_replaced_as_well() {
    let site = Site::new();
    site.open().commit(&records("bead_qc", 2)).unwrap();
    let batch = batches(&site.open(), "bead_qc").remove(0);
    let database = site.database();
    let txn = database.begin_write().unwrap();
    txn.open_table(BODIES).unwrap().remove(BatchKey::from(&batch.id).key()).unwrap();
    txn.commit().unwrap();
    drop(database);
    let tombstone = batches(&site.open(), "bead_qc").remove(0);
    assert_eq!(read(&tombstone).0.tombstone, Some(Reason::DamagedInSpool));
}

#[test]
fn a_file_that_is_no_database_is_set_aside_whole() {
    for (n, garbage) in [vec![0u8; 10_000], b"not a database".repeat(1000), vec![1]].into_iter().enumerate() {
        let site = Site::new();
        let old = site.try_open().unwrap().1.epoch;
        fs::write(site.file(), &garbage).unwrap();
        let (spool, report) = site.try_open().unwrap();
        let aside = report.set_aside.unwrap();
        assert!(report.created && report.epoch != old && !aside.other_key, "case {n}");
        assert_eq!(fs::read(&aside.path).unwrap(), garbage);
        spool.commit(&records("bead_qc", 1)).unwrap();
    }
}

#[test]
fn a_truncated_or_overwritten_database_never_stops_the_service() {
    let site = Site::new();
    let spool = site.open();
    for _ in 0..50 {
        spool.commit(&records("bead_qc", 100)).unwrap();
    }
    drop(spool);
    let sound = fs::read(site.file()).unwrap();
    let half = sound.len() as u64 / 2;
    let ways: [&dyn Fn(&fs::File); 4] = [
        &|file| file.set_len(half).unwrap(),
        &|file| file.set_len(512).unwrap(),
        &|file| write_at(file, &[0xff; 64], 64),
        &|file| write_at(file, &[0; 320], 0),
    ];
    for damage in ways {
        fs::write(site.file(), &sound).unwrap();
        damage(&fs::File::options().write(true).open(site.file()).unwrap());
        let (spool, report) = site.try_open().unwrap();
        assert_eq!(report.created, report.set_aside.is_some() && report.salvaged.is_none());
        spool.commit(&records("bead_qc", 1)).unwrap();
    }
}

fn write_at(mut file: &fs::File, bytes: &[u8], place: u64) {
    file.seek(SeekFrom::Start(place)).unwrap();
    file.write_all(bytes).unwrap();
}

#[test]
fn a_page_damaged_under_way_costs_one_restart_at_most() {
    let site = Site::new();
    let spool = site.open();
    for _ in 0..50 {
        spool.commit(&records("bead_qc", 100)).unwrap();
    }
    drop(spool);
    let sound = fs::read(site.file()).unwrap();
    for page in (1..sound.len() / 4096).step_by(7) {
        let mut damaged = sound.clone();
        damaged[page * 4096..][..4096].fill(0xa5);
        fs::write(site.file(), &damaged).unwrap();
        if use_it(&site.open()).is_err() {
            use_it(&site.open()).unwrap();
        }
    }
}

/// Whatever a host does with its spool.
fn use_it(spool: &Spool) -> Result<(), CommitError> {
    let stream = stream("bead_qc");
    while let Some(batch) = spool.next_batch(&stream, None)? {
        spool.landed(&batch.id, at(1))?;
    }
    spool.status()?;
    spool.marks()?;
    spool.ledger()?;
    spool.commit(&records("bead_qc", 100)).map(|_| ())
}

#[test]
fn a_spool_of_another_key_is_set_aside_and_can_be_put_back() {
    let mut site = Site::new();
    site.open().commit(&records("bead_qc", 2)).unwrap();
    site.key = [8; 32];
    let (spool, report) = site.try_open().unwrap();
    let aside = report.set_aside.unwrap();
    assert!(aside.other_key && report.created);
    drop(spool);
    fs::rename(aside.path, site.file()).unwrap();
    site.key = [7; 32];
    assert_eq!(batches(&site.open(), "bead_qc").len(), 1);
}

#[test]
fn a_second_process_is_told_that_the_spool_is_in_use() {
    let site = Site::new();
    let _open = site.open();
    let refused = site.try_open().unwrap_err();
    assert!(matches!(&refused, OpenError::Locked { path } if *path == site.file()), "{refused}");
}

#[test]
fn a_newer_format_is_left_alone() {
    let site = Site::new();
    drop(site.open());
    let database = site.database();
    let txn = database.begin_write().unwrap();
    txn.open_table(META).unwrap().insert(META_FORMAT, 2u32.to_be_bytes().as_slice()).unwrap();
    txn.commit().unwrap();
    drop(database);
    let refused = site.try_open().unwrap_err();
    assert!(matches!(refused, OpenError::NewerFormat { found: 2, readable: 1, .. }), "{refused}");
    assert_eq!(fs::read_dir(site.folder()).unwrap().count(), 1, "nothing was set aside");
}

#[cfg(unix)] // on Windows it is a list of rights, which `labrelay-os` tests
#[test]
fn a_folder_that_others_may_enter_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let site = Site::new();
    drop(site.open());
    fs::set_permissions(site.folder(), fs::Permissions::from_mode(0o755)).unwrap();
    let keys = crate::SpoolKeys::new(&site.key).unwrap();
    let refused = Spool::open(&site.folder(), site.config.clone(), keys, at(0)).unwrap_err().to_string();
    assert!(refused.contains("chmod 700"), "{refused}");
}
