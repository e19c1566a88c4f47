//! Folders and files that an administrator makes and everybody may read, the service above all: made with exactly these
//! rights, durable, and refused where anybody else could have written.
//!
//! The opposite of `private`. Does not look above the folder itself.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use unix as system;
#[cfg(windows)]
use windows as system;

use crate::{file, private};

/// Somebody else could have written it.
#[derive(Debug, thiserror::Error)]
pub enum ReadableError {
    /// Others have the right to write.
    #[error("{path} can be changed by other accounts, so what stands there is not believed; {cure}")]
    Writable {
        /// The folder or file.
        path: PathBuf,
        /// What to do.
        cure: String,
    },
    /// The system refused.
    #[error("{path} can't be used: {source}")]
    Io {
        /// The folder or file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Refuses a file or folder that an account other than an administrator's and this one may change.
pub fn check(path: &Path) -> Result<(), ReadableError> {
    system::check(path)
}

/// Makes the folder, if it is not there.
pub fn create_dir(dir: &Path) -> io::Result<()> {
    match fs::create_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && dir.is_dir() => Ok(()),
        Err(error) => Err(error),
        Ok(()) => {
            system::let_read(dir, system::Kind::Folder)?;
            private::sync_dir(private::parent(dir))
        }
    }
}

/// Writes a new file, down to the disk.
pub fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::options().write(true).create_new(true).open(path)?;
    system::let_read(path, system::Kind::File)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Puts a file in the place of another, or of none: whole or not at all, and for good once this returns.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut draft = path.as_os_str().to_owned();
    draft.push(".new");
    let draft = PathBuf::from(draft);
    match file::remove(&draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    write_new(&draft, bytes)?;
    file::rename(&draft, path)?;
    private::sync_dir(private::parent(path))
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    #[test]
    fn what_is_made_can_be_read_by_all_and_written_by_its_owner_alone() {
        let dir = tempfile::tempdir().unwrap();
        let (folder, file) = (dir.path().join("navios"), dir.path().join("navios/current"));
        create_dir(&folder).unwrap();
        create_dir(&folder).unwrap();
        replace(&file, b"1").unwrap();
        replace(&file, b"2").unwrap();
        assert_eq!((mode(&folder), mode(&file), fs::read(&file).unwrap()), (0o755, 0o644, b"2".to_vec()));
        check(&folder).unwrap();
        check(&file).unwrap();
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "no draft is left behind");
    }

    #[test]
    fn what_others_may_write_is_refused_with_the_cure() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("trust.yaml");
        write_new(&file, b"trust: 1").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o664)).unwrap();
        let said = check(&file).unwrap_err().to_string();
        assert!(said.contains("trust.yaml") && said.contains("chmod go-w"), "{said}");
    }

    #[test]
    fn a_file_that_is_there_is_not_written_over() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a");
        write_new(&file, b"1").unwrap();
        assert_eq!(write_new(&file, b"2").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
    }
}
