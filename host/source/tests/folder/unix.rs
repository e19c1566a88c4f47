//! What can't be read on Unix: pipes, sockets, links, and what belongs to others.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::time::Duration;

use crate::common::{Bench, kinds, source};
use labrelay_source::FileFormat::Other;
use labrelay_source::TroubleKind;
use rustix::fs::{CWD, FileType, mknodat};

#[test]
fn pipes_sockets_and_links_are_reported_and_never_opened() {
    let mut bench = Bench::new("*.lmd", Other);
    mknodat(CWD, bench.path("pipe.lmd"), FileType::Fifo, 0o600.into(), 0).unwrap();
    let _socket = UnixListener::bind(bench.path("socket.lmd")).unwrap();
    let target = bench.write("target", "x");
    symlink(&target, bench.path("link.lmd")).unwrap();
    symlink(&target, bench.path("link.txt")).unwrap(); // does not match: of no interest
    let mut found = kinds(&bench.settle());
    found.sort_unstable();
    assert_eq!(found, [TroubleKind::Link, TroubleKind::NotAFile, TroubleKind::NotAFile]);
    assert!(bench.open().is_empty());
}

#[test]
fn a_file_replaced_by_a_link_or_pipe_after_the_scan_is_not_followed() {
    let mut bench = Bench::new("*.lmd", Other);
    let (to_link, to_pipe) = (bench.write("a.lmd", "x"), bench.write("b.lmd", "x"));
    let secret = bench.write("secret", "not for plugins");
    assert_eq!(bench.settle().ready, 2);
    fs::remove_file(&to_link).unwrap();
    symlink(&secret, &to_link).unwrap();
    fs::remove_file(&to_pipe).unwrap();
    mknodat(CWD, &to_pipe, FileType::Fifo, 0o600.into(), 0).unwrap();
    assert!(bench.open().is_empty());
    let found = kinds(&bench.scan_after(Duration::ZERO));
    assert!(found.contains(&TroubleKind::Link) && found.contains(&TroubleKind::NotAFile), "{found:?}");
}

#[test]
fn linked_folders_are_not_entered_unless_configured_themselves() {
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("a.lmd"), "x").unwrap();
    let mut bench = Bench::new("*.lmd", Other);
    symlink(outside.path(), bench.path("linked")).unwrap();
    symlink(bench.dir.path(), bench.path("loop")).unwrap();
    assert!(bench.take().is_empty());
    bench.source = source(&[&bench.path("linked")], "*.lmd", Other);
    assert_eq!(bench.take(), ["a.lmd"]);
}

/// Rights don't bind root, so this runs as somebody else: credentials belong to a thread on Linux.
#[test]
fn a_file_or_folder_without_the_right_to_read_is_reported_until_the_right_is_given() {
    let mut bench = Bench::new("*", Other);
    fs::set_permissions(bench.dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let file = bench.write("a", "x");
    let folder = bench.path("private");
    fs::create_dir(&folder).unwrap();
    let set = |path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    set(&file, 0o000);
    set(&folder, 0o000);
    as_nobody(&mut bench, |bench| {
        assert_eq!(kinds(&bench.settle()), [TroubleKind::FolderUnreadable; 1]);
        assert!(bench.open().is_empty());
        let found = kinds(&bench.scan_after(Duration::ZERO));
        assert!(found.contains(&TroubleKind::NoAccess), "{found:?}");
        assert!(bench.source.still_present().is_none(), "nothing may be taken for gone");
    });
    set(&file, 0o644);
    set(&folder, 0o755);
    as_nobody(&mut bench, |bench| {
        assert!(bench.settle().troubles.is_empty());
        assert_eq!(bench.open().len(), 1);
        assert!(bench.source.still_present().is_some());
    });
}

fn as_nobody(bench: &mut Bench, work: impl FnOnce(&mut Bench) + Send) {
    let is_root = rustix::process::getuid().is_root();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            if is_root {
                let nobody = rustix::thread::Uid::from_raw(65534);
                rustix::thread::set_thread_res_uid(nobody, nobody, nobody).unwrap();
            }
            work(bench);
        });
    });
}
