//! The reader against files made here: data sets, offsets, notes, and an error for each way to be wrong.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::io;

use labrelay_collector::Input;
use labrelay_collector::fcs::{DataSet, DataSets, FcsError, MAX_DATA_SETS, Note, Part, Version, raw_head};
use labrelay_collector::testing::fcs::{FcsMaker, chain};
use labrelay_model::Reason;

fn read(mut file: &[u8]) -> Result<Vec<DataSet>, FcsError> {
    DataSets::of(&mut file).collect()
}

fn reason(file: &[u8]) -> Reason {
    read(file).unwrap_err().reason()
}

#[test]
fn data_sets_are_followed_in_order() {
    let first = FcsMaker::smallest().version("FCS2.0").with("$TOT", "3").events(&[7; 24]);
    let second = FcsMaker::smallest().text_after_data().with("$TOT", "3").events(&[7; 48]);
    let file = chain(&[first, second]);
    let sets = read(&file).unwrap();
    assert_eq!(sets.len(), 2);
    assert_eq!((sets[0].at, sets[0].version), (0, Version::V2_0));
    assert_eq!((sets[1].version, sets[1].text.int("$TOT")), (Version::V3_0, Some(3)));
    assert!(sets.iter().all(|set| set.notes.is_empty()));
}

#[test]
fn a_step_back_into_the_same_data_set_is_refused() {
    for next in ["1", "57"] {
        let file = FcsMaker::smallest().changed("$NEXTDATA", next).build();
        assert!(matches!(read(&file), Err(FcsError::Loop { at: 0, .. })), "{next}");
    }
    assert_eq!(reason(&FcsMaker::smallest().changed("$NEXTDATA", "-58").build()), Reason::BadHeader);
    assert_eq!(reason(&FcsMaker::smallest().changed("$NEXTDATA", "99999").build()), Reason::Truncated);
}

#[test]
fn the_chain_is_bounded() {
    let sets = vec![FcsMaker::smallest(); MAX_DATA_SETS as usize + 1];
    let error = read(&chain(&sets)).unwrap_err();
    assert!(matches!(error, FcsError::OverBound { part: Part::DataSets, .. }));
    assert_eq!(read(&chain(&sets[1..])).unwrap().len(), MAX_DATA_SETS as usize);
}

#[test]
fn data_offsets_of_header_and_text_are_weighed() {
    let disagreeing =
        FcsMaker::smallest().events(&[1; 16]).with("$BEGINDATA", "70").with("$ENDDATA", "80").build();
    assert_eq!(read(&disagreeing).unwrap()[0].notes, [Note::DataOffsetsDisagree]);
    let only_in_text = FcsMaker::smallest()
        .header_data("0", "0")
        .with("$BEGINDATA", "500")
        .with("$ENDDATA", "90000")
        .build();
    assert_eq!(reason(&only_in_text), Reason::Truncated);
    let nowhere =
        FcsMaker::smallest().header_data("", "").with("$BEGINDATA", "0").with("$ENDDATA", "0").build();
    assert!(read(&nowhere).unwrap()[0].notes.is_empty());
}

#[test]
fn every_cut_is_noticed() {
    let file = FcsMaker::smallest().with("$CYT", "Some cytometer").events(&[9; 64]).build();
    read(&file).unwrap();
    for cut in 3..file.len() {
        assert_eq!(reason(&file[..cut]), Reason::Truncated, "at {cut} of {}", file.len());
    }
    for cut in 0..3 {
        assert_eq!(reason(&file[..cut]), Reason::NotThisFormat, "at {cut}");
    }
}

#[test]
fn supplemental_text_is_read_where_it_is_text() {
    let more = FcsMaker::smallest().supplement(b"|$OP|x|LATE|7|").build();
    let sets = read(&more).unwrap();
    assert_eq!((sets[0].text.int("LATE"), sets[0].notes.len()), (Some(7), 0));
    for foreign in [&b"PK\x03\x04 a ZIP archive"[..], b"/LATE/7/", b"||LATE|7|"] {
        let sets = read(&FcsMaker::smallest().supplement(foreign).build()).unwrap();
        assert_eq!(
            (sets[0].text.get("LATE"), &sets[0].notes[..]),
            (None, &[Note::SupplementalTextIgnored][..])
        );
    }
}

#[test]
fn text_without_keywords_or_beyond_bounds_is_refused() {
    let mut file = FcsMaker::smallest().build();
    file[10..26].copy_from_slice(b"      60      80");
    assert_eq!(reason(&file), Reason::BadText);
    file[18..26].copy_from_slice(b"99999999");
    assert_eq!(reason(&file), Reason::OverBound);
}

#[test]
fn errors_speak_of_places_and_never_of_content() {
    let secret = FcsMaker::smallest().with("$OP", "DOE^JANE").changed("$NEXTDATA", "7").build();
    let error = read(&secret).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("DOE"));
    assert!(
        !format!("{:?}", read(&FcsMaker::smallest().with("$OP", "DOE^JANE").build()).unwrap())
            .contains("DOE")
    );
}

#[test]
fn what_is_kept_for_quarantine_holds_no_event() {
    let whole = FcsMaker::smallest().with("$OP", "x").events(&[0xEE; 300]).build();
    let cut = &whole[..whole.len() - 1];
    assert_eq!(reason(cut), Reason::Truncated);
    let kept = &raw_head(&mut &cut[..]).0;
    assert!(kept.starts_with(b"FCS3.0") && kept.ends_with(b"|") && !kept.contains(&0xEE));
    assert!(!read(&whole).unwrap()[0].raw().contains(&0xEE));
    assert_eq!(raw_head(&mut &b"short"[..]).0, b"short");
}

/// Counts what is read, and fails or shrinks at will.
struct Watched {
    file: Vec<u8>,
    size: u64,
    fails: bool,
    read: usize,
    reads: usize,
}

impl Input for Watched {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&mut self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        if self.fails {
            return Err(io::Error::other("disk on fire"));
        }
        let read = self.file.as_slice().read_at(offset, buf)?;
        self.read += read;
        self.reads += 1;
        Ok(read)
    }
}

fn watched(file: Vec<u8>) -> Watched {
    Watched { size: file.len() as u64, file, fails: false, read: 0, reads: 0 }
}

#[test]
fn events_are_not_read() {
    let mut input = watched(FcsMaker::smallest().events(&vec![1; 1_000_000]).build());
    let sets: Vec<_> = DataSets::of(&mut input).collect();
    assert!(sets.len() == 1 && sets[0].is_ok());
    assert!(input.read < 1_000 && input.reads == 2, "{} bytes in {} reads", input.read, input.reads);
}

#[test]
fn a_failing_or_shrinking_file_is_an_error_and_no_loop() {
    let mut failing = watched(FcsMaker::smallest().build());
    failing.fails = true;
    assert_eq!(DataSets::of(&mut failing).next().unwrap().unwrap_err().reason(), Reason::ReadError);
    let mut shrunk = watched(FcsMaker::smallest().build());
    shrunk.file.truncate(80);
    assert_eq!(DataSets::of(&mut shrunk).next().unwrap().unwrap_err().reason(), Reason::Truncated);
}

#[test]
fn nothing_follows_an_error() {
    let mut file: &[u8] = b"no FCS at all";
    let mut sets = DataSets::of(&mut file);
    assert!(sets.next().unwrap().is_err());
    assert!(sets.next().is_none());
}
