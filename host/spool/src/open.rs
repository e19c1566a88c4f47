//! Opening: a missing spool is made; one that can't be used is set aside whole, what can be read of it is taken over,
//! and the service goes on.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};

use labrelay_model::{Epoch, Timestamp};
use labrelay_os::{file, private};
use redb::{DatabaseError, ReadTransaction, StorageError, WriteTransaction};

use crate::body::Packer;
use crate::disk::{FileMedium, Medium, check_mark};
use crate::layout::{self, FILE_NAME, FORMAT, META, META_EPOCH, META_FORMAT};
use crate::salvage::{Salvaged, salvage};
use crate::seal::Sealer;
use crate::store::Store;
use crate::{OpenError, Spool, SpoolConfig, SpoolError, SpoolKeys, accounts, backlog, keys};

/// Greatest number of databases set aside in one folder: more would mean a dying disk, and fill it.
const MAX_SET_ASIDE: u32 = 100;

/// What opening found and did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenReport {
    /// The spool's life; new if it was created.
    pub epoch: Epoch,
    /// Whether there was no usable spool.
    pub created: bool,
    /// The database that could not be used. Nothing of it is deleted.
    pub set_aside: Option<SetAside>,
    /// What was taken over from that one. `None` if nothing could be told apart from damage: all begins anew.
    pub salvaged: Option<Salvaged>,
    /// Batches that an interrupted change of epoch had left to move.
    pub moved: u64,
}

/// A database that was renamed because it can't be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// Where it lies now.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// Whether the database is sound but sealed by another storage key: put that key and this file back, and
    /// its batches can still be sent.
    pub other_key: bool,
}

/// Why a database is not used.
pub(crate) enum Unusable {
    Damaged,
    OtherKey,
    Refused(OpenError),
}

impl<E: Into<SpoolError>> From<E> for Unusable {
    fn from(error: E) -> Self {
        match error.into() {
            SpoolError::Damaged | SpoolError::Row { .. } => Unusable::Damaged,
            error => Unusable::Refused(error.into()),
        }
    }
}

impl Spool {
    /// Opens the spool in `dir`, which is made for its owner alone if it is missing. Takes no longer with a large
    /// backlog, except after damage or an interrupted change of epoch.
    pub fn open(
        dir: &Path,
        config: SpoolConfig,
        keys: SpoolKeys,
        now: Timestamp,
    ) -> Result<(Self, OpenReport), OpenError> {
        private::create_dir(dir)?;
        let path = dir.join(FILE_NAME);
        finish_salvage(&path)?;
        let mut sealer = Sealer::new(keys);
        let (mut set_aside, mut salvaged) = (None, None);
        let thorough = check_mark(&path).exists();
        let (store, created) = match prepare(Box::new(FileMedium(path.clone())), &sealer, thorough) {
            Ok(prepared) => prepared,
            Err(Unusable::Refused(error)) => return Err(at_path(error, &path)),
            Err(unusable) => {
                let other_key = matches!(unusable, Unusable::OtherKey);
                let shared = Mutex::new(sealer);
                salvaged = if other_key { None } else { salvage(&path, &taken_over(&path), &shared)? };
                sealer = shared.into_inner().unwrap_or_else(PoisonError::into_inner);
                set_aside = Some(put_aside(&path, other_key)?);
                take_over(&path, salvaged)?;
                prepare(Box::new(FileMedium(path.clone())), &sealer, false)
                    .map_err(|error| refused(error, &path))?
            }
        };
        if thorough {
            // Left there, it only makes the next start check once more.
            let _ = file::remove(&check_mark(&path));
        }
        let spool = Self::assemble(store, config, sealer)?;
        let moved = spool.finish_moving()?;
        spool.sent().purge(now)?;
        spool.purge_quarantine(now)?;
        let epoch = spool.epoch()?;
        Ok((spool, OpenReport { epoch, created, set_aside, salvaged, moved }))
    }

    pub(crate) fn assemble(store: Store, config: SpoolConfig, sealer: Sealer) -> Result<Self, OpenError> {
        Ok(Self {
            store,
            config,
            packer: Packer::new()?,
            sealer: Mutex::new(sealer),
            full: AtomicBool::new(false),
        })
    }

    /// The spool's life.
    pub fn epoch(&self) -> Result<Epoch, SpoolError> {
        self.store.read(|txn| backlog::epoch(&txn.open_table(META)?))
    }
}

