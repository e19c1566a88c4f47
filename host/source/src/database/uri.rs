//! A path as the URI by which SQLite opens it without making anything.

use std::path::Path;

/// How a database is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// Somebody may write to it: with the locks that they share. `readonly_shm` keeps SQLite from making a `-shm`.
    Live,
    /// In WAL mode, and nobody has it open: without locks, for which a `-shm` would have to be made.
    Still,
}

/// The URI; `None` of a path that is no Unicode where paths are.
pub(super) fn uri(path: &Path, reading: Reading) -> Option<String> {
    let how = match reading {
        Reading::Live => "mode=ro&readonly_shm=1",
        Reading::Still => "mode=ro&immutable=1",
    };
    Some(format!("file://{}?{how}", encoded(&bytes(path)?)))
}

#[cfg(unix)]
fn bytes(path: &Path) -> Option<Vec<u8>> {
    use std::os::unix::ffi::OsStrExt as _;
    Some(path.as_os_str().as_bytes().to_vec())
}

/// `C:\Lab\x.db` as `/C:/Lab/x.db`, `\\server\share\x.db` as `//server/share/x.db`.
#[cfg(windows)]
fn bytes(path: &Path) -> Option<Vec<u8>> {
    let slashes = path.to_str()?.replace('\\', "/");
    let rooted = if slashes.starts_with('/') { slashes } else { format!("/{slashes}") };
    Some(rooted.into_bytes())
}

/// Every byte that means something in a URI, as `%` and two digits.
fn encoded(path: &[u8]) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'_' | b'-' | b':' => {
                uri.push(char::from(*byte))
            }
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    uri
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_name_is_taken_for_a_part_of_the_uri() {
        let path = Path::new("/lab/Ward 7?mode=rwc&x#%41/ö.db");
        let expected = "file:///lab/Ward%207%3Fmode%3Drwc%26x%23%2541/%C3%B6.db?mode=ro&immutable=1";
        assert_eq!(uri(path, Reading::Still).as_deref(), Some(expected));
    }
}
