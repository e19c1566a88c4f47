//! Transactions on the database, and its reopening after the disk has failed.
//!
//! A write transaction is durable when [`Store::write`] returns and gone whole when its work gives an error.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use redb::{
    Database, DatabaseError, ReadTransaction, ReadableDatabase, ReadableTable, Table, WriteTransaction,
};

use crate::SpoolError;
use crate::disk::{self, Medium};
use crate::error::Failure;

/// The open database. `None` between a failure of the disk and the next successful opening.
pub(crate) struct Store {
    medium: Box<dyn Medium>,
    failed: Arc<AtomicBool>,
    database: RwLock<Option<Database>>,
}

impl Store {
    /// Opens or creates the database on `medium`.
    pub(crate) fn open(medium: Box<dyn Medium>, thorough: bool) -> Result<Self, DatabaseError> {
        let failed = Arc::new(AtomicBool::new(false));
        let database = disk::open(medium.as_ref(), &failed, thorough)?;
        Ok(Self { medium, failed, database: RwLock::new(Some(database)) })
    }

    /// Runs `work` on the last committed state. Must not be nested in another transaction of this store.
    pub(crate) fn read<T>(
        &self,
        work: impl FnOnce(&ReadTransaction) -> Result<T, SpoolError>,
    ) -> Result<T, SpoolError> {
        self.with(|database| work(&database.begin_read()?))
    }

    /// Runs `work` and makes what it wrote durable; nothing of it stays if it gives an error. Must not be nested.
    pub(crate) fn write<T, E: Failure>(
        &self,
        work: impl FnOnce(&WriteTransaction) -> Result<T, E>,
    ) -> Result<T, E> {
        self.with(|database| {
            let mut transaction = database.begin_write().map_err(SpoolError::from)?;
            // Saves the allocator's state with each commit, so that opening after a crash scans nothing.
            transaction.set_quick_repair(true);
            let done = work(&transaction)?;
            transaction.commit().map_err(SpoolError::from)?;
            Ok(done)
        })
    }

    /// Room left on the disk, in bytes.
    pub(crate) fn free_bytes(&self) -> Result<u64, SpoolError> {
        self.medium.free_bytes().map_err(|error| redb::StorageError::Io(error).into())
    }

    fn with<T, E: Failure>(&self, work: impl FnOnce(&Database) -> Result<T, E>) -> Result<T, E> {
        self.reopen_after_failure()?;
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        let result = match database.as_ref() {
            // redb may panic on pages that were altered behind its back.
            Some(database) => catch_unwind(AssertUnwindSafe(|| work(database)))
                .unwrap_or_else(|_| Err(E::from(SpoolError::Damaged))),
            None => Err(E::from(redb::StorageError::PreviousIo.into())),
        };
        if result.as_ref().is_err_and(Failure::is_damage) {
            self.medium.suspect();
        }
        result
    }

    fn reopen_after_failure(&self) -> Result<(), SpoolError> {
        if !self.failed.load(Ordering::Acquire) {
            return Ok(());
        }
        let mut database = self.database.write().unwrap_or_else(PoisonError::into_inner);
        if self.failed.swap(false, Ordering::AcqRel) || database.is_none() {
            // Closed first: it holds the lock on the file.
            *database = None;
            let reopened = disk::open(self.medium.as_ref(), &self.failed, false);
            // Closing and reopening may fail at the disk again: then the next call tries once more.
            self.failed.store(reopened.is_err(), Ordering::Release);
            *database = Some(reopened?);
        }
        Ok(())
    }
}

/// Adds to a sum in a table of counters.
pub(crate) fn add(table: &mut Table<'_, &'static str, u64>, name: &str, by: u64) -> Result<(), SpoolError> {
    let sum = counter(table, name)?;
    table.insert(name, sum.saturating_add(by))?;
    Ok(())
}

/// Takes from a sum in a table of counters.
pub(crate) fn subtract(
    table: &mut Table<'_, &'static str, u64>,
    name: &str,
    by: u64,
) -> Result<(), SpoolError> {
    let sum = counter(table, name)?;
    table.insert(name, sum.saturating_sub(by))?;
    Ok(())
}

/// A sum in a table of counters; 0 if nothing was counted yet.
pub(crate) fn counter(table: &impl ReadableTable<&'static str, u64>, name: &str) -> Result<u64, SpoolError> {
    Ok(table.get(name)?.map_or(0, |sum| sum.value()))
}
