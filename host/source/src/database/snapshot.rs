//! One look into an instrument's database: opened, read in one short read transaction, closed again.
//!
//! The file belongs to a program that is running and must never notice us, and what is in it may be anything. So nothing is
//! written or made (not even the `-shm` of a database in WAL mode), nobody is waited for but for a moment, nothing is mapped but that
//! `-shm`, and SQLite runs with the settings that its authors ask for with files of others
//! (<https://sqlite.org/security.html>). An authorizer lets it see the declared columns of the declared tables alone.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use labrelay_os::file::{FileFacts, FileStamp, open_shared, read_at};
use rusqlite::config::DbConfig;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::limits::Limit;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::TableConfig;
use super::uri::{Reading, uri};
use crate::TroubleKind;
use crate::walk::file_at;

/// Longest look. Rows are read in some milliseconds; a rollback-mode writer waits for us meanwhile.
const MAX_LOOK: Duration = Duration::from_millis(250);
/// After so much of a look no further row is read: where rows lie behind large blobs, a part has few of them.
const ENOUGH: Duration = Duration::from_millis(50);
/// How long a look waits for a writer that is at work, holding nothing meanwhile: some commits, so that one that writes all the
/// time does not keep us away.
const BUSY_WAIT: Duration = Duration::from_millis(100);
/// Steps of SQLite's machine between two looks at the clock: a microsecond mostly, some milliseconds each over the longest texts.
const STEPS_PER_LOOK: i32 = 50;
/// Most memory that SQLite may take in this process: pages of the cache, and the schema of whatever was opened.
const MAX_HEAP_BYTES: i64 = 32 << 20;
/// Longest text, blob or row that SQLite loads. Values are cut off far below; the rest is the database's schema.
const MAX_LENGTH_BYTES: i32 = 1 << 20;
/// Most steps of a statement's program: ours take fewer than a thousand for the widest table. What is left bounds the columns that the
/// database computes, between whose steps SQLite does not look at the clock.
const MAX_PROGRAM_STEPS: i32 = 3000;
/// A database in WAL mode that nobody has open is read without locks, so it must have rested for longer than any file
/// system's clock ticks (FAT: 2 s), or for as long as rows rest where that is shorter. Whether somebody began to write
/// meanwhile is looked at afterwards.
const STILL_FOR: Duration = Duration::from_secs(3);
/// How every SQLite database begins.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// Where the header says by which journal it is written, and what stands there for WAL.
const READ_VERSION_AT: usize = 19;
const WAL_VERSION: u8 = 2;

/// One look at a time in this process: where locks belong to the process, closing a file gives up those that another
/// thread holds on it.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// An open database in a read transaction: all tables as of one moment.
pub(super) struct Snapshot {
    pub(super) connection: Connection,
    begun: Instant,
    _alone: MutexGuard<'static, ()>,
}

/// Why there is no look now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoLook {
    /// Its writer is at work; that passes.
    Busy,
    /// There is nothing in it yet, or it is another file by now.
    NotNow,
    /// The operator should know.
    Trouble(TroubleKind),
}

/// What moves when somebody writes to a database: its file, and the log beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamps {
    database: FileStamp,
    wal: Option<FileStamp>,
}

impl Stamps {
    pub(super) fn of(path: &Path, facts: &FileFacts) -> Self {
        Self { database: facts.stamp, wal: file_at(&beside(path, "-wal")).map(|facts| facts.stamp) }
    }
}

impl Snapshot {
    /// Looks into the database at `path`, hands it to `work`, and lets go of it. What `work` gives counts only if the file
    /// is still the one it was.
    pub(super) fn look<T>(
        path: &Path,
        tables: &[TableConfig],
        (now, settle): (SystemTime, Duration),
        work: impl FnOnce(&Self) -> Result<T, NoLook>,
    ) -> Result<T, NoLook> {
        let alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let before = file_at(path).ok_or(NoLook::NotNow)?;
        let reading = how_to_read(path, &before, now, settle.min(STILL_FOR))?;
        let snapshot = Self::open(path, reading, tables, alone)?;
        let result = work(&snapshot);
        drop(snapshot);
        let after = file_at(path).ok_or(NoLook::NotNow)?;
        let same = match reading {
            Reading::Live => before.id == after.id,
            Reading::Still => before == after && is_closed(path),
        };
        if same { result } else { Err(NoLook::NotNow) }
    }

    /// Whether the look has taken long enough.
    pub(super) fn is_long(&self) -> bool {
        self.begun.elapsed() >= ENOUGH
    }

    fn open(
        path: &Path,
        reading: Reading,
        tables: &[TableConfig],
        alone: MutexGuard<'static, ()>,
    ) -> Result<Self, NoLook> {
        let uri = uri(path, reading).ok_or(NoLook::Trouble(TroubleKind::ReadError))?;
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
            | OpenFlags::SQLITE_OPEN_URI
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_PRIVATE_CACHE;
        let mut connection = Connection::open_with_flags(uri, flags).map_err(|error| no_look(&error))?;
        harden(&mut connection, tables).map_err(|error| no_look(&error))?;
        // A statement that is left unfinished, and a look that fails, end with the connection.
        connection.execute_batch("BEGIN").map_err(|error| no_look(&error))?;
        Ok(Self { connection, begun: Instant::now(), _alone: alone })
    }
}

