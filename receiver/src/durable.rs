//! A local folder as an object store whose writes survive a power cut.
//!
//! `object_store` 0.13 never calls `fsync`: a batch acknowledged, or a Delta commit linked, could come back
//! empty after a power cut (0.14 has an option, but deltalake is built on 0.13). This wrapper syncs an
//! object's bytes before its name appears, and the folder after. Everything but writing is passed through.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use labrelay_os::file::while_held;
use labrelay_os::private::sync_dir;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMode,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result, UploadPart,
};
use tempfile::TempPath;

/// What `object_store` calls this store in its errors.
const STORE: &str = "durable local folder";

/// The local file system, written durably.
#[derive(Debug, Clone)]
pub struct DurableFolder {
    inner: Arc<LocalFileSystem>,
}

impl DurableFolder {
    /// The whole file system: object paths are absolute file paths, as deltalake wants it.
    pub fn file_system() -> Self {
        Self { inner: Arc::new(LocalFileSystem::new()) }
    }
}

impl fmt::Display for DurableFolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DurableFolder({})", self.inner)
    }
}

#[async_trait]
impl ObjectStore for DurableFolder {
    async fn put_opts(&self, location: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        let create = match options.mode {
            PutMode::Create => true,
            PutMode::Overwrite => false,
            PutMode::Update(_) => return self.inner.put_opts(location, payload, options).await, // answers "not implemented"
        };
        let path = self.inner.path_to_filesystem(location)?;
        blocking(move || write_object(&path, &payload, create)).await?;
        Ok(PutResult { e_tag: None, version: None })
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        let path = self.inner.path_to_filesystem(location)?;
        if let Some(folder) = path.parent().map(FilePath::to_owned) {
            let location = path.clone();
            blocking(move || create_folders(&folder).map_err(|why| generic(&location, why))).await?;
        }
        let inner = self.inner.put_multipart_opts(location, options).await?;
        Ok(Box::new(DurableUpload { inner, path }))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.inner.get_opts(location, options).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}

/// A multipart upload that is synced when complete. Its name appears first, which harms nobody: a Parquet
/// file is read only once a Delta commit, written after it, names it.
#[derive(Debug)]
struct DurableUpload {
    inner: Box<dyn MultipartUpload>,
    path: PathBuf,
}

#[async_trait]
impl MultipartUpload for DurableUpload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        self.inner.put_part(data)
    }

    async fn complete(&mut self) -> Result<PutResult> {
        let done = self.inner.complete().await?;
        let path = self.path.clone();
        blocking(move || sync_object(&path).map_err(|why| generic(&path, why))).await?;
        Ok(done)
    }

    async fn abort(&mut self) -> Result<()> {
        self.inner.abort().await
    }
}

/// Writes an object under a name that listings ignore, syncs it, then gives it its own name.
fn write_object(path: &FilePath, payload: &PutPayload, create: bool) -> Result<()> {
    let failed = |why| generic(path, why);
    let folder = path.parent().ok_or_else(|| failed(io::ErrorKind::InvalidInput.into()))?;
    create_folders(folder).map_err(failed)?;
    // `object_store` takes a name that ends in '#' and digits for an unfinished upload.
    let mut staged = tempfile::Builder::new().prefix(".").suffix("#0").tempfile_in(folder).map_err(failed)?;
    payload.iter().try_for_each(|bytes| staged.write_all(bytes)).map_err(failed)?;
    staged.as_file().sync_all().map_err(failed)?;
    give_name(staged.into_temp_path(), path, create).map_err(|why| match why.kind() {
        io::ErrorKind::AlreadyExists => {
            Error::AlreadyExists { path: path.display().to_string(), source: why.into() }
        }
        _ => failed(why),
    })?;
    sync_dir(folder).map_err(failed)
}

/// Gives an object its own name, also if antivirus looks at it meanwhile.
fn give_name(staged: TempPath, path: &FilePath, create: bool) -> io::Result<()> {
    let mut staged = Some(staged);
    while_held(|| {
        let Some(unnamed) = staged.take() else { return Ok(()) }; // each attempt that fails puts it back
        let named = if create { unnamed.persist_noclobber(path) } else { unnamed.persist(path) };
        named.map_err(|why| {
            staged = Some(why.path);
            why.error
        })
    })
}

fn sync_object(path: &FilePath) -> io::Result<()> {
    File::options().write(true).open(path)?.sync_all()?; // Windows syncs no file that is open for reading alone
    path.parent().map_or(Ok(()), sync_dir)
}

/// Creates missing folders, each durably named in its parent.
fn create_folders(folder: &FilePath) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let Some(parent) = folder.parent() else { return Ok(()) };
    create_folders(parent)?;
    match fs::create_dir(folder) {
        Err(why) if why.kind() != io::ErrorKind::AlreadyExists => Err(why),
        _ => sync_dir(parent),
    }
}

fn generic(path: &FilePath, source: io::Error) -> Error {
    let source = io::Error::new(source.kind(), format!("{}: {source}", path.display()));
    Error::Generic { store: STORE, source: source.into() }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|source| Error::JoinError { source })?
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::TryStreamExt as _;
    use object_store::ObjectStoreExt as _;

    fn create() -> PutOptions {
        PutOptions { mode: PutMode::Create, ..PutOptions::default() }
    }

    #[tokio::test]
    async fn create_never_replaces_and_leaves_no_trace() {
        let folder = tempfile::tempdir().unwrap();
        let store = DurableFolder::file_system();
        let root = Path::from_filesystem_path(folder.path()).unwrap();
        let object = Path::from(format!("{root}/a/b/one"));
        store.put_opts(&object, "first".into(), create()).await.unwrap();
        let second = store.put_opts(&object, "second".into(), create()).await.unwrap_err();
        assert!(matches!(second, Error::AlreadyExists { .. }), "{second}");
        assert_eq!(store.get(&object).await.unwrap().bytes().await.unwrap(), "first");
        assert_eq!(fs::read_dir(folder.path().join("a/b")).unwrap().count(), 1);
    }

    #[tokio::test]
    async fn a_leftover_of_a_crash_is_no_object() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(".x1y2#0"), "half").unwrap();
        let store = DurableFolder::file_system();
        let root = Path::from_filesystem_path(folder.path()).unwrap();
        let listed: Vec<ObjectMeta> = store.list(Some(&root)).try_collect().await.unwrap();
        assert!(listed.is_empty(), "{listed:?}");
    }
}