/// Opens what lies on `medium`, makes it a spool if it is empty, and checks that this build and key can use it.
pub(crate) fn prepare(
    medium: Box<dyn Medium>,
    sealer: &Sealer,
    thorough: bool,
) -> Result<(Store, bool), Unusable> {
    // redb may panic on a file that was altered behind its back.
    let opened = catch_unwind(AssertUnwindSafe(|| Store::open(medium, thorough)));
    let store = opened.map_err(|_| Unusable::Damaged)?.map_err(not_opened)?;
    let is_new = store.read(|txn| Ok(txn.list_tables()?.next().is_none()))?;
    if is_new {
        let proof = sealer.proof().map_err(OpenError::Key).map_err(Unusable::Refused)?;
        let epoch = keys::random::<16>().map_err(OpenError::Key).map_err(Unusable::Refused)?;
        store.write(|txn| found(txn, &epoch, &proof))?;
    } else {
        let verdict = catch_unwind(AssertUnwindSafe(|| store.read(|txn| Ok(inspect(txn, sealer)))));
        verdict.map_err(|_| Unusable::Damaged)???;
        complete(&store)?;
    }
    Ok((store, is_new))
}

fn not_opened(error: DatabaseError) -> Unusable {
    use std::io::ErrorKind::{InvalidData, UnexpectedEof};
    match error {
        DatabaseError::DatabaseAlreadyOpen | DatabaseError::LockProtocolMismatch => {
            Unusable::Refused(OpenError::Locked { path: FILE_NAME.into() })
        }
        DatabaseError::UpgradeRequired(_) | DatabaseError::RepairAborted => Unusable::Damaged,
        DatabaseError::Storage(StorageError::Io(io)) if matches!(io.kind(), InvalidData | UnexpectedEof) => {
            Unusable::Damaged
        }
        error => error.into(),
    }
}

/// Makes the tables of a new spool.
fn found(txn: &WriteTransaction, epoch: &[u8; 16], proof: &[u8]) -> Result<(), SpoolError> {
    let mut meta = txn.open_table(META)?;
    meta.insert(META_FORMAT, FORMAT.to_be_bytes().as_slice())?;
    meta.insert(META_EPOCH, epoch.as_slice())?;
    txn.open_table(layout::DATA_KEYS)?.insert(0, proof)?;
    txn.open_table(layout::STREAMS)?;
    txn.open_table(layout::PENDING)?;
    txn.open_table(layout::BODIES)?;
    txn.open_table(layout::SENT)?;
    txn.open_table(layout::DAMAGED)?;
    txn.open_table(layout::CURSORS)?;
    txn.open_table(layout::SEEN)?;
    txn.open_table(layout::LEDGER)?;
    txn.open_table(layout::REFUSED)?;
    txn.open_table(layout::QUARANTINE)?;
    txn.open_table(layout::COUNTERS)?;
    add_later_tables(txn)
}

/// Tables that spools of earlier builds do not have.
fn add_later_tables(txn: &WriteTransaction) -> Result<(), SpoolError> {
    txn.open_table(layout::QUARANTINE_COUNTS)?;
    txn.open_table(layout::GATE_STATE)?;
    txn.open_table(layout::GAPS)?;
    txn.open_table(layout::READ)?;
    txn.open_table(layout::LANDED)?;
    txn.open_table(layout::LOGS)?;
    Ok(())
}

/// Makes what a spool of an earlier build lacks.
fn complete(store: &Store) -> Result<(), SpoolError> {
    let (has_all, has_accounts) = store.read(|txn| {
        let accounts = is_there(txn.open_table(layout::READ))? && is_there(txn.open_table(layout::LANDED))?;
        let others = is_there(txn.open_table(layout::QUARANTINE_COUNTS))?
            && is_there(txn.open_table(layout::GATE_STATE))?
            && is_there(txn.open_table(layout::GAPS))?
            && is_there(txn.open_table(layout::LOGS))?;
        Ok((accounts && others, accounts))
    })?;
    if has_all {
        return Ok(());
    }
    store.write(|txn| {
        add_later_tables(txn)?;
        if has_accounts { Ok(()) } else { accounts::open_from_ledger(txn) }
    })
}

fn is_there<T>(opened: Result<T, redb::TableError>) -> Result<bool, SpoolError> {
    match opened {
        Err(redb::TableError::TableDoesNotExist(_)) => Ok(false),
        opened => Ok(opened.map(|_| true)?),
    }
}

