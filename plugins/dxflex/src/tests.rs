//! The collector over made and real files, as the host would poll it. Prints no value of a real file.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests are tests")]

use std::fs;
use std::path::Path;

use labrelay_collector::Timestamp;
use labrelay_collector::testing::fcs::{FcsMaker, Place, chain};
use labrelay_collector::testing::{Harness, MemoryFile, Record, Site, UnitOutcome, Value};

use super::*;

const MANIFEST: &[u8] = include_bytes!("../../../manifests/dxflex.yaml");
const REAL_FILES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/instruments");
/// Keywords whose values must never cross.
const IDENTIFIERS: [&str; 14] = [
    "$FIL", "TBNM", "TBID", "CGNM", "CGID", "$SMNO", "SMID", "PLTNO", "$OP", "$PROJ", "$EXP", "FILENAME",
    "GUID", "$COM",
];

fn harness(site: Site) -> Harness<DxFlex> {
    Harness::open(MANIFEST, site).unwrap()
}

fn outcomes(site: Site, file: &[u8]) -> Vec<UnitOutcome> {
    let reply = harness(site).poll(&[MemoryFile::new("listmode", 1, file)]).unwrap();
    reply.units.into_iter().map(|unit| unit.outcome).collect()
}

fn outcome(maker: &FcsMaker) -> UnitOutcome {
    let mut all = outcomes(Site::default(), &maker.build());
    assert_eq!(all.len(), 1);
    all.remove(0)
}

fn records(outcome: UnitOutcome) -> Vec<Record> {
    match outcome {
        UnitOutcome::Records(records) => records,
        other => panic!("{other:?}"),
    }
}

fn file() -> FcsMaker {
    let keywords = [
        ("$PAR", "2"),
        ("$TOT", "3"),
        ("$CYT", "CytoFLEX S"),
        ("SN", "ZZ00001"),
        ("TBNM", "Beads"),
        ("$DATE", "01-Mar-2026"),
        ("$BTIM", "23:59:30"),
        ("$ETIM", "00:00:30"),
        ("SWVER", "CytExpert 2.4.0.28"),
        ("PCHID", "SYBR"),
        ("CH1ID", "FSC"),
        ("CH1NM", "FSC"),
        ("CH1TH", "500"),
        ("CH2ID", "FL1"),
        ("CH2NM", "SYBR"),
        ("CH2TH", "10"),
        ("CH2GAIN", "50"),
    ];
    let maker = FcsMaker::new().delimiter(0x0C).with_all(keywords).events(&[0; 24]).tail(b"00001234");
    maker.offset("$NEXTDATA", Place::Next, 8)
}

fn value(record: &Record, field: &str) -> Option<Value> {
    harness(Site::default()).value(record, field).cloned()
}

fn text(text: &str) -> Option<Value> {
    Some(Value::Text(text.into()))
}

#[test]
fn qc_is_what_the_site_says_and_gives_the_detectors() {
    let streams = |qc: &str| {
        let site = Site { qc: Some(vec![qc.to_owned()]), ..Site::default() };
        let given = records(outcomes(site, &file().build()).remove(0));
        given.iter().map(|record| record.stream.0).collect::<Vec<_>>()
    };
    assert_eq!(streams("BEADS"), [0, 1, 1], "bead_qc and two detectors");
    assert_eq!(streams("Bead"), [2], "acquisition alone");
}

#[test]
fn the_trigger_is_told_by_its_code_and_not_by_the_name_people_gave() {
    let given = records(outcome(&file()));
    assert!(value(&given[0], "threshold_detector") == text("FL1"));
    assert!(value(&given[0], "threshold") == Some(Value::Int(10)));
    let unknown = records(outcome(&file().changed("CH2ID", "Jane's dye")));
    assert!(value(&unknown[0], "threshold_detector").is_none() && value(&unknown[2], "detector").is_none());
}

#[test]
fn an_aborted_acquisition_is_a_record_without_times() {
    let aborted = file().without("$BTIM").without("$ETIM").changed("$TOT", "0").events(&[]);
    let given = records(outcome(&aborted));
    assert!(value(&given[0], "aborted") == Some(Value::Bool(true)));
    assert!(value(&given[0], "started_at").is_none() && value(&given[0], "duration").is_none());
}

#[test]
fn an_acquisition_may_pass_midnight() {
    let given = records(outcome(&file()));
    assert!(value(&given[0], "duration") == Some(Value::Duration(60_000_000)));
    assert!(
        value(&given[0], "started_at") == Timestamp::parse("2026-03-01T23:59:30Z").ok().map(Value::Timestamp)
    );
}

