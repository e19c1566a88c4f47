//! What a requeue gives is what the unit would have given at once under the wider manifest.

use std::path::PathBuf;
use std::sync::Arc;

use labrelay_abi::UnitOutcome;
use labrelay_gate::Site;
use labrelay_model::{AcceptedLines, Record, Timestamp, Value};
use labrelay_spool::{Form, QuarantineKey, SpoolConfig, SpoolKeys};

use super::*;

const NARROW: &str = "
manifest: 1
family: bench
title: Bench
version: 1.0.0
sources: {files: {kind: folder, pattern: '*.x'}}
streams:
  run:
    about: instrument
    description: A run.
    fields:
      power: {type: float, unit: mW, range: [0, 100], decimals: 1, description: P.}
      lasted: {type: duration, range: [0s, 12h], optional: true, description: L.}
      mode: {type: enum, values: [slow, fast], description: M.}
  event:
    about: instrument
    description: Log.
    fields:
      at: {type: timestamp, description: When.}
    catalogue:
      started: {severity: info, template: 'Started'}
";
const KEY: [u8; 32] = [5; 32];

fn judge(manifest: &str) -> Judge {
    let manifest = Manifest::parse(manifest.as_bytes()).unwrap_or_else(|errors| panic!("{errors}"));
    Judge::new(Arc::new(manifest), Site::default(), &KEY)
}

/// Wider in range, with the words in another order.
fn wide() -> Judge {
    judge(
        &NARROW
            .replace("[0, 100]", "[0, 500]")
            .replace("[slow, fast]", "[fast, slow]")
            .replace("'Started'}", "'Started'}\n      power: {severity: warning, template: 'Power {p} mW', slots: {p: {type: int, range: [0, 900]}}}"),
    )
}

fn memory(judge: &Judge) -> GateState {
    GateState::new(judge.gate(), now())
}

fn run(power: f64, mode: u16) -> Record {
    let lasted = Some(Value::Duration(61_250_000));
    Record {
        stream: labrelay_model::StreamIndex(0),
        cells: vec![Some(Value::Float(power)), lasted, Some(Value::Enum(mode))],
    }
}

fn unit(position: u64, outcome: UnitOutcome) -> Unit {
    Unit { handle: 0, position: Position(position), stream: None, outcome }
}

fn origin() -> Origin {
    Origin { source: "files".parse().unwrap(), identity: InputIdentity([9; 32]), path: PathBuf::new() }
}

fn now() -> Timestamp {
    Timestamp::parse("2026-03-01T08:00:00Z").unwrap()
}

fn text(lines: &[AcceptedLines]) -> String {
    lines.iter().map(|lines| String::from_utf8(lines.ndjson().to_vec()).unwrap()).collect()
}

/// A spool in which `units` were refused by the narrow manifest.
struct Refused {
    _folder: tempfile::TempDir,
    spool: Spool,
    key: QuarantineKey,
}

impl Refused {
    fn new(units: Vec<Unit>) -> Self {
        use age::secrecy::ExposeSecret as _;
        let identity = age::x25519::Identity::generate();
        let folder = tempfile::tempdir().unwrap();
        let config =
            SpoolConfig { quarantine_recipient: Some(identity.to_public()), ..SpoolConfig::default() };
        let keys = SpoolKeys::new(&[1; 32]).unwrap();
        let (spool, _) = Spool::open(&folder.path().join("spool"), config, keys, now()).unwrap();
        let narrow = judge(NARROW);
        let judged = narrow.judge(units, &[origin()], now(), &mut memory(&narrow), |_, _| {});
        let commit = Commit {
            family: "bench".parse().unwrap(),
            plugin_version: "3.1.4".into(),
            host_version: "0.1.0".into(),
            manifest_sha256: narrow.gate().manifest().sha256(),
            lines: judged.lines,
            cursor: None,
            gate_state: None,
            seen: Vec::new(),
            ledger: judged.ledger.into_iter().collect(),
            read: Vec::new(),
            gaps: Vec::new(),
            logs: Vec::new(),
            quarantined: judged.quarantined,
            now: now(),
        };
        spool.commit(&commit).unwrap();
        let key = QuarantineKey::parse(identity.to_string().expose_secret()).unwrap();
        Self { _folder: folder, spool, key }
    }

    fn requeue(&self, reason: Reason, judge: &Judge) -> Requeued {
        let Some(listing) = self.spool.quarantine().next() else { return Requeued::default() };
        let message = listing.unwrap().id;
        let sealed = self.spool.quarantine_message(message).unwrap().unwrap();
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &sealed);
        let sha256 = Digest(*digest.as_ref().first_chunk().unwrap());
        let opened = self.key.open(&sealed).unwrap();
        let request = Request { message, sha256, reason, stream: None, bytes: opened.0.len() as u64 };
        Task::new(request, &opened.0).unwrap().run(judge, &self.spool).unwrap()
    }

    /// What waits for delivery, without the batches' headers.
    fn waiting(&self) -> String {
        let batches =
            self.spool.peek().map(|batch| String::from_utf8(batch.unwrap().ndjson.unwrap()).unwrap());
        batches.map(|text| text.split_once('\n').unwrap().1.to_owned()).collect()
    }

    fn counts(&self) -> Vec<(Outcome, u64, u64)> {
        let ledger = self.spool.ledger().unwrap().into_iter();
        ledger.map(|(key, counts)| (key.outcome, counts.units, counts.records)).collect()
    }
}