/// Checks version, storage key and tables of a spool that was there.
fn inspect(txn: &ReadTransaction, sealer: &Sealer) -> Result<(), Unusable> {
    check_format(txn)?;
    txn.open_table(layout::STREAMS).map_err(foreign)?;
    txn.open_table(layout::PENDING).map_err(foreign)?;
    txn.open_table(layout::BODIES).map_err(foreign)?;
    txn.open_table(layout::SENT).map_err(foreign)?;
    txn.open_table(layout::DAMAGED).map_err(foreign)?;
    txn.open_table(layout::CURSORS).map_err(foreign)?;
    txn.open_table(layout::SEEN).map_err(foreign)?;
    txn.open_table(layout::LEDGER).map_err(foreign)?;
    txn.open_table(layout::REFUSED).map_err(foreign)?;
    txn.open_table(layout::QUARANTINE).map_err(foreign)?;
    txn.open_table(layout::COUNTERS).map_err(foreign)?;
    let data_keys = txn.open_table(layout::DATA_KEYS).map_err(foreign)?;
    let proof = data_keys.get(0)?.ok_or(Unusable::Damaged)?;
    if sealer.proves(proof.value()) { Ok(()) } else { Err(Unusable::OtherKey) }
}

fn check_format(txn: &ReadTransaction) -> Result<(), Unusable> {
    let meta = txn.open_table(META).map_err(foreign)?;
    let format = meta.get(META_FORMAT)?.ok_or(Unusable::Damaged)?;
    let found = format.value().try_into().map(u32::from_be_bytes).map_err(|_| Unusable::Damaged)?;
    if found > FORMAT {
        let path = FILE_NAME.into();
        return Err(Unusable::Refused(OpenError::NewerFormat { path, found, readable: FORMAT }));
    }
    backlog::epoch(&meta)?;
    Ok(())
}

/// A table that is missing or of another type: not what we wrote.
fn foreign(error: redb::TableError) -> Unusable {
    match error {
        redb::TableError::Storage(error) => error.into(),
        _ => Unusable::Damaged,
    }
}

fn put_aside(path: &Path, other_key: bool) -> Result<SetAside, OpenError> {
    let failed = |source| OpenError::SetAside { path: path.into(), source };
    let word = if other_key { "other-key" } else { "damaged" };
    let bytes = fs::metadata(path).map_err(failed)?.len();
    let free = (1..=MAX_SET_ASIDE).map(|n| path.with_file_name(format!("{FILE_NAME}.{word}-{n}")));
    let too_many = || failed(std::io::Error::other("100 databases are set aside here already"));
    let target = free.into_iter().find(|target| !target.exists()).ok_or_else(too_many)?;
    rename(path, &target)?;
    tracing::error!(path = %target.display(), bytes, other_key, "the spool can't be used and was set aside");
    Ok(SetAside { path: target, bytes, other_key })
}

/// Where a new spool is made of a damaged one, until it is complete.
fn taken_over(path: &Path) -> PathBuf {
    path.with_file_name(format!("{FILE_NAME}.salvage"))
}

/// Puts the new spool in the place of the damaged one, if one could be made.
fn take_over(path: &Path, salvaged: Option<Salvaged>) -> Result<(), OpenError> {
    let made = taken_over(path);
    let Some(salvaged) = salvaged else {
        let _ = file::remove(&made); // what was begun; the damaged one holds all of it
        return Ok(());
    };
    let Salvaged { batches, records, lost_records, messages } = salvaged;
    tracing::warn!(batches, records, lost_records, messages, "a new spool was made of what could be read");
    rename(&made, path)
}

/// Ends what a crash has interrupted: a new spool beside none is complete, one beside the damaged one is made again.
fn finish_salvage(path: &Path) -> Result<(), OpenError> {
    let made = taken_over(path);
    match (made.exists(), path.exists()) {
        (false, _) => Ok(()),
        (true, true) => file::remove(&made).map_err(|source| OpenError::SetAside { path: made, source }),
        (true, false) => rename(&made, path),
    }
}

fn rename(from: &Path, to: &Path) -> Result<(), OpenError> {
    let renamed = file::rename(from, to).and_then(|()| private::sync_dir(private::parent(to)));
    renamed.map_err(|source| OpenError::SetAside { path: from.into(), source })
}

fn refused(error: Unusable, path: &Path) -> OpenError {
    match error {
        Unusable::Refused(error) => at_path(error, path),
        // It was made a moment ago, so the disk does not keep what is written.
        Unusable::Damaged | Unusable::OtherKey => OpenError::Spool(SpoolError::Damaged),
    }
}

/// Puts the database's full path into an error that knows its name only.
fn at_path(error: OpenError, path: &Path) -> OpenError {
    let path = path.to_path_buf();
    match error {
        OpenError::Locked { .. } => OpenError::Locked { path },
        OpenError::NewerFormat { found, readable, .. } => OpenError::NewerFormat { path, found, readable },
        error => error,
    }
}
