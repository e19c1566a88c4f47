//! A place for landing or lake: a folder now; object store URLs keep their place in the command line.

use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use object_store::ObjectStore;
use object_store::path::Path;
use url::Url;

use crate::durable::DurableFolder;

/// Why a place can't be used.
#[derive(Debug, thiserror::Error)]
pub enum LocationError {
    /// A URL of a kind that this build has no store for.
    #[error("{0}: this build stores in folders only; give a path or a file:// URL")]
    Unsupported(String),
    /// The folder can't be made or found.
    #[error("{path}: {source}; create it and let the receiver's account write there", path = path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The folder's name can't be written as a URL.
    #[error("{}: not a usable folder name", .0.display())]
    Name(PathBuf),
}

/// An opened place.
#[derive(Debug, Clone)]
pub struct Location {
    /// The store with the root of the place's system as its root.
    pub store: Arc<dyn ObjectStore>,
    /// The place within the store.
    pub root: Path,
    /// The same as a URL that ends in a slash.
    pub url: Url,
}

impl Location {
    /// Opens a folder path or `file://` URL, creating the folder.
    pub fn open(text: &str) -> Result<Self, LocationError> {
        let path = match Url::parse(text) {
            Ok(url) if url.scheme() == "file" => {
                url.to_file_path().map_err(|()| LocationError::Unsupported(text.to_owned()))?
            }
            Ok(_) => return Err(LocationError::Unsupported(text.to_owned())),
            Err(_) => PathBuf::from(text),
        };
        Self::folder(&path)
    }

    fn folder(path: &FilePath) -> Result<Self, LocationError> {
        let failed = |source| LocationError::Folder { path: path.to_owned(), source };
        std::fs::create_dir_all(path).map_err(failed)?;
        let path = path.canonicalize().map_err(failed)?;
        let name = || LocationError::Name(path.clone());
        Ok(Self {
            store: Arc::new(DurableFolder::file_system()),
            root: Path::from_absolute_path(&path).map_err(|_| name())?,
            url: Url::from_directory_path(&path).map_err(|()| name())?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_made_and_other_stores_are_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("a b/c");
        let opened = Location::open(place.to_str().unwrap()).unwrap();
        assert!(place.is_dir() && opened.url.as_str().ends_with("/a%20b/c/"));
        let url = Url::from_directory_path(&place).unwrap();
        assert_eq!(Location::open(url.as_str()).unwrap().root, opened.root);
        assert!(matches!(Location::open("s3://bucket/x"), Err(LocationError::Unsupported(_))));
    }
}
