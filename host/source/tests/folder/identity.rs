//! What is the same input and what is another one: with real files.

use std::fs;
use std::io::{Seek, SeekFrom, Write};
use std::time::{Duration, Instant};

use crate::common::{Bench, content, fcs, name};
use labrelay_source::FileFormat::{Fcs, Other};

#[test]
fn a_renamed_or_moved_file_is_the_same_and_a_copy_is_another() {
    let mut bench = Bench::new("*", Fcs);
    let old = bench.write("old.fcs", fcs("/$TOT/0/", 100));
    assert_eq!(bench.take(), ["old.fcs"]);
    fs::create_dir(bench.path("archive")).unwrap();
    fs::rename(&old, bench.path("archive/new.fcs")).unwrap();
    assert!(bench.take().is_empty());
    fs::copy(bench.path("archive/new.fcs"), bench.path("copy.fcs")).unwrap();
    assert_eq!(bench.take(), ["copy.fcs"]);
}

#[test]
fn after_a_restart_what_the_spool_has_seen_is_not_given_out_again() {
    let mut bench = Bench::new("*", Fcs);
    bench.write("a.fcs", fcs("/$TOT/0/", 100));
    assert_eq!(bench.take(), ["a.fcs"]);
    bench.restart("*", Fcs);
    assert!(bench.take().is_empty());
    assert_eq!(bench.source.still_present().unwrap().count(), 1);
}

#[test]
fn two_files_of_the_same_content_are_two_and_so_are_two_empty_ones() {
    let mut bench = Bench::new("*", Other);
    bench.write("a", "the same first line\n");
    bench.write("b", "the same first line\n");
    bench.write("empty-1", "");
    bench.write("empty-2", "");
    bench.scan_after(Duration::ZERO);
    bench.scan_after(Duration::from_secs(1000));
    assert_eq!(bench.open().len(), 4);
}

#[test]
fn a_file_rewritten_in_place_is_new_but_one_that_was_only_touched_is_not() {
    let mut bench = Bench::new("*", Fcs);
    let path = bench.write("a.fcs", fcs("/$TOT/0/", 100));
    assert_eq!(bench.take(), ["a.fcs"]);
    bench.write("a.fcs", fcs("/$TOT/7/", 100));
    assert_eq!(bench.take(), ["a.fcs"]);
    let modified = bench.now + Duration::from_secs(3600);
    fs::File::options().write(true).open(&path).unwrap().set_modified(modified).unwrap();
    assert!(bench.take().is_empty());
}

#[test]
fn of_an_fcs_file_only_header_text_and_size_count() {
    let mut bench = Bench::new("*", Fcs);
    let path = bench.write("a.fcs", fcs("/$TOT/0/", 1000));
    assert_eq!(bench.take(), ["a.fcs"]);
    let mut file = fs::File::options().write(true).open(path).unwrap();
    file.seek(SeekFrom::Start(500)).unwrap();
    file.write_all(b"other event data").unwrap();
    assert!(bench.take().is_empty());
}

#[test]
fn a_file_that_is_no_fcs_file_is_known_by_its_two_ends() {
    for (place, is_new) in [(0, true), (100_000, false), (199_999, true)] {
        let mut bench = Bench::new("*", Fcs);
        let path = bench.write("a.fcs", vec![b'x'; 200_000]);
        bench.scan_after(Duration::ZERO);
        bench.scan_after(Duration::from_secs(1000)); // longer than a file without a header must be quiet
        let first = bench.open().pop().unwrap();
        bench.commit(&first.identity);
        let mut file = fs::File::options().write(true).open(path).unwrap();
        file.seek(SeekFrom::Start(place)).unwrap();
        file.write_all(b"y").unwrap();
        bench.scan_after(Duration::ZERO);
        bench.scan_after(Duration::from_secs(1000));
        assert_eq!(bench.open().len(), usize::from(is_new), "written at {place}");
    }
}

#[test]
fn a_new_file_in_the_place_of_a_deleted_one_is_new() {
    let mut bench = Bench::new("*", Other);
    for round in 0..20 {
        let path = bench.write("report.txt", format!("{round:04}"));
        assert_eq!(bench.take(), ["report.txt"], "in round {round}");
        fs::remove_file(path).unwrap();
    }
}

#[test]
fn eight_gib_cost_no_more_than_their_ends() {
    let mut bench = Bench::new("*", Other);
    let path = bench.write("huge", "");
    fs::File::options().write(true).open(path).unwrap().set_len(8 << 30).unwrap();
    bench.settle();
    let begun = Instant::now();
    assert_eq!(bench.open().pop().unwrap().size, 8 << 30);
    assert!(begun.elapsed() < Duration::from_secs(2), "read too much");
}

#[test]
fn a_header_that_points_beyond_eight_gib_or_announces_a_huge_text_is_bounded() {
    let mut bench = Bench::new("*", Fcs);
    let offsets = ["58", "99999999", "0", "0", "0", "0"].map(|offset| format!("{offset:>8}")).concat();
    let path = bench.write("a.fcs", format!("FCS3.0    {offsets}"));
    fs::File::options().write(true).open(path).unwrap().set_len(8 << 30).unwrap();
    bench.settle();
    let begun = Instant::now();
    assert_eq!(bench.open().len(), 1);
    assert!(begun.elapsed() < Duration::from_secs(2), "read too much");
}

#[test]
fn the_handle_given_out_is_the_file_that_was_known_whatever_its_name_is_by_then() {
    let mut bench = Bench::new("*", Other);
    let path = bench.write("a", "first");
    bench.settle();
    let input = bench.open().pop().unwrap();
    assert_eq!(name(&input), "a");
    fs::rename(&path, bench.path("b")).unwrap();
    bench.write("a", "second");
    assert_eq!(content(&input), "first");
}

#[test]
fn another_devices_key_gives_another_identity() {
    let mut bench = Bench::new("*", Other);
    bench.write("a", "x");
    bench.settle();
    let ours = bench.open().pop().unwrap().identity;
    let config = labrelay_source::FolderConfig {
        source: bench.source.name().clone(),
        folders: vec![bench.dir.path().to_owned()],
        recursive: false,
        pattern: labrelay_source::Pattern::new("*").unwrap(),
        settle: Duration::ZERO,
        format: Other,
    };
    let mut other = labrelay_source::FolderSource::new(config, [8; 32]);
    other.scan(bench.now);
    assert_ne!(other.open_ready(1, &bench.seen).pop().unwrap().identity, ours);
}
