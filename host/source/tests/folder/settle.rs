//! A file that is still being written is not taken; a file that is done is taken once.

use std::fs;
use std::io::Write;
use std::time::Duration;

use crate::common::{Bench, SETTLE, fcs};
use labrelay_source::FileFormat::{Fcs, Other};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_growing_file_waits_until_it_has_been_quiet_for_the_settle_time() {
    let mut bench = Bench::new("*.log", Other);
    let path = bench.write("a.log", "x");
    for _ in 0..10 {
        assert_eq!(bench.scan_after(SECOND * 2).ready, 0);
        fs::File::options().append(true).open(&path).unwrap().write_all(b"more").unwrap();
    }
    let report = bench.scan_after(SECOND * 2);
    assert_eq!((report.ready, report.settling), (0, 1));
    assert_eq!(bench.scan_after(SETTLE).ready, 1);
}

#[test]
fn a_file_whose_header_is_patched_at_the_end_waits_for_it() {
    let whole = fcs("/$TOT/0/", 1000);
    let mut bench = Bench::new("*.fcs", Fcs);
    bench.write("a.fcs", vec![0; whole.len()]); // room made in advance, no header yet
    bench.settle();
    assert!(bench.open().is_empty());
    bench.write("a.fcs", &whole);
    assert_eq!(bench.take(), ["a.fcs"]);
}

#[test]
fn a_file_shorter_than_its_header_says_waits_while_the_instrument_pauses() {
    let whole = fcs("/$TOT/0/", 1000);
    let mut bench = Bench::new("*.fcs", Fcs);
    bench.write("a.fcs", &whole[..500]);
    for _ in 0..20 {
        bench.scan_after(SETTLE);
        assert!(bench.open().is_empty());
    }
    bench.write("a.fcs", &whole);
    assert_eq!(bench.take(), ["a.fcs"]);
}

#[test]
fn a_file_that_stays_short_or_empty_is_taken_as_it_is_in_the_end() {
    let mut bench = Bench::new("*.fcs", Fcs);
    bench.write("short.fcs", &fcs("/$TOT/0/", 1000)[..500]);
    bench.write("empty.fcs", "");
    bench.settle();
    assert!(bench.open().is_empty());
    bench.scan_after(SETTLE * 60);
    let mut sizes: Vec<u64> = bench.open().iter().map(|input| input.size).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [0, 500]);
}

#[test]
fn a_file_written_between_scan_and_opening_is_left_for_later() {
    let mut bench = Bench::new("*", Other);
    let path = bench.write("a", "x");
    assert_eq!(bench.settle().ready, 1);
    fs::File::options().append(true).open(&path).unwrap().write_all(b"y").unwrap();
    assert!(bench.open().is_empty());
    assert_eq!(bench.take(), ["a"]);
}

#[test]
fn a_backlog_of_old_files_is_taken_at_first_look_only_if_it_was_not_just_copied() {
    let mut bench = Bench::new("*", Other);
    let path = bench.write("a", "x");
    let long_ago = bench.now - Duration::from_secs(86_400);
    fs::File::options().write(true).open(path).unwrap().set_modified(long_ago).unwrap();
    assert_eq!(bench.scan_after(Duration::ZERO).ready, 0, "copied a moment ago with its old date");
    bench.restart("*", Other);
    assert_eq!(bench.scan_after(Duration::from_secs(3600)).ready, 1);
}

#[test]
fn oldest_content_comes_first() {
    let mut bench = Bench::new("*", Other);
    for (name, age_s) in [("b", 200), ("c", 100), ("a", 300)] {
        let path = bench.write(name, name);
        let modified = bench.now - Duration::from_secs(age_s);
        fs::File::options().write(true).open(path).unwrap().set_modified(modified).unwrap();
    }
    assert_eq!(bench.take(), ["a", "b", "c"]);
}

#[test]
fn what_was_not_committed_is_given_out_again() {
    let mut bench = Bench::new("*", Other);
    bench.write("a", "x");
    bench.write("b", "y");
    bench.settle();
    let first = bench.source.open_ready(1, &bench.seen).pop().unwrap();
    let again = bench.source.open_ready(1, &bench.seen).pop().unwrap();
    assert_eq!(first.identity, again.identity);
    bench.commit(&again.identity);
    let next = bench.source.open_ready(1, &bench.seen).pop().unwrap();
    assert_ne!(next.identity, again.identity);
}