fn harden(connection: &mut Connection, tables: &[TableConfig]) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_WAIT)?;
    for (limit, most) in [
        (Limit::SQLITE_LIMIT_LENGTH, MAX_LENGTH_BYTES),
        (Limit::SQLITE_LIMIT_SQL_LENGTH, MAX_LENGTH_BYTES),
        (Limit::SQLITE_LIMIT_VDBE_OP, MAX_PROGRAM_STEPS),
        (Limit::SQLITE_LIMIT_ATTACHED, 0),
        (Limit::SQLITE_LIMIT_TRIGGER_DEPTH, 0),
        (Limit::SQLITE_LIMIT_WORKER_THREADS, 0),
    ] {
        connection.set_limit(limit, most)?;
    }
    for (setting, on) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
        (DbConfig::SQLITE_DBCONFIG_DQS_DML, false),
        (DbConfig::SQLITE_DBCONFIG_DQS_DDL, false),
        (DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true),
    ] {
        connection.set_db_config(setting, on)?;
    }
    connection.execute_batch(&format!(
        "PRAGMA hard_heap_limit={MAX_HEAP_BYTES}; PRAGMA mmap_size=0; PRAGMA cell_size_check=1; \
         PRAGMA temp_store=MEMORY; PRAGMA query_only=1"
    ))?;
    let deadline = Instant::now() + MAX_LOOK;
    connection.progress_handler(STEPS_PER_LOOK, Some(move || Instant::now() >= deadline))?;
    let tables = tables.to_vec();
    connection.authorizer(Some(move |asked: AuthContext<'_>| allow(&tables, &asked.action)))
}

/// Only reading, and of it only what the manifest declares.
fn allow(tables: &[TableConfig], action: &AuthAction<'_>) -> Authorization {
    let allowed = match action {
        AuthAction::Select | AuthAction::Transaction { .. } => true,
        AuthAction::Function { function_name } => ["max", "octet_length"].contains(function_name),
        // The row's number alone is asked for without a column.
        AuthAction::Read { table_name, column_name } => tables.iter().any(|table| {
            table.name.eq_ignore_ascii_case(table_name)
                && (table.declares(column_name) || column_name.is_empty())
        }),
        _ => false,
    };
    if allowed { Authorization::Allow } else { Authorization::Deny }
}

/// Whether to read it with the locks of its writer, or as a file that lies still.
fn how_to_read(
    path: &Path,
    facts: &FileFacts,
    now: SystemTime,
    still_for: Duration,
) -> Result<Reading, NoLook> {
    let trouble = |error: std::io::Error| NoLook::Trouble(TroubleKind::of_file(&error));
    if facts.stamp.size == 0 {
        return Err(NoLook::NotNow);
    }
    let mut header = [0; 100];
    let file = open_shared(path).map_err(trouble)?;
    let whole = read_at(&file, 0, &mut header).map_err(trouble)? == header.len();
    drop(file);
    if !whole || !header.starts_with(MAGIC) {
        return Err(NoLook::Trouble(TroubleKind::NotADatabase));
    }
    if header.get(READ_VERSION_AT) != Some(&WAL_VERSION) {
        return Ok(Reading::Live);
    }
    if is_closed(path) {
        let rests = rested(&facts.stamp, now) >= still_for;
        return if rests { Ok(Reading::Still) } else { Err(NoLook::NotNow) };
    }
    match file_at(&beside(path, "-shm")) {
        Some(_) => Ok(Reading::Live),
        None => Err(NoLook::Trouble(TroubleKind::HalfWritten)),
    }
}

/// Whether nobody has a database in WAL mode open, and nothing of it stands beside it.
fn is_closed(path: &Path) -> bool {
    file_at(&beside(path, "-wal"))
        .is_none_or(|wal| wal.stamp.size == 0 && file_at(&beside(path, "-shm")).is_none())
}

/// How long ago the file was written, by its own time. One that lies ahead of our clock counts as old: it does not move.
fn rested(stamp: &FileStamp, now: SystemTime) -> Duration {
    let written = Duration::from_nanos(u64::try_from(stamp.modified_ns.max(stamp.changed_ns)).unwrap_or(0));
    now.duration_since(SystemTime::UNIX_EPOCH + written).unwrap_or(Duration::MAX)
}

/// `lab.db-wal` of `lab.db`.
fn beside(path: &Path, ending: &str) -> std::path::PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// What an error of SQLite means here. Its text may hold content and is dropped.
pub(super) fn no_look(error: &rusqlite::Error) -> NoLook {
    let failure = match error {
        rusqlite::Error::SqliteFailure(failure, _) => failure,
        rusqlite::Error::SqlInputError { error, .. } => error,
        _ => return NoLook::Trouble(TroubleKind::NotADatabase), // a value of another type than the schema says
    };
    NoLook::Trouble(match failure.code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed => {
            return NoLook::Busy;
        }
        ErrorCode::OperationInterrupted | ErrorCode::OutOfMemory | ErrorCode::TooBig => TroubleKind::TooSlow,
        ErrorCode::ReadOnly => TroubleKind::HalfWritten,
        ErrorCode::CannotOpen | ErrorCode::PermissionDenied => TroubleKind::NoAccess,
        ErrorCode::SystemIoFailure => TroubleKind::ReadError,
        ErrorCode::Unknown | ErrorCode::AuthorizationForStatementDenied => TroubleKind::TableMissing,
        _ => TroubleKind::NotADatabase,
    })
}
