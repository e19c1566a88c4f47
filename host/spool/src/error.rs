//! What can go wrong with the spool, a variant per decision. No error holds content of a record.

use std::path::PathBuf;

use labrelay_model::{BatchId, StreamId};

use crate::KeyError;

/// Why the spool can't be opened. A damaged database is no such reason: it is set aside.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it open.
    #[error("{path} is in use by another process: is the service running already?")]
    Locked {
        /// The database.
        path: PathBuf,
    },
    /// A newer build wrote it.
    #[error(
        "{path} has format {found}, but this version reads {readable}: start the newer version again, \
         or move the file away to begin a new spool"
    )]
    NewerFormat {
        /// The database.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// Ours.
        readable: u32,
    },
    /// The folder is open to others, or can't be used.
    #[error(transparent)]
    Folder(#[from] labrelay_os::private::PrivateError),
    /// A damaged database can't be renamed.
    #[error("{path} is damaged and can't be set aside: {source}; rename or remove it by hand")]
    SetAside {
        /// The database.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// No random bytes, or the cryptographic library refused.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The disk, or the database on it.
    #[error(transparent)]
    Spool(#[from] SpoolError),
}

/// Why something could not be read from the spool or written to it. Nothing is lost: the transaction took place
/// whole or not at all.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// No room left on the device, or a quota is reached.
    #[error("the spool's disk is full: free some space; nothing is lost, and the spool goes on by itself")]
    DiskFull,
    /// The disk or the database reported another error; the database is reopened at the next call.
    #[error("the spool's disk or database failed: {0}")]
    Storage(#[source] Box<redb::Error>),
    /// A page of the database is not as it was written.
    #[error("the spool's database is damaged: restart the service, which then checks it and sets it aside")]
    Damaged,
    /// A row that no version wrote so.
    #[error("the spool's table `{table}` holds a row that this version can't read: report it")]
    Row {
        /// The table.
        table: &'static str,
    },
    /// The receiver refused even a tombstone.
    #[error("batch {} of {} is a tombstone already and was refused again: see the receiver's log", .id.seq, .id.stream)]
    TombstoneRefused {
        /// The batch.
        id: Box<BatchId>,
    },
    /// A message of the quarantine is gone, or not the one that was opened.
    #[error("the message was purged or requeued by someone else meanwhile: list the quarantine again")]
    MessageChanged,
    /// Entries that stay in the quarantine can't be sealed.
    #[error("what stays refused can't be sealed again: the configuration names no quarantine.recipient")]
    NoRecipient,
    /// Sealing, compressing or encoding failed.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// zstd gave up: it has no memory.
    #[error("a batch can't be compressed: {0}")]
    Compress(#[source] std::io::Error),
}

/// Why a commit did not take place. After [`CommitError::Spool`] it may be there nevertheless, whole, where the disk
/// failed in its last step: read the cursor again before going on. Otherwise nothing of it was written.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// The spool holds as much as it may. Pause the collectors until batches have landed.
    #[error("the spool is full: it holds {held} of {max} bytes and this commit needs {needed}")]
    Full {
        /// What it holds.
        held: u64,
        /// What the commit would add.
        needed: u64,
        /// The configured bound.
        max: u64,
    },
    /// A record line is longer than a batch may be.
    #[error("a record line of {stream} has {bytes} bytes, more than a batch holds")]
    LineTooLong {
        /// The stream.
        stream: StreamId,
        /// Its length.
        bytes: usize,
    },
    /// The lines are not as many as was vouched for, or the last does not end.
    #[error("lines of {stream} do not match their count")]
    LineCount {
        /// The stream.
        stream: StreamId,
    },
    /// The disk, the database or a key.
    #[error(transparent)]
    Spool(#[from] SpoolError),
}

macro_rules! from_redb {
    ($($error:ident),+) => {
        $(impl From<redb::$error> for SpoolError {
            fn from(error: redb::$error) -> Self {
                storage(error.into())
            }
        }

        impl From<redb::$error> for CommitError {
            fn from(error: redb::$error) -> Self {
                CommitError::Spool(error.into())
            }
        })+
    };
}
from_redb!(DatabaseError, TransactionError, TableError, StorageError, CommitError);

fn storage(error: redb::Error) -> SpoolError {
    use std::io::ErrorKind::{QuotaExceeded, StorageFull};
    match &error {
        redb::Error::Io(io) if matches!(io.kind(), StorageFull | QuotaExceeded) => SpoolError::DiskFull,
        redb::Error::Corrupted(_) => SpoolError::Damaged,
        _ => SpoolError::Storage(Box::new(error)),
    }
}

/// An error of a transaction's work, seen as what it says of the database.
pub(crate) trait Failure: From<SpoolError> {
    /// Whether the database is damaged.
    fn is_damage(&self) -> bool;
}

impl Failure for SpoolError {
    fn is_damage(&self) -> bool {
        matches!(self, SpoolError::Damaged)
    }
}

impl Failure for CommitError {
    fn is_damage(&self) -> bool {
        matches!(self, CommitError::Spool(error) if error.is_damage())
    }
}