fn records(position: u64, records: Vec<Record>) -> Unit {
    unit(position, UnitOutcome::Records(records))
}

#[test]
fn what_passes_now_has_the_rows_that_it_would_have_had() {
    let units = || vec![records(1, vec![run(50.0, 0), run(471.1, 1)]), records(2, vec![run(999.0, 0)])];
    let refused = Refused::new(units());
    assert_eq!(refused.waiting(), "");
    let narrow = refused.requeue(Reason::OutOfRange, &judge(NARROW));
    assert_eq!(narrow, Requeued { refused: 2, ..Requeued::default() });
    assert_eq!(refused.counts(), [(Outcome::Quarantined(Reason::OutOfRange), 2, 0)]);

    let requeued = refused.requeue(Reason::OutOfRange, &wide());
    assert_eq!(requeued, Requeued { units: 1, records: 2, refused: 1, unread: 0 });
    let at_once = vec![records(1, vec![run(50.0, 1), run(471.1, 0)])];
    let at_once = wide().judge(at_once, &[origin()], now(), &mut memory(&wide()), |_, _| {});
    assert_eq!(refused.waiting(), text(&at_once.lines), "the same words, though their indexes have changed");
    let moved = [(Outcome::Quarantined(Reason::OutOfRange), 1, 0), (Outcome::Accepted, 1, 2)];
    assert_eq!(refused.counts(), moved);
    assert_eq!(refused.requeue(Reason::OutOfRange, &wide()).units, 0, "it passes once");
}

#[test]
fn a_log_line_is_matched_by_the_catalogue_of_today() {
    let line = |text: &str| {
        let json =
            format!(r#"{{"stream":"event","fields":{{"at":"2026-03-01T07:00:00Z"}},"line":"{text}"}}"#);
        UnitOutcome::Refused(Reason::UnmatchedEvent, labrelay_model::Redacted(json.into_bytes()))
    };
    let refused = Refused::new(vec![unit(1, line("Power 471 mW")), unit(2, line("Hello Jane"))]);
    assert_eq!(refused.requeue(Reason::UnmatchedEvent, &judge(NARROW)).refused, 2);
    let requeued = refused.requeue(Reason::UnmatchedEvent, &wide());
    assert_eq!(requeued, Requeued { units: 1, records: 1, refused: 1, unread: 0 });
    let fields = r#""fields":{"at":"2026-03-01T07:00:00Z","event":"power","severity":"warning","p":471}}"#;
    assert!(refused.waiting().contains(fields), "{}", refused.waiting());
}

#[test]
fn a_line_is_matched_byte_for_byte_or_not_at_all() {
    let kept = |key: &str, text: &str| {
        let json =
            format!(r#"{{"stream":"event","fields":{{"at":"2026-03-01T07:00:00Z"}},"{key}":"{text}"}}"#);
        UnitOutcome::Refused(Reason::UnmatchedEvent, labrelay_model::Redacted(json.into_bytes()))
    };
    let catalogue = NARROW.replace("'Started'}", r"'Saved {p}', slots: {p: {type: ignored, shape: path}}}");
    let lines = [
        ("line_latin1", r"Saved C:\\M\u00fcller"),
        ("line_start", r"Saved C:\\M"),
        ("line_latin1", "\u{20ac}"),
    ];
    let refused = Refused::new((1..).zip(lines).map(|(at, (key, text))| unit(at, kept(key, text))).collect());
    let requeued = refused.requeue(Reason::UnmatchedEvent, &judge(&catalogue));
    assert_eq!(requeued, Requeued { units: 1, records: 1, refused: 2, unread: 0 });
}

#[test]
fn bytes_that_no_plugin_could_read_stay() {
    let raw = UnitOutcome::Refused(Reason::BadText, labrelay_model::Redacted(b"\xff".to_vec()));
    let refused = Refused::new(vec![unit(1, raw)]);
    assert_eq!(refused.requeue(Reason::BadText, &wide()), Requeued { unread: 1, ..Requeued::default() });
    assert_eq!(refused.spool.quarantine().count(), 1);
    assert_eq!(refused.requeue(Reason::OutOfRange, &wide()), Requeued::default(), "another reason");
    let entry = refused.spool.quarantine().next().unwrap().unwrap();
    assert_eq!(entry.counts.first().unwrap().reason, Reason::BadText);
    let sealed = refused.spool.quarantine_message(entry.id).unwrap().unwrap();
    let opened = OpenedMessage::read(&refused.key.open(&sealed).unwrap().0).unwrap();
    assert_eq!((opened.entries[0].form, &*opened.plugin_version), (Form::Raw, "3.1.4"));
}
