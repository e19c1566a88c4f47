//! Files and folders that can't be read: told to the operator, tried again, and no hindrance to others. Those of one system
//! alone are in `unix.rs` and `windows.rs`.

use std::fs;
use std::time::Duration;

use crate::common::{Bench, SETTLE, kinds, name, source};
use labrelay_source::FileFormat::Other;
use labrelay_source::TroubleKind;

#[test]
fn a_vanished_file_is_reported_and_the_others_are_read() {
    let mut bench = Bench::new("*", Other);
    let gone = bench.write("a", "x");
    bench.write("b", "y");
    bench.settle();
    fs::remove_file(&gone).unwrap();
    assert_eq!(bench.open().iter().map(name).collect::<Vec<_>>(), ["b"]);
    let report = bench.scan_after(Duration::ZERO);
    assert_eq!(kinds(&report), [TroubleKind::Vanished]);
    assert_eq!(report.troubles[0].path, gone);
    assert!(bench.scan_after(Duration::ZERO).troubles.is_empty(), "told once");
}

#[test]
fn a_missing_folder_is_reported_while_the_others_are_read() {
    let mut bench = Bench::new("*", Other);
    bench.write("here/a", "x");
    let (here, missing) = (bench.path("here"), bench.path("missing"));
    bench.source = source(&[&missing, &here], "*", Other);
    let report = bench.settle();
    assert_eq!((kinds(&report), report.ready), (vec![TroubleKind::FolderMissing], 1));
    assert_eq!(report.troubles[0].path, missing);
    assert!(bench.source.still_present().is_none());
    fs::create_dir(&missing).unwrap();
    assert!(bench.scan_after(SETTLE).troubles.is_empty());
    assert!(bench.source.still_present().is_some());
}

#[test]
fn a_share_that_drops_out_for_a_while_loses_and_repeats_nothing() {
    let mut bench = Bench::new("*", Other);
    bench.write("share/a", "x");
    let (share, away) = (bench.path("share"), bench.path("away"));
    bench.source = source(&[&share], "*", Other);
    assert_eq!(bench.take(), ["a"]);
    fs::rename(&share, &away).unwrap();
    assert_eq!(kinds(&bench.settle()), [TroubleKind::FolderMissing]);
    fs::rename(&away, &share).unwrap();
    bench.write("share/b", "y");
    assert_eq!(bench.take(), ["b"]);
    assert_eq!(bench.source.still_present().unwrap().count(), 2);
}

#[test]
fn folders_nested_without_end_are_reported_and_do_not_stop_the_scan() {
    let mut bench = Bench::new("*", Other);
    let deep = (0..40).fold(String::new(), |path, _| path + "d/");
    bench.write(&format!("{deep}too-deep"), "x");
    bench.write("d/d/near", "x");
    assert_eq!(kinds(&bench.settle()), [TroubleKind::TooDeep]);
    assert_eq!(bench.open().iter().map(name).collect::<Vec<_>>(), ["near"]);
}

#[test]
fn deleted_files_are_no_longer_present() {
    let mut bench = Bench::new("*", Other);
    let path = bench.write("a", "x");
    bench.write("b", "y");
    assert_eq!(bench.take().len(), 2);
    fs::remove_file(path).unwrap();
    bench.scan_after(SETTLE);
    assert_eq!(bench.source.still_present().unwrap().count(), 1);
}