#[test]
fn only_rules_in_use_are_told() {
    let rules =
        file().with("RCTIM", "60").with("USRCTIM", "True").with("RCTOT", "9").with("USRCTOT", "False");
    let given = records(outcome(&rules));
    assert!(value(&given[0], "stop_after") == Some(Value::Duration(60_000_000)));
    assert!(value(&given[0], "stop_after_events").is_none());
}

#[test]
fn what_is_of_no_use_is_counted_with_its_reason() {
    assert!(outcome(&file().changed("$CYT", "Other")) == UnitOutcome::Dropped(Reason::OtherFamily, 1));
    assert!(outcomes(Site::default(), b"") == [UnitOutcome::Dropped(Reason::Empty, 1)]);
    let refused = |maker: &FcsMaker| match outcome(maker) {
        UnitOutcome::Refused(reason, _) => reason,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(&file().without("SN")), Reason::Incomplete);
    assert_eq!(refused(&file().without("$TOT")), Reason::Incomplete);
    assert_eq!(refused(&file().changed("$DATE", "01/03/2026")), Reason::Unparsable);
    assert!(records(outcome(&file().without("SN").with("$CYTSN", "ZZ00001"))).len() == 3);
}

#[test]
fn each_data_set_is_a_unit_even_over_several_polls() {
    let sets = [file(), file().changed("$CYT", "Other"), file()];
    let mut harness = harness(Site { max_records: 3, ..Site::default() });
    let input = [MemoryFile::new("listmode", 1, chain(&sets))];
    let (mut units, mut polls) = (Vec::new(), 0);
    while units.len() < sets.len() {
        let reply = harness.poll(&input).unwrap();
        harness.commit(&reply);
        units.extend(reply.units);
        polls += 1;
    }
    assert!(polls > 1);
    assert_eq!(units.iter().map(|unit| unit.position.0).collect::<Vec<_>>(), [0, 1, 2]);
    assert!(units[1].outcome == UnitOutcome::Dropped(Reason::OtherFamily, 1));
}

#[test]
fn a_long_file_is_read_in_parts_and_an_error_within_it_is_one_unit() {
    let mut sets = vec![file(); SETS_AT_ONCE + 2];
    sets.push(file().changed("$NEXTDATA", "7"));
    let mut harness = harness(Site { max_records: 4096, ..Site::default() });
    let input = [MemoryFile::new("listmode", 1, chain(&sets))];
    let mut units = Vec::new();
    for expected in [SETS_AT_ONCE, 3] {
        let reply = harness.poll(&input).unwrap();
        harness.commit(&reply);
        assert_eq!(reply.units.len(), expected);
        units.extend(reply.units);
    }
    assert!(matches!(units.last().unwrap().outcome, UnitOutcome::Refused(Reason::BadHeader, _)));
}

fn texts(record: &Record) -> impl Iterator<Item = &str> {
    record.cells.iter().flatten().filter_map(|value| match value {
        Value::Text(text) => Some(&**text),
        _ => None,
    })
}

#[test]
fn no_identifier_of_a_file_is_in_a_record() {
    let marked = IDENTIFIERS.iter().fold(file(), |maker, name| maker.without(name).with(name, "DOE^JANE"));
    for record in records(outcome(&marked)) {
        assert!(texts(&record).all(|text| !text.contains("DOE")));
    }
}

/// Name of the file, detectors it has, and fields of its first record.
#[test]
fn real_files_give_what_they_hold_and_no_identifier() {
    let files = [
        ("fcs-cytoflex/Bact Invitrogen F13838 1.0um.fcs", 12, 15),
        ("fcs-cytoflex/picoeukaryotes.fcs", 12, 15),
    ];
    for (file, detectors, fields) in files {
        let path = Path::new(REAL_FILES).join(file);
        let Ok(bytes) = fs::read(&path) else {
            println!("SKIPPED: no file {}: dxflex was not tried on it", path.display());
            continue;
        };
        let set = DataSets::of(&mut bytes.as_slice()).next().unwrap().unwrap();
        let given = records(outcomes(Site::default(), &bytes).remove(0));
        assert_eq!(given.len(), 1 + detectors, "{file}");
        assert_eq!(given[0].cells.iter().flatten().count(), fields, "{file}");
        for identifier in IDENTIFIERS.iter().filter_map(|name| set.text.text(name)).filter(|id| id.len() > 3)
        {
            assert!(given.iter().flat_map(texts).all(|text| !text.contains(&*identifier)), "{file}");
        }
    }
}
