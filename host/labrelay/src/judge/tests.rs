//! An acquisition is committed with its cursor, whatever ends before or after: it is in one aggregate, once.

use labrelay_model::{FamilyName, Value};
use labrelay_spool::{Commit, Spool, SpoolConfig, SpoolKeys};

use super::*;

const MANIFEST: &str = "
manifest: 1
family: bench
title: Bench
version: 1.0.0
sources: {files: {kind: folder, pattern: '*.x'}}
streams:
  tube:
    about: specimen
    description: Acquisitions.
    aggregate: {every: 1h, at_least: 5}
    event_time: at
    fields:
      at: {type: timestamp}
      runs: {type: int, range: [0, 1000], as: [mean]}
";

/// A service that may end at any time: only its folder stays.
struct Service {
    folder: tempfile::TempDir,
    judge: Judge,
}

fn time(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn at(clock: &str) -> Timestamp {
    time(&format!("2026-03-02T{clock}:00Z"))
}

fn family() -> FamilyName {
    "bench".parse().unwrap()
}

impl Service {
    fn new() -> Self {
        let manifest = Manifest::parse(MANIFEST.as_bytes()).unwrap();
        let judge = Judge::new(Arc::new(manifest), Site::default(), &[5; 32]);
        Self { folder: tempfile::tempdir().unwrap(), judge }
    }

    fn spool(&self) -> Spool {
        let keys = SpoolKeys::new(&[1; 32]).unwrap();
        Spool::open(&self.folder.path().join("spool"), SpoolConfig::default(), keys, at("08:00")).unwrap().0
    }

    fn state(&self, spool: &Spool, now: Timestamp) -> GateState {
        let saved = spool.gate_state(&family()).unwrap();
        GateState::restore(self.judge.gate(), saved.as_deref(), now).unwrap()
    }

    /// Commits what is due, then reads the acquisitions with these numbers of runs; gives the outcome of the last.
    fn run(&self, now: Timestamp, happened: Timestamp, runs: &[i64], ends: Ends) -> Option<Outcome> {
        let spool = self.spool();
        let mut state = self.state(&spool, now);
        if state.is_due(now) {
            let judged = self.judge.close(now, &mut state, |_| {});
            if ends == Ends::BeforeClosing {
                return None;
            }
            self.commit(&spool, judged, &state, None);
        }
        let units = runs.iter().map(|runs| acquisition(happened, *runs)).collect();
        let judged = self.judge.judge(units, &[origin()], now, &mut state, |_, _| {});
        let outcome = judged.ledger.keys().next_back().map(|key| key.outcome);
        if ends == Ends::AfterCommit {
            self.commit(&spool, judged, &state, Some(runs.last().copied().unwrap_or_default()));
        }
        outcome
    }

    fn commit(&self, spool: &Spool, judged: Judged, state: &GateState, cursor: Option<i64>) {
        let gate = self.judge.gate();
        let commit = Commit {
            family: family(),
            plugin_version: "1.0.0".into(),
            host_version: "0.1.0".into(),
            manifest_sha256: gate.manifest().sha256(),
            lines: judged.lines,
            cursor: cursor.map(|cursor| cursor.to_be_bytes().to_vec()),
            gate_state: Some(state.save(gate)),
            seen: Vec::new(),
            ledger: judged.ledger.into_iter().collect(),
            read: Vec::new(),
            gaps: Vec::new(),
            logs: Vec::new(),
            quarantined: judged.quarantined,
            now: at("08:00"),
        };
        spool.commit(&commit).unwrap();
    }

    /// The lines that wait to leave; they land.
    fn waiting(&self) -> Vec<String> {
        let spool = self.spool();
        let waiting: Vec<_> = spool.peek().map(Result::unwrap).collect();
        let mut batches = Vec::new();
        for batch in waiting {
            let ndjson = String::from_utf8(batch.ndjson.unwrap()).unwrap();
            batches.extend(ndjson.lines().skip(1).map(str::to_owned));
            spool.landed(&batch.id, at("08:00")).unwrap();
        }
        batches
    }
}

/// Where the service ends.
#[derive(PartialEq)]
enum Ends {
    BeforeClosing,
    BeforeCommit,
    AfterCommit,
}

fn acquisition(at: Timestamp, runs: i64) -> Unit {
    let cells = vec![Some(Value::Timestamp(at)), Some(Value::Int(runs))];
    let outcome = UnitOutcome::Records(vec![Record { stream: StreamIndex(0), cells }]);
    Unit { handle: 0, position: Position(runs.unsigned_abs()), stream: Some(StreamIndex(0)), outcome }
}

fn origin() -> Origin {
    Origin { source: "files".parse().unwrap(), identity: InputIdentity([9; 32]), path: PathBuf::new() }
}

#[test]
fn a_service_that_ends_at_any_step_neither_loses_nor_doubles_an_acquisition() {
    let service = Service::new();
    let (ten, read) = (at("10:10"), at("10:20"));
    for runs in 1..=6 {
        // The reading is lost, and done again from the committed cursor.
        service.run(read, ten, &[runs], Ends::BeforeCommit);
        let outcome = service.run(read, ten, &[runs], Ends::AfterCommit);
        assert_eq!(outcome, Some(Outcome::Dropped(Reason::Specimen)));
    }
    assert_eq!(service.waiting(), [""; 0]);
    service.run(at("12:00"), ten, &[], Ends::BeforeClosing);
    assert_eq!(service.waiting(), [""; 0]);
    service.run(at("12:00"), ten, &[], Ends::BeforeCommit);
    let [line] = service.waiting().try_into().unwrap();
    let fields =
        r#""fields":{"window_start":"2026-03-02T10:00:00Z","window":"1h","acquisitions":6,"runs_mean":3.5}}"#;
    assert!(line.ends_with(fields), "{line}");
    service.run(at("13:00"), ten, &[], Ends::AfterCommit);
    assert_eq!(service.waiting(), [""; 0], "it leaves once");
}

#[test]
fn what_comes_too_late_is_counted_so() {
    let service = Service::new();
    service.run(at("10:20"), at("10:10"), &[1], Ends::AfterCommit);
    let later = time("2026-03-12T10:20:00Z");
    let outcome = service.run(later, at("10:10"), &[2], Ends::AfterCommit);
    assert_eq!(outcome, Some(Outcome::Dropped(Reason::TooLate)));
}

#[test]
fn a_window_s_row_has_the_same_name_on_every_run_and_another_than_other_windows() {
    let rows = || {
        let service = Service::new();
        service.run(at("10:20"), at("10:10"), &[1, 2, 3, 4, 5], Ends::AfterCommit);
        service.run(at("11:20"), at("11:10"), &[1, 2, 3, 4, 5], Ends::AfterCommit);
        service.run(at("13:00"), at("11:10"), &[], Ends::AfterCommit);
        let lines = service.waiting();
        lines.iter().map(|line| line[11..43].to_owned()).collect::<Vec<_>>()
    };
    let [ten, eleven] = <[String; 2]>::try_from(rows()).unwrap();
    assert_ne!(ten, eleven);
    assert_eq!(rows(), [ten, eleven]);
}

#[test]
fn a_refused_aggregate_is_counted_and_goes_nowhere() {
    let service = Service::new();
    service.run(at("10:20"), at("10:10"), &[1, 2, 3, 4, 5], Ends::AfterCommit);
    let mut narrow = Service::new();
    let manifest = MANIFEST.replace("range: [0, 1000]", "range: [0, 2]");
    let manifest = Manifest::parse(manifest.as_bytes()).unwrap();
    narrow.judge = Judge::new(Arc::new(manifest), Site::default(), &[5; 32]);
    let spool = service.spool();
    let mut state = narrow.state(&spool, at("12:00"));
    let judged = narrow.judge.close(at("12:00"), &mut state, |_| panic!("it leaves"));
    assert!(judged.lines.is_empty());
    let counts: Vec<_> =
        judged.ledger.into_iter().map(|(key, counts)| (key.outcome, counts.records)).collect();
    assert_eq!(counts, [(Outcome::Dropped(Reason::OutOfRange), 1)]);
}
