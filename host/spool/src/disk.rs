//! The database's file, watched: the first failed call is remembered, since redb then refuses all until reopened.

use std::io;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use labrelay_os::{private, space};
use redb::backends::FileBackend;
use redb::{BackendError, Database, DatabaseError, StorageBackend};

/// redb's page cache. Batches are read once and commits are written through, so more would only be memory.
const CACHE_BYTES: usize = 4 * 1024 * 1024;

/// Where a database lies. Tests put a failing disk here.
pub(crate) trait Medium: Send + Sync {
    /// Opens what lies there, or something new and empty.
    fn open(&self) -> io::Result<Box<dyn StorageBackend>>;
    /// Room left for it, in bytes.
    fn free_bytes(&self) -> io::Result<u64>;
    /// Notes that a damaged page was met, so that the next start checks every page.
    fn suspect(&self) {}
}

/// A file for its owner alone.
pub(crate) struct FileMedium(pub(crate) PathBuf);

impl Medium for FileMedium {
    fn open(&self) -> io::Result<Box<dyn StorageBackend>> {
        let file = private::open_file(&self.0)?;
        private::sync_dir(private::parent(&self.0))?;
        let backend = FileBackend::new(file).map_err(io::Error::other)?;
        Ok(Box::new(backend))
    }

    fn free_bytes(&self) -> io::Result<u64> {
        space::free_bytes(private::parent(&self.0))
    }

    fn suspect(&self) {
        // If even this fails, the damaged page is met again after the next start.
        let _ = private::open_file(&check_mark(&self.0));
    }
}

/// Opens the database on `medium`; `failed` is set once a call to the disk has failed.
///
/// With `thorough` every page's checksum is read, which takes as long as reading the file.
pub(crate) fn open(
    medium: &dyn Medium,
    failed: &Arc<AtomicBool>,
    thorough: bool,
) -> Result<Database, DatabaseError> {
    let disk = Watched { inner: medium.open()?, failed: Arc::clone(failed) };
    let mut builder = Database::builder();
    builder.set_cache_size(CACHE_BYTES).set_check_integrity_on_open(thorough);
    builder.create_with_backend(disk)
}

/// `path` with `.check` after it: its presence asks for a thorough opening.
pub(crate) fn check_mark(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".check");
    name.into()
}

#[derive(Debug)]
struct Watched {
    inner: Box<dyn StorageBackend>,
    failed: Arc<AtomicBool>,
}

impl Watched {
    fn note<T>(&self, result: io::Result<T>) -> io::Result<T> {
        if result.is_err() {
            self.failed.store(true, Ordering::Release);
        }
        result
    }
}

impl StorageBackend for Watched {
    fn len(&self) -> io::Result<u64> {
        self.note(self.inner.len())
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.note(self.inner.read(offset, out))
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.note(self.inner.set_len(len))
    }

    fn sync_data(&self) -> io::Result<()> {
        self.note(self.inner.sync_data())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.note(self.inner.write(offset, data))
    }

    fn close(&self) -> io::Result<()> {
        self.inner.close()
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.inner.try_lock_range(start, end)
    }

    fn try_lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.inner.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.inner.lock_range(start, end)
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.inner.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.inner.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.inner.query_lock_range(start, end)
    }
}
