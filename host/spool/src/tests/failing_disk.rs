//! A disk that is full or fails: the commit is refused, nothing is lost, and the spool goes on by itself.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use redb::StorageBackend;
use redb::backends::InMemoryBackend;

use super::support::{at, batches, records};
use crate::disk::Medium;
use crate::open::prepare;
use crate::seal::Sealer;
use crate::{Commit, CommitError, Spool, SpoolConfig, SpoolError, SpoolKeys};

/// A disk in memory that keeps its content when closed, and fails on demand.
#[derive(Debug, Clone, Default)]
struct Disk {
    content: Arc<InMemoryBackend>,
    full: Arc<AtomicBool>,
    nearly_full: Arc<AtomicBool>,
    calls_left: Arc<AtomicU64>,
}

impl Disk {
    fn new() -> Self {
        let disk = Self::default();
        disk.calls_left.store(u64::MAX, Ordering::SeqCst);
        disk
    }

    fn call(&self) -> io::Result<()> {
        if self.full.load(Ordering::SeqCst) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let left = self.calls_left.load(Ordering::SeqCst);
        if left == 0 {
            return Err(io::Error::other("pulled out"));
        }
        self.calls_left.store(left - 1, Ordering::SeqCst);
        Ok(())
    }

    fn open(&self) -> Spool {
        let sealer = Sealer::new(SpoolKeys::new(&[7; 32]).unwrap());
        let (store, _) = prepare(Box::new(self.clone()), &sealer, false).ok().unwrap();
        Spool::assemble(store, SpoolConfig::default(), sealer).unwrap()
    }
}

impl Medium for Disk {
    fn open(&self) -> io::Result<Box<dyn StorageBackend>> {
        Ok(Box::new(self.clone()))
    }

    fn free_bytes(&self) -> io::Result<u64> {
        Ok(if self.nearly_full.load(Ordering::SeqCst) { 1024 * 1024 } else { u64::MAX })
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        self.content.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.content.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.call()?;
        self.content.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.call()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.call()?;
        self.content.write(offset, data)
    }
}

#[test]
fn a_full_disk_refuses_commits_and_loses_nothing() {
    let disk = Disk::new();
    let spool = disk.open();
    spool.commit(&records("bead_qc", 5)).unwrap();
    let before = batches(&spool, "bead_qc");
    disk.full.store(true, Ordering::SeqCst);
    for _ in 0..3 {
        let refused = spool.commit(&records("bead_qc", 5)).unwrap_err();
        assert!(matches!(refused, CommitError::Spool(SpoolError::DiskFull)), "{refused}");
    }
    disk.full.store(false, Ordering::SeqCst);
    assert_eq!(batches(&spool, "bead_qc"), before);
    spool.commit(&records("bead_qc", 5)).unwrap();
    assert_eq!(batches(&spool, "bead_qc").len(), 2);
}

#[test]
fn commits_leave_the_room_that_landing_needs() {
    let disk = Disk::new();
    let spool = disk.open();
    spool.commit(&records("bead_qc", 5)).unwrap();
    disk.nearly_full.store(true, Ordering::SeqCst);
    let refused = spool.commit(&records("bead_qc", 5)).unwrap_err();
    assert!(matches!(refused, CommitError::Spool(SpoolError::DiskFull)), "{refused}");
    let batch = batches(&spool, "bead_qc").remove(0);
    assert!(spool.landed(&batch.id, at(1)).unwrap());
    disk.nearly_full.store(false, Ordering::SeqCst);
    spool.commit(&records("bead_qc", 5)).unwrap();
}

/// Lets the n-th call to the disk fail, for n = 0, 1, 2 … until a commit needs no more calls than that.
#[test]
fn whichever_call_fails_a_commit_is_there_whole_or_not_at_all() {
    let mut clean = false;
    for calls in 0..500 {
        let disk = Disk::new();
        let spool = disk.open();
        let remembering =
            |count| Commit { gate_state: Some(vec![1; count]), ..records("bead_qc", count as u32) };
        spool.commit(&remembering(1)).unwrap();
        disk.calls_left.store(calls, Ordering::SeqCst);
        let result = spool.commit(&remembering(2));
        clean = result.is_ok() && disk.calls_left.load(Ordering::SeqCst) > 0;
        disk.calls_left.store(u64::MAX, Ordering::SeqCst);
        let kept = batches(&spool, "bead_qc").len();
        assert!(kept == 2 || (kept == 1 && result.is_err()), "call {calls}: {kept} batches");
        let status = spool.status().unwrap();
        assert_eq!((status.batches as usize, status.records), (kept, 1 + 2 * (kept as u64 - 1)));
        let state = spool.gate_state(&"navios".parse().unwrap()).unwrap().unwrap();
        assert_eq!(state.len(), kept, "the gate's state is that of the last commit that took place");
        spool.commit(&records("bead_qc", 3)).unwrap();
        drop(spool);
        assert_eq!(batches(&disk.open(), "bead_qc").len(), kept + 1);
        if clean {
            break;
        }
    }
    assert!(clean, "a commit needs fewer than 500 calls");
}
