//! Secrets in files that their owner alone can read: made once, whole or not at all, refused if others can read.
//!
//! Knows nothing of what the secret is for. Key stores of the system (TPM, DPAPI) are another file's matter.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::file;
use crate::private::{self, PrivateError};

/// Longest secret in bytes: a key in PEM fits; anything longer is no key file.
const MAX_BYTES: u64 = 16 * 1024;

/// Why a secret can't be had from its file.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// Someone else could have read or changed it.
    #[error(transparent)]
    Exposed(#[from] PrivateError),
    /// It is longer than any key.
    #[error("{path} is larger than {MAX_BYTES} bytes, so it is no key file; check the configured path")]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// No random bytes to name the temporary file by.
    #[error("the system gives no random bytes: {0}")]
    Random(getrandom::Error),
    /// The system refused.
    #[error("the key file {path} can't be {action}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What was tried.
        action: &'static str,
        /// What the system said.
        source: io::Error,
    },
}

/// The secret in `path`; if there is no such file, `make` gives one, which is stored first.
///
/// Two processes that start at once end up with the same secret. A new folder gets rights 0700, a new file 0600.
pub fn read_or_create<E>(path: &Path, make: impl FnOnce() -> Result<Vec<u8>, E>) -> Result<Vec<u8>, E>
where
    E: From<KeyFileError>,
{
    if let Some(secret) = read(path)? {
        return Ok(secret);
    }
    let secret = make()?;
    match create(path, &secret) {
        Ok(()) => Ok(secret),
        Err(KeyFileError::Io { source, .. }) if source.kind() == io::ErrorKind::AlreadyExists => {
            Ok(read(path)?.unwrap_or(secret))
        }
        Err(error) => Err(error.into()),
    }
}

/// The secret in `path`, or `None` if there is no such file.
pub fn read(path: &Path) -> Result<Option<Vec<u8>>, KeyFileError> {
    let failed = |source| KeyFileError::Io { path: path.into(), action: "read", source };
    let file = match file::open_no_link(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    private::check_dir(private::parent(path))?;
    private::check_file(path, &file)?;
    let mut secret = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut secret).map_err(failed)?;
    if secret.len() as u64 > MAX_BYTES {
        return Err(KeyFileError::TooLarge { path: path.into() });
    }
    Ok(Some(secret))
}

/// Stores `secret` in the new file `path`; fails with `AlreadyExists` rather than replace one.
pub fn create(path: &Path, secret: &[u8]) -> Result<(), KeyFileError> {
    let dir = private::parent(path);
    private::create_dir(dir)?;
    let failed = |source| KeyFileError::Io { path: path.into(), action: "created", source };
    let draft = draft_name(path)?;
    let stored = write_new(&draft, secret)
        // A link, unlike a rename, never replaces what another process has just stored.
        .and_then(|()| file::hard_link(&draft, path))
        .and_then(|()| private::sync_dir(dir));
    let removed = file::remove(&draft);
    stored.and(removed).map_err(failed)
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = private::create_new(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn draft_name(path: &Path) -> Result<PathBuf, KeyFileError> {
    let number = getrandom::u64().map_err(KeyFileError::Random)?;
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{number:016x}.new"));
    Ok(name.into())
}

#[cfg(test)]
mod tests {
    use std::fs;
    #[cfg(unix)]
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    use super::*;

    fn make() -> Result<Vec<u8>, KeyFileError> {
        Ok(vec![7; 32])
    }

    #[cfg(unix)]
    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_secret_is_made_once_for_its_owner_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keys/storage.key");
        assert_eq!(read_or_create(&path, make).unwrap(), vec![7; 32]);
        let again = read_or_create(&path, || -> Result<_, KeyFileError> { panic!("made twice") });
        assert_eq!(again.unwrap(), vec![7; 32]);
        #[cfg(unix)]
        {
            let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o777;
            assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        }
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "no draft is left behind");
    }

    #[cfg(unix)]
    #[test]
    fn a_secret_that_others_can_read_is_refused_with_the_cure() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keys/storage.key");
        create(&path, b"secret").unwrap();
        set_mode(&path, 0o640);
        let said = read(&path).unwrap_err().to_string();
        assert!(said.contains("0640") && said.contains("chmod 600"), "{said}");
        set_mode(&path, 0o600);
        set_mode(path.parent().unwrap(), 0o755);
        let said = read(&path).unwrap_err().to_string();
        assert!(said.contains("0755") && said.contains("chmod 700"), "{said}");
    }

    #[cfg(unix)]
    #[test]
    fn neither_a_link_nor_an_existing_file_is_replaced_or_followed() {
        let dir = tempfile::tempdir().unwrap();
        let (path, link) = (dir.path().join("keys/storage.key"), dir.path().join("keys/link.key"));
        create(&path, b"secret").unwrap();
        create(&path, b"other").unwrap_err();
        assert_eq!(read(&path).unwrap().unwrap(), b"secret");
        symlink(&path, &link).unwrap();
        read(&link).unwrap_err();
    }

    #[test]
    fn a_huge_file_is_no_secret() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keys/storage.key");
        create(&path, &vec![0; MAX_BYTES as usize + 1]).unwrap();
        assert!(matches!(read(&path), Err(KeyFileError::TooLarge { .. })));
    }
}
