//! The collector over made and real files, as the host would poll it. Prints no value of a real file.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests are tests")]

use std::fs;
use std::path::Path;

use labrelay_collector::testing::fcs::{FcsMaker, Place, chain};
use labrelay_collector::testing::{Harness, MemoryFile, Record, Site, UnitOutcome, Value};

use labrelay_collector::Timestamp;

use super::*;

const MANIFEST: &[u8] = include_bytes!("../../../manifests/navios.yaml");
const REAL_FILES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/instruments");
/// Keywords whose values must never cross.
const IDENTIFIERS: [&str; 24] = [
    "@SAMPLEID1",
    "@SAMPLEID2",
    "@SAMPLEID3",
    "@SAMPLEID4",
    "@BARCODE",
    "$SMNO",
    "$RUNNUMBER",
    "$FIL",
    "$SRC",
    "$EXP",
    "$PROJ",
    "$CELLS",
    "$OP",
    "$INST",
    "$INSTADDRESS",
    "@LOCATION",
    "@FILEGUID",
    "$COM",
    "@PANEL",
    "@TESTNAME",
    "@TESTFILE",
    "@SETTINGSFILE",
    "TESTNAME",
    "TESTFILE",
];

fn harness(qc: Option<&str>, zone: &str) -> Harness<Navios> {
    let qc = qc.map(|name| vec![name.to_owned()]);
    Harness::open(MANIFEST, Site { qc, zone: zone.into(), ..Site::default() }).unwrap()
}

fn poll(harness: &mut Harness<Navios>, file: Vec<u8>) -> UnitOutcome {
    let mut units = harness.poll(&[MemoryFile::new("listmode", 1, file)]).unwrap().units;
    assert_eq!(units.len(), 1, "an LMD file is one unit");
    units.remove(0).outcome
}

fn judged(file: Vec<u8>) -> UnitOutcome {
    poll(&mut harness(None, "UTC"), file)
}

fn records(file: Vec<u8>) -> Vec<Record> {
    match judged(file) {
        UnitOutcome::Records(records) => records,
        other => panic!("{other:?}"),
    }
}

fn first() -> FcsMaker {
    let keywords = [
        ("$CYT", "Navios"),
        ("@CYTOMETERID", "ZZ00001"),
        ("$PAR", "1"),
        ("$TOT", "4"),
        ("$P1N", "FS INT LIN"),
        ("$P1V", "250"),
        ("$DATE", "01-Mar-26"),
        ("$BTIM", "08:00:00"),
        ("$ETIM", "08:01:00"),
        ("@TESTNAME", "Beads"),
    ];
    FcsMaker::new().version("FCS2.0").with_all(keywords).offset("$NEXTDATA", Place::Next, 8).events(&[0; 8])
}

fn second() -> FcsMaker {
    FcsMaker::smallest().with("@CYTOMETERID", "ZZ00001").text_after_data().events(&[0; 16])
}

fn value(record: &Record, field: &str) -> Option<Value> {
    harness(None, "UTC").value(record, field).cloned()
}

#[test]
fn qc_is_what_the_site_says_and_gives_the_detectors() {
    let file = chain(&[first(), second()]);
    let streams = |qc| match poll(&mut harness(Some(qc), "UTC"), file.clone()) {
        UnitOutcome::Records(records) => records.iter().map(|record| record.stream.0).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(streams("beads"), [0, 1], "bead_qc and one detector");
    assert_eq!(streams("CD3/CD4"), [2], "acquisition alone");
}

#[test]
fn the_start_is_told_in_utc_and_the_length_by_the_best_source() {
    let started = |zone: &str| match poll(&mut harness(None, zone), chain(&[first(), second()])) {
        UnitOutcome::Records(records) => value(&records[0], "started_at"),
        other => panic!("{other:?}"),
    };
    let at = |text| Some(Value::Timestamp(Timestamp::parse(text).unwrap()));
    assert!(started("Europe/Berlin") == at("2026-03-01T07:00:00Z"));
    assert!(started("America/New_York") == at("2026-03-01T13:00:00Z"));
    let length = |maker: FcsMaker| value(&records(chain(&[maker, second()]))[0], "duration");
    assert!(length(first()) == Some(Value::Duration(60_000_000)));
    assert!(length(first().with("@ACQTIME", "59.5")) == Some(Value::Duration(59_500_000)));
    assert!(length(first().changed("$ETIM", "?")).is_none());
}

#[test]
fn what_every_acquisition_has_must_be_there() {
    let refused = |maker: FcsMaker| match judged(chain(&[maker, second()])) {
        UnitOutcome::Refused(reason, _) => reason,
        other => panic!("{other:?}"),
    };
    for name in ["@CYTOMETERID", "$DATE", "$BTIM", "$TOT"] {
        assert_eq!(refused(first().without(name)), Reason::Incomplete, "{name}");
    }
    assert_eq!(refused(first().changed("$DATE", "01/03/26")), Reason::Unparsable);
    assert_eq!(refused(first().changed("@CYTOMETERID", "ZZ00002")), Reason::Contradiction);
}

#[test]
fn what_is_of_no_use_is_counted_with_its_reason() {
    let foreign = chain(&[first().changed("$CYT", "Other cytometer"), second()]);
    assert!(judged(foreign) == UnitOutcome::Dropped(Reason::OtherFamily, 1));
    assert!(judged(chain(&[first().without("$CYT")])) == UnitOutcome::Dropped(Reason::OtherFamily, 1));
    assert!(judged(Vec::new()) == UnitOutcome::Dropped(Reason::Empty, 1));
    assert!(matches!(judged(b"no LMD file".to_vec()), UnitOutcome::Refused(Reason::NotThisFormat, _)));
    let whole = chain(&[first(), second()]);
    assert!(matches!(judged(whole[..whole.len() - 1].to_vec()), UnitOutcome::Refused(Reason::Truncated, _)));
}

#[test]
fn no_identifier_of_a_file_is_in_a_record() {
    let marked = IDENTIFIERS.iter().fold(first(), |maker, name| maker.without(name).with(name, "DOE^JANE"));
    for record in records(chain(&[marked, second()])) {
        assert!(texts(&record).all(|text| !text.contains("DOE")));
    }
}

fn texts(record: &Record) -> impl Iterator<Item = &str> {
    record.cells.iter().flatten().filter_map(|value| match value {
        Value::Text(text) => Some(&**text),
        _ => None,
    })
}

/// Name of the file, detectors it has, and fields of its first record.
#[test]
fn real_files_give_what_they_hold_and_no_identifier() {
    let files = [
        ("fcs-gallios/Beckman Coulter - Gallios.LMD", 5, 23),
        ("fcs-fc500/Beckman Coulter - Cytomics FC500.LMD", 4, 10),
    ];
    for (file, detectors, fields) in files {
        let path = Path::new(REAL_FILES).join(file);
        let Ok(bytes) = fs::read(&path) else {
            println!("SKIPPED: no file {}: navios was not tried on it", path.display());
            continue;
        };
        let set = DataSets::of(&mut bytes.as_slice()).next().unwrap().unwrap();
        let records = records(bytes);
        assert_eq!(records.len(), 1 + detectors, "{file}");
        assert_eq!(records[0].cells.iter().flatten().count(), fields, "{file}");
        for identifier in IDENTIFIERS.iter().filter_map(|name| set.text.text(name)).filter(|id| id.len() > 3)
        {
            assert!(records.iter().flat_map(texts).all(|text| !text.contains(&*identifier)), "{file}");
        }
    }
}
