//! A disk in memory whose power can be cut: what was not synced is then kept, lost or torn, in any order.
//!
//! A sector is written whole or not at all, as disks promise; everything else about an unsynced write is left to chance.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use redb::StorageBackend;

use super::chance::Chance;
use crate::disk::Medium;

/// What a disk writes whole or not at all, in bytes.
const SECTOR: usize = 512;

/// Whether the disk keeps its word when it is asked to sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sync {
    Honest,
    /// It says yes and does nothing, as some cheap ones do: the negative control.
    Lying,
}

/// What goes wrong at a call that writes, syncs or resizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    None,
    /// This many calls go well, then one fails.
    OneErrorAfter(u32),
    /// This many calls go well, then none does: the power is gone.
    PowerCutAfter(u32),
    /// There is no room.
    Full,
}

/// The disk; clones are the same one.
#[derive(Debug, Clone)]
pub(super) struct Disk(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    sync: Sync,
    fault: Fault,
    /// What a power cut leaves.
    durable: Vec<u8>,
    /// What readers see.
    seen: Vec<u8>,
    unsynced: Vec<Change>,
    /// Unsynced writes of which a cut has kept a part.
    torn: u64,
}

#[derive(Debug, Clone)]
enum Change {
    Write(usize, Vec<u8>),
    Length(usize),
}

impl Disk {
    pub(super) fn new(sync: Sync) -> Self {
        let (durable, seen, unsynced) = Default::default();
        Self(Arc::new(Mutex::new(State { sync, fault: Fault::None, durable, seen, unsynced, torn: 0 })))
    }

    pub(super) fn set_fault(&self, fault: Fault) {
        self.state().fault = fault;
    }

    /// What is wrong with it now. One error that has struck is over.
    pub(super) fn fault(&self) -> Fault {
        self.state().fault
    }

    /// Unsynced writes that cuts have torn so far.
    pub(super) fn torn(&self) -> u64 {
        self.state().torn
    }

    /// The power comes back: what was not synced is there, gone or torn.
    pub(super) fn restart(&self, chance: &mut Chance) {
        let state = &mut *self.state();
        let mut unsynced = std::mem::take(&mut state.unsynced);
        chance.shuffle(&mut unsynced);
        for change in &unsynced {
            state.torn += u64::from(apply_in_part(&mut state.durable, change, chance));
        }
        state.seen = state.durable.clone();
        state.fault = Fault::None;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: Change) -> io::Result<()> {
        let state = &mut *self.state();
        state.call()?;
        apply(&mut state.seen, &change);
        state.unsynced.push(change);
        Ok(())
    }
}

impl State {
    fn call(&mut self) -> io::Result<()> {
        match &mut self.fault {
            Fault::None => Ok(()),
            Fault::Full => Err(io::ErrorKind::StorageFull.into()),
            Fault::PowerCutAfter(0) => Err(io::Error::other("no power")),
            Fault::OneErrorAfter(0) => {
                self.fault = Fault::None;
                Err(io::Error::other("one error"))
            }
            Fault::OneErrorAfter(calls) | Fault::PowerCutAfter(calls) => {
                *calls -= 1;
                Ok(())
            }
        }
    }
}

fn apply(content: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Write(offset, data) => write(content, *offset, data),
        Change::Length(length) => content.resize(*length, 0),
    }
}

fn write(content: &mut Vec<u8>, offset: usize, data: &[u8]) {
    content.resize(content.len().max(offset + data.len()), 0);
    content[offset..offset + data.len()].copy_from_slice(data);
}

/// Whole, not at all, or each sector by chance; tells whether it was torn.
fn apply_in_part(content: &mut Vec<u8>, change: &Change, chance: &mut Chance) -> bool {
    let Change::Write(offset, data) = change else {
        // A file's length is its metadata: there or not.
        if chance.one_in(2) {
            apply(content, change);
        }
        return false;
    };
    match chance.below(3) {
        0 => false,
        1 => {
            write(content, *offset, data);
            false
        }
        _ => {
            let (mut kept, mut from) = (0, 0);
            while from < data.len() {
                let to = ((offset + from) / SECTOR + 1) * SECTOR - offset;
                let to = to.min(data.len());
                if chance.one_in(2) {
                    write(content, offset + from, &data[from..to]);
                    kept += to - from;
                }
                from = to;
            }
            (1..data.len()).contains(&kept)
        }
    }
}

impl Medium for Disk {
    fn open(&self) -> io::Result<Box<dyn StorageBackend>> {
        Ok(Box::new(self.clone()))
    }

    fn free_bytes(&self) -> io::Result<u64> {
        Ok(u64::MAX)
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.state().seen.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let state = self.state();
        let from = usize::try_from(offset).unwrap();
        let part = state.seen.get(from..from + out.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
        out.copy_from_slice(part);
        Ok(())
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        self.change(Change::Length(usize::try_from(length).unwrap()))
    }

    fn sync_data(&self) -> io::Result<()> {
        let state = &mut *self.state();
        state.call()?;
        if state.sync == Sync::Honest {
            state.durable = state.seen.clone();
            state.unsynced.clear();
        }
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.change(Change::Write(usize::try_from(offset).unwrap(), data.to_vec()))
    }
}
