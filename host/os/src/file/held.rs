//! Names given and taken away although another program holds the file for a moment, as antivirus programs do on Windows
//! with what has just been written.
//!
//! Waits for a bounded time, then passes on what the system says. Where nobody can hold a file, it never waits.

use std::fs;
use std::io;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use super::system;

/// Before the second attempt; each later pause is twice as long. A scan of a small file takes about as long.
const FIRST_PAUSE: Duration = Duration::from_millis(10);
/// The pauses between them are 2.55 s in all: longer than a scan, and shorter than the 5 s in which a service has to stop.
const ATTEMPTS: u32 = 9;

/// Renames a file or folder; what has the name `to` is replaced.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    while_held(|| fs::rename(from, to))
}

/// Gives a file a second name, unless something has that name.
pub fn hard_link(original: &Path, link: &Path) -> io::Result<()> {
    while_held(|| fs::hard_link(original, link))
}

/// Removes a file.
pub fn remove(path: &Path) -> io::Result<()> {
    while_held(|| fs::remove_file(path))
}

/// Tries again, up to a bound, while the system says that another program holds the file.
pub fn while_held<T>(mut attempt: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    let mut pause = FIRST_PAUSE;
    for _ in 1..ATTEMPTS {
        match attempt() {
            Err(error) if system::may_be_held(&error) => sleep(pause),
            done => return done,
        }
        pause *= 2;
    }
    attempt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_for_another_reason_fails_at_once() {
        let mut attempts = 0;
        let failed = while_held(|| {
            attempts += 1;
            Err::<(), _>(io::ErrorKind::NotFound.into())
        });
        assert_eq!((failed.unwrap_err().kind(), attempts), (io::ErrorKind::NotFound, 1));
    }

    #[cfg(windows)]
    mod on_windows {
        use std::fs::File;
        use std::os::windows::fs::OpenOptionsExt as _;
        use std::path::PathBuf;
        use std::thread::JoinHandle;

        use super::*;

        /// Longer than a few of the pauses.
        const SCAN: Duration = Duration::from_millis(200);

        struct Names {
            _dir: tempfile::TempDir,
            old: PathBuf,
            new: PathBuf,
        }

        impl Names {
            fn new() -> Self {
                let dir = tempfile::tempdir().unwrap();
                let (old, new) = (dir.path().join("old"), dir.path().join("new"));
                fs::write(&old, "x").unwrap();
                Self { _dir: dir, old, new }
            }
        }

        fn hold(path: &Path) -> File {
            File::options().read(true).share_mode(0).open(path).unwrap()
        }

        /// As a scanner that came upon the file.
        fn scan(path: &Path) -> JoinHandle<()> {
            let held = hold(path);
            std::thread::spawn(move || {
                sleep(SCAN);
                drop(held);
            })
        }

        #[test]
        fn a_file_that_is_scanned_is_renamed_linked_and_removed_afterwards() {
            let names = Names::new();
            let scan = |path| {
                let scanning = self::scan(path);
                assert!(fs::rename(path, path.with_extension("x")).is_err(), "or this test shows nothing");
                scanning
            };
            let scanning = scan(&names.old);
            rename(&names.old, &names.new).unwrap();
            scanning.join().unwrap();
            let scanning = scan(&names.new);
            hard_link(&names.new, &names.old).unwrap();
            scanning.join().unwrap();
            let scanning = scan(&names.new);
            remove(&names.new).unwrap();
            scanning.join().unwrap();
            assert!(names.old.exists() && !names.new.exists());
        }

        #[test]
        fn what_is_to_be_replaced_may_be_scanned_as_well() {
            let names = Names::new();
            fs::write(&names.new, "y").unwrap();
            let scanning = scan(&names.new);
            rename(&names.old, &names.new).unwrap();
            scanning.join().unwrap();
            assert_eq!(fs::read_to_string(&names.new).unwrap(), "x");
        }

        #[test]
        fn a_file_that_is_never_let_go_gives_the_system_s_error_in_the_end() {
            let names = Names::new();
            let _held = hold(&names.old);
            let begun = std::time::Instant::now();
            assert!(system::may_be_held(&rename(&names.old, &names.new).unwrap_err()));
            let waited = begun.elapsed();
            assert!(
                waited > FIRST_PAUSE * 2_u32.pow(ATTEMPTS - 2) && waited < Duration::from_secs(5),
                "{waited:?}"
            );
        }
    }
}
