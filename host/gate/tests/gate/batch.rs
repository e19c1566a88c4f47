//! The second check: a batch passes byte for byte or not at all.

use std::sync::Arc;

use labrelay_gate::batch::{self, BatchRefusal};
use labrelay_gate::json::read_record;
use labrelay_gate::{AcceptedRecord, Gate, LineWriter, Refusal, Verdict};
use labrelay_model::{BatchHeader, FieldName, Reason, RowId, wire};
use proptest::prelude::*;

use crate::events::EVENTS;
use crate::support::{BENCH, RUN_FIELDS, gate, now, record, run_cells};

fn header(gate: &Gate, records: u32) -> BatchHeader {
    BatchHeader {
        labrelay_batch: BatchHeader::VERSION,
        family: gate.manifest().family().clone(),
        stream: "run".parse().unwrap(),
        manifest_sha256: gate.manifest().sha256(),
        plugin_version: "1.2.0".into(),
        host_version: "0.1.0".into(),
        records,
        tombstone: None,
    }
}

fn zstd(ndjson: &[u8]) -> Vec<u8> {
    zstd::encode_all(ndjson, 3).unwrap()
}

/// A batch as the host makes it.
pub(crate) fn pack(gate: &Gate, rows: &[(RowId, AcceptedRecord)]) -> Vec<u8> {
    let mut header = header(gate, u32::try_from(rows.len()).unwrap());
    header.stream = rows[0].1.stream().stream.clone();
    zstd(&ndjson(&header, rows))
}

fn ndjson(header: &BatchHeader, rows: &[(RowId, AcceptedRecord)]) -> Vec<u8> {
    let mut writer = LineWriter::new();
    rows.iter().for_each(|(id, record)| writer.push(record, *id));
    let mut body = serde_json::to_vec(header).unwrap();
    body.push(b'\n');
    writer.finish().iter().for_each(|lines| body.extend_from_slice(lines.ndjson()));
    body
}

fn check(body: &[u8]) -> Result<BatchHeader, BatchRefusal> {
    batch::check(|_, _| Some(Arc::new(gate(BENCH))), body, now())
}

/// Checks a header and lines, given as text.
fn check_text(header: &BatchHeader, lines: &str) -> Result<BatchHeader, BatchRefusal> {
    check(&zstd(format!("{}\n{lines}", serde_json::to_string(header).unwrap()).as_bytes()))
}

fn check_lines(records: u32, lines: &str) -> Result<BatchHeader, BatchRefusal> {
    check_text(&header(&gate(BENCH), records), lines)
}

fn line(id: u8) -> String {
    format!("{{\"row_id\":\"{}\",\"fields\":{RUN_FIELDS}}}\n", format!("{id:02x}").repeat(16))
}

#[test]
fn a_batch_that_the_gate_wrote_passes() {
    let gate = gate(BENCH);
    let Verdict::Accepted(accepted) = gate.check(record(0, run_cells()), now()) else { panic!("refused") };
    let rows = vec![(RowId([0xab; 16]), accepted.clone()), (RowId([7; 16]), accepted)];
    let checked = check(&pack(&gate, &rows)).unwrap();
    assert_eq!(checked, header(&gate, 2));
    check_lines(2, &(line(1) + &line(2))).unwrap();
}

