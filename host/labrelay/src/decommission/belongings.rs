//! What Labrelay has in its state folder, and deleting it.
//!
//! By name, so that a configuration that names the wrong folder costs nobody's files. Blocks on the disk are not
//! overwritten: spool and journal are sealed, and the key that opens them goes first.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// In the order in which they go. What is left after an interruption can't be read without the storage key; and
/// the device key is there until the end, so that the command can be run again.
const BELONGINGS: [&str; 8] =
    ["keys/storage.key", "spool", "manifests", "site", "control.sock", "labrelay.log", "audit.log", "keys"];
/// Full files of both logs have a number behind one of these.
const FULL_LOGS: [&str; 2] = ["audit.log.", "labrelay.log."];

/// What has gone, and what has not.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Removed {
    /// Files.
    pub files: u64,
    /// Their length.
    pub bytes: u64,
    /// Entries of the folder that are not Labrelay's, or links, which may lead anywhere.
    pub left: u64,
}

/// Deletes what is Labrelay's in `state`.
pub(super) fn remove(state: &Path) -> io::Result<Removed> {
    let mut removed = Removed::default();
    for path in BELONGINGS.iter().map(|name| state.join(name)).chain(full_logs(state)?) {
        match fs::symlink_metadata(&path) {
            Ok(found) if found.is_symlink() => {}
            Ok(found) if found.is_dir() => {
                count(&path, &mut removed)?;
                fs::remove_dir_all(&path)?;
            }
            Ok(found) => {
                removed.add(found.len());
                fs::remove_file(&path)?;
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    removed.left = fs::read_dir(state)?.count() as u64;
    Ok(removed)
}

fn full_logs(state: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(state)? {
        let entry = entry?;
        let name = entry.file_name();
        let number = name
            .to_str()
            .and_then(|name| FULL_LOGS.iter().find_map(|beginning| name.strip_prefix(beginning)));
        if number.is_some_and(|number| number.parse::<u32>().is_ok()) {
            found.push(entry.path());
        }
    }
    Ok(found)
}

fn count(folder: &Path, removed: &mut Removed) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let found = entry.metadata()?; // of a link, not of what it leads to
        if found.is_dir() {
            count(&entry.path(), removed)?;
        } else {
            removed.add(found.len());
        }
    }
    Ok(())
}

impl Removed {
    fn add(&mut self, bytes: u64) {
        self.files += 1;
        self.bytes += bytes;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(state: &Path, name: &str, text: &str) {
        let path = state.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    #[test]
    fn what_is_labrelay_s_goes_and_what_is_not_stays() {
        let state = tempfile::tempdir().unwrap();
        let ours = [
            "keys/storage.key",
            "keys/device.ed25519",
            "spool/spool.redb",
            "labrelay.log",
            "labrelay.log.1",
            "audit.log",
            "audit.log.3",
        ];
        ours.iter().for_each(|name| write(state.path(), name, "1234"));
        for name in ["letter.txt", "audit.log.old", "documents/a"] {
            write(state.path(), name, "1");
        }
        assert_eq!(remove(state.path()).unwrap(), Removed { files: 7, bytes: 28, left: 3 });
        assert!(state.path().join("documents/a").exists());
        assert_eq!(remove(state.path()).unwrap(), Removed { files: 0, bytes: 0, left: 3 });
    }

    #[cfg(unix)]
    #[test]
    fn no_link_is_followed() {
        let (state, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        write(other.path(), "a", "1");
        write(state.path(), "site/installed", "1");
        std::os::unix::fs::symlink(other.path(), state.path().join("spool")).unwrap();
        std::os::unix::fs::symlink(other.path(), state.path().join("site/link")).unwrap();
        let removed = remove(state.path()).unwrap();
        assert_eq!((removed.files, removed.left), (2, 1));
        assert!(other.path().join("a").exists());
    }
}
