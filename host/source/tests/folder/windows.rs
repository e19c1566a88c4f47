//! What Windows does its own way: names of shares, and files that are open without sharing.

use std::fs::{self, File};
use std::os::windows::fs::OpenOptionsExt as _;
use std::path::{Component, Path, PathBuf, Prefix};
use std::time::Duration;

use crate::common::{Bench, kinds, source};
use labrelay_source::FileFormat::Other;
use labrelay_source::TroubleKind;

/// The same folder as administrators see it from another PC.
fn on_share(folder: &Path, head: &str) -> PathBuf {
    let Some(Component::Prefix(prefix)) = folder.components().next() else { panic!("not absolute") };
    let Prefix::Disk(disk) = prefix.kind() else { panic!("not on a disk") };
    let within: PathBuf = folder.components().skip(2).collect();
    Path::new(&format!(r"{head}localhost\{}$\", char::from(disk).to_ascii_lowercase())).join(within)
}

#[test]
fn a_share_is_read_by_its_name_in_both_spellings() {
    let long = "a".repeat(200);
    for head in [r"\\", r"\\?\UNC\"] {
        let mut bench = Bench::new("*.lmd", Other);
        bench.write("near.lmd", "x");
        bench.write(&format!("{long}/{long}.lmd"), "y");
        bench.source = source(&[&on_share(bench.dir.path(), head)], "*.lmd", Other);
        assert_eq!(bench.take().len(), 2, "{head}");
    }
}

#[test]
fn a_file_that_its_program_keeps_to_itself_is_reported_and_read_afterwards() {
    let mut bench = Bench::new("*.lmd", Other);
    let path = bench.write("a.lmd", "x");
    bench.settle();
    let kept = File::options().read(true).write(true).share_mode(0).open(&path).unwrap();
    assert!(bench.open().is_empty());
    assert_eq!(kinds(&bench.scan_after(Duration::ZERO)), [TroubleKind::InUse]);
    drop(kept);
    assert_eq!(bench.take(), ["a.lmd"]);
}

#[test]
fn an_open_input_is_written_renamed_and_deleted_as_if_nobody_read_it() {
    let mut bench = Bench::new("*.lmd", Other);
    let path = bench.write("a.lmd", "x");
    bench.settle();
    let opened = bench.open();
    assert_eq!(opened.len(), 1);
    fs::write(&path, "longer").unwrap();
    let moved = path.with_file_name("b.lmd");
    fs::rename(&path, &moved).unwrap();
    File::options().write(true).open(&moved).unwrap().set_len(0).unwrap();
    fs::remove_file(&moved).unwrap();
    drop(opened);
    assert!(!moved.exists());
}