#[test]
fn every_other_writing_of_the_same_is_refused() {
    let good = line(0xab);
    let variants = [
        good.replace("\"took\":61.25", "\"took\": 61.25"),
        good.replace("\"took\":61.25", "\"took\":61.250"),
        good.replace("\"took\":61.25", "\"took\":6.125e1"),
        good.replace("\"power\":12.5", "\"power\":12.501"),
        good.replace("08:00:00.500Z", "08:00:00.5Z"),
        good.replace("08:00:00.500Z", "09:00:00.500+01:00"),
        good.replace("\"4711\"", "\"\\u0034711\""),
        good.replace("abab", "ABAB"),
        good.replace("\"row_id\"", "\"row\\u005fid\""),
        good.replace("abab\"", "abab\","),
        good.replace("\"abab", "\"+bab"),
        good.replace("\"abab", "\"aba"),
        good.replace("\"abab", "\"0abab"),
        good.replace("}}", "},\"x\":1}"),
        good.replace("}}", "} }"),
        good.replace('\n', " \n"),
        good.replace('\n', "\r\n"),
    ];
    for variant in variants {
        assert_ne!(variant, good);
        let refused = check_lines(1, &variant).unwrap_err();
        assert!(
            matches!(refused, BatchRefusal::NotCanonical { line: 2 } | BatchRefusal::Record { line: 2, .. }),
            "{refused:?}"
        );
    }
    let fields = RUN_FIELDS.replace(",\"stop\":\"events\"", "").replace('{', "{\"stop\":\"events\",");
    let other_order = line(1).replace(RUN_FIELDS, &fields);
    assert_eq!(check_lines(1, &other_order).unwrap_err(), BatchRefusal::NotCanonical { line: 2 });
}

#[test]
fn a_record_that_the_gate_refuses_is_named_by_line_and_field() {
    let lines = line(1) + &line(2).replace("\"power\":12.5", "\"power\":100.5");
    let refusal =
        Refusal { reason: Reason::OutOfRange, field: Some(FieldName::new("power").unwrap()), detector: None };
    let refused = check_lines(2, &lines).unwrap_err();
    assert_eq!(refused, BatchRefusal::Record { line: 3, refusal });
    assert_eq!(refused.to_string(), "line 3: out_of_range in field power");
    assert_eq!((refused.line(), refused.reason()), (Some(3), Some(Reason::OutOfRange)));
}

#[test]
fn specimens_leave_as_figures_of_at_least_five_and_in_no_other_form() {
    let mut header = header(&gate(BENCH), 1);
    header.stream = "tube".parse().unwrap();
    let check = |fields: &str| {
        check_text(&header, &format!("{{\"row_id\":\"{}\",\"fields\":{fields}}}\n", "01".repeat(16)))
    };
    let figures = r#"{"window_start":"2026-03-01T08:00:00Z","window":"1h","acquisitions":5,"power_mean":5}"#;
    check(figures).unwrap();
    let of_four = check(&figures.replace(":5,", ":4,")).unwrap_err();
    assert_eq!(of_four.reason(), Some(Reason::OutOfRange));
    let record = check(r#"{"at":"2026-03-01T08:00:00Z","power":5}"#).unwrap_err();
    assert_eq!(record.reason(), Some(Reason::MissingField));
}

#[test]
fn an_event_is_judged_by_its_own_slots_again() {
    let gate = Arc::new(gate(EVENTS));
    let mut header = header(&gate, 1);
    header.stream = "event".parse().unwrap();
    let check = |fields: &str| {
        let line = format!("{{\"row_id\":\"{}\",\"fields\":{{{fields}}}}}\n", "01".repeat(16));
        let body = zstd(format!("{}\n{line}", serde_json::to_string(&header).unwrap()).as_bytes());
        batch::check(|_, _| Some(Arc::clone(&gate)), &body, now()).map(|_| ())
    };
    let low = r#""event":"laser_power_low","severity":"warning","laser":"Red","power":12.3"#;
    check(low).unwrap();
    check(r#""event":"started","severity":"info""#).unwrap();
    let reason = |fields: &str| check(fields).unwrap_err().reason();
    assert_eq!(reason(&low.replace("warning", "error")), Some(Reason::SlotMismatch));
    assert_eq!(reason(&low.replace(r#","power":12.3"#, "")), Some(Reason::SlotMismatch));
    assert_eq!(reason(&format!(r#"{low},"board":"PCB-0042""#)), Some(Reason::SlotMismatch));
    assert_eq!(reason(&low.replace("Red", "Violet")), Some(Reason::NotInValues), "of another event");
    assert_eq!(reason(&low.replace("laser_power_low", "door_open")), Some(Reason::NotInValues));
    assert_eq!(reason(&low.replace("12.3", "51")), Some(Reason::OutOfRange));
    let finer = check(&low.replace("12.3", "12.34")).unwrap_err();
    assert_eq!(finer, BatchRefusal::NotCanonical { line: 2 }, "more decimals than this event's slot has");
}

#[test]
fn a_row_id_stands_once() {
    let lines = line(1) + &line(2) + &line(1);
    assert_eq!(check_lines(3, &lines).unwrap_err(), BatchRefusal::DuplicateRow { line: 4 });
}

#[test]
fn the_header_counts_its_records() {
    for (declared, lines) in [(1, line(1) + &line(2)), (3, line(1) + &line(2)), (1, String::new())] {
        assert_eq!(check_lines(declared, &lines).unwrap_err(), BatchRefusal::WrongCount { declared });
    }
    let most = wire::MAX_BATCH_RECORDS;
    assert_eq!(check_lines(most, &line(1)).unwrap_err(), BatchRefusal::WrongCount { declared: most });
    let declared = most + 1;
    assert_eq!(check_lines(declared, &line(1)).unwrap_err(), BatchRefusal::TooManyRecords { declared });
}

#[test]
fn every_line_ends_and_none_is_empty() {
    assert_eq!(check_lines(1, line(1).trim_end()).unwrap_err(), BatchRefusal::UnendedLine);
    assert_eq!(check_lines(1, &(line(1) + "\n")).unwrap_err(), BatchRefusal::WrongCount { declared: 1 });
    assert_eq!(check_lines(2, &(line(1) + "\n")).unwrap_err(), BatchRefusal::NotCanonical { line: 3 });
    assert_eq!(check(&zstd(b"")).unwrap_err(), BatchRefusal::UnendedLine);
}

#[test]
fn the_header_is_strict() {
    let good = serde_json::to_string(&header(&gate(BENCH), 1)).unwrap();
    let variants = [
        good.replace("\"1.2.0\"", "\"Jane Doe\""),
        good.replace("\"0.1.0\"", "\"0.1.0-jane\""),
        good.replace("{\"labrelay", "{ \"labrelay"),
        good.replace("\"records\":1", "\"records\":1,\"note\":\"x\""),
        good.replace("\"records\":1", "\"records\":1,\"records\":1"),
        good.replace("\"records\":1", "\"records\":1,\"tombstone\":null"),
        good.replace("\"family\":\"bench\"", "\"family\":\"Bench\""),
        "{}".into(),
        "[1]".into(),
        String::new(),
    ];
    for variant in variants {
        assert_ne!(variant, good);
        let refused = check(&zstd(format!("{variant}\n{}", line(1)).as_bytes())).unwrap_err();
        assert_eq!(refused, BatchRefusal::Header, "{variant}");
        assert_eq!((refused.line(), refused.reason()), (Some(1), None));
    }
    let other = good.replace("\"labrelay_batch\":1", "\"labrelay_batch\":2");
    let refused = check(&zstd(format!("{other}\n{}", line(1)).as_bytes())).unwrap_err();
    assert_eq!(refused, BatchRefusal::OtherVersion { found: 2 });
}

#[test]
fn a_tombstone_is_empty_and_only_a_tombstone_is() {
    let mut tombstone = header(&gate(BENCH), 0);
    assert_eq!(check_text(&tombstone, "").unwrap_err(), BatchRefusal::Tombstone);
    tombstone.tombstone = Some(Reason::RefusedByReceiver);
    assert_eq!(check_text(&tombstone, "").unwrap(), tombstone);
    assert_eq!(check_text(&tombstone, &line(1)).unwrap_err(), BatchRefusal::WrongCount { declared: 0 });
    tombstone.records = 1;
    assert_eq!(check_text(&tombstone, &line(1)).unwrap_err(), BatchRefusal::Tombstone);
}

#[test]
fn the_manifest_is_known_and_is_the_one_that_is_named() {
    let named = header(&gate(BENCH), 1);
    let body = zstd(format!("{}\n{}", serde_json::to_string(&named).unwrap(), line(1)).as_bytes());
    let unknown =
        BatchRefusal::UnknownManifest { family: named.family.clone(), sha256: named.manifest_sha256 };
    assert_eq!(batch::check(|_, _| None, &body, now()).unwrap_err(), unknown);
    for other in [BENCH.replace("1.0.0", "1.0.1"), BENCH.replace("family: bench", "family: other")] {
        let refused = batch::check(|_, _| Some(Arc::new(gate(&other))), &body, now()).unwrap_err();
        assert_eq!(refused, unknown);
    }
    let mut header = named;
    header.stream = "runs".parse().unwrap();
    assert_eq!(check_text(&header, &line(1)).unwrap_err(), BatchRefusal::UnknownStream);
}

#[test]
fn a_bomb_is_stopped_by_its_size() {
    let within = vec![b' '; wire::MAX_BATCH_BYTES];
    assert_eq!(check(&zstd(&within)).unwrap_err(), BatchRefusal::UnendedLine);
    let mut beyond = within;
    beyond.push(b'\n');
    assert_eq!(check(&zstd(&beyond)).unwrap_err(), BatchRefusal::TooLarge);
    let bomb = zstd(&vec![0; 1 << 28]);
    assert!(bomb.len() < wire::MAX_BODY_BYTES);
    assert_eq!(check(&bomb).unwrap_err(), BatchRefusal::TooLarge);
    assert_eq!(check(&vec![0; wire::MAX_BODY_BYTES]).unwrap_err(), BatchRefusal::NotZstd);
    assert_eq!(check(&vec![0; wire::MAX_BODY_BYTES + 1]).unwrap_err(), BatchRefusal::TooLarge);
}

#[test]
fn nothing_stands_beside_the_frame() {
    let good =
        zstd(format!("{}\n{}", serde_json::to_string(&header(&gate(BENCH), 1)).unwrap(), line(1)).as_bytes());
    check(&good).unwrap();
    // A skippable frame: readers pass over its 4 bytes of anything.
    let skippable = [0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, b'J', b'a', b'n', b'e'];
    let bodies = [
        [good.as_slice(), &skippable].concat(),
        [&skippable, good.as_slice()].concat(),
        [good.as_slice(), b"Jane"].concat(),
        [good.as_slice(), &zstd(b"")].concat(),
        good[..good.len() - 1].to_vec(),
        b"{}\n".to_vec(),
        Vec::new(),
    ];
    for body in bodies {
        assert_eq!(check(&body).unwrap_err(), BatchRefusal::NotZstd);
    }
}

/// What the second check lets through, read anew by serde and judged by the gate, is written so again.
fn assert_gate_writes_the_same(line: &str) {
    let gate = gate(BENCH);
    let fields = line[..line.len() - 1].split_once("\"fields\":").unwrap().1;
    let replayed = format!("{{\"stream\":\"run\",\"fields\":{fields}}}");
    let record = read_record(gate.manifest(), replayed.as_bytes()).unwrap();
    let Verdict::Accepted(record) = gate.check(record, now()) else { panic!("refused") };
    assert_eq!(record.to_json(), replayed);
}

proptest! {
    #[test]
    fn hostile_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60), at in any::<prop::sample::Index>()) {
        let text = format!("{}\n{}", serde_json::to_string(&header(&gate(BENCH), 1)).unwrap(), line(1));
        let mut ndjson = text.clone().into_bytes();
        let mut body = zstd(text.as_bytes());
        for target in [&mut ndjson, &mut body] {
            let at = at.index(target.len());
            let end = target.len().min(at + bytes.len());
            target.splice(at..end, bytes.iter().copied());
        }
        let _ = check(&bytes);
        let _ = check(&body);
        // A change may make another correct batch, such as one with another row id.
        if check(&zstd(&ndjson)).is_ok() {
            let ndjson = String::from_utf8(ndjson).unwrap();
            let lines = ndjson.lines().skip(1);
            lines.for_each(assert_gate_writes_the_same);
        }
    }
}
