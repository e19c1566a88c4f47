//! Records of 12 fields that the gate judges, writes and checks again in a second, on one core.
//!
//! `cargo bench -p labrelay-gate`; `-- --json` prints a JSON object a line for `cargo xtask bench`. A figure, not a
//! test: nothing fails when the machine is busy.
#![allow(clippy::print_stdout)] // a figure for a person

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use labrelay_gate::{Gate, LineWriter, Site, Verdict, batch};
use labrelay_manifest::{Inventory, Manifest};
use labrelay_model::{BatchHeader, Record, RowId, StreamIndex, Timestamp, Value};

const MANIFEST: &str = include_str!("throughput.yaml");
/// One worker reply: small enough to stay in the cache, as it does behind the worker's channel.
const BATCH: u32 = 1024;
const ROUNDS: u32 = 2000;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let manifest = Arc::new(Manifest::parse(MANIFEST.as_bytes())?);
    let inventory =
        Inventory { serials: ["AX10042".into(), "AX10043".into()].into(), ..Inventory::default() };
    let gate = Arc::new(Gate::new(manifest, Site { inventory: Some(inventory), ..Site::default() }));
    let now = Timestamp::parse("2026-03-02T00:00:00Z")?;
    let records: Vec<Record> = (0..BATCH).map(|number| record(number, now)).collect();

    let mut verdicts = Vec::with_capacity(records.len());
    let judging = time(
        ROUNDS,
        || records.clone(),
        |records| {
            verdicts.clear();
            verdicts.extend(records.into_iter().map(|record| gate.check(record, now)));
        },
    );
    report("Gate::check", ROUNDS, judging);

    let accepted: Vec<_> = verdicts
        .into_iter()
        .filter_map(|verdict| if let Verdict::Accepted(record) = verdict { Some(record) } else { None })
        .collect();
    if accepted.len() != records.len() {
        return Err("the gate refused a record of the benchmark".into());
    }

    let rounds = ROUNDS / 10;
    let mut ndjson = Vec::new();
    let writing = time(rounds, LineWriter::new, |mut writer| {
        for (number, record) in (0u128..).zip(&accepted) {
            writer.push(record, RowId(number.to_be_bytes()));
        }
        ndjson = writer.finish();
    });
    report("LineWriter::push", rounds, writing);

    let body = pack(&gate, ndjson.first().ok_or("no lines")?.ndjson())?;
    let checking = time(
        rounds,
        || (),
        |()| {
            black_box(batch::check(|_, _| Some(Arc::clone(&gate)), &body, now).is_ok());
        },
    );
    report("batch::check", rounds, checking);
    Ok(())
}

/// Time spent in `work` alone; making and dropping its input is not counted.
fn time<T>(rounds: u32, mut input: impl FnMut() -> T, mut work: impl FnMut(T)) -> Duration {
    let mut spent = Duration::ZERO;
    for _ in 0..rounds {
        let input = input();
        let start = Instant::now();
        work(black_box(input));
        spent += start.elapsed();
    }
    spent
}

fn report(what: &str, rounds: u32, spent: Duration) {
    let records = f64::from(BATCH) * f64::from(rounds);
    let per_second = records / spent.as_secs_f64();
    if std::env::args().any(|argument| argument == "--json") {
        return println!("{}", serde_json::json!({ "what": what, "records_per_second": per_second }));
    }
    println!("{what:<18} {:>8.2} million records/s {:>7.0} ns each", per_second / 1e6, 1e9 / per_second);
}

fn record(number: u32, now: Timestamp) -> Record {
    let wobble = f64::from(number % 100) / 7.0;
    let cells = vec![
        Value::Text("AX10042".into()),
        Value::Timestamp(now.saturating_add_micros(-i64::from(number) * 1_001_000)),
        Value::Duration(61_500_000 + i64::from(number)),
        Value::Text(format!("{}", 1000 + number).into()),
        Value::Text(format!("LOT-{:04}A", number % 10_000).into()),
        Value::Float(20.0 + wobble),
        Value::Float(21.0 + wobble),
        Value::Float(450.0 - wobble),
        Value::Int(i64::from(number)),
        Value::Int(5000),
        Value::Bool(number.is_multiple_of(2)),
        Value::Enum(u16::from(number.is_multiple_of(3))),
    ];
    Record { stream: StreamIndex(0), cells: cells.into_iter().map(Some).collect() }
}

fn pack(gate: &Gate, ndjson: &[u8]) -> Result<Vec<u8>, Failure> {
    let header = BatchHeader {
        labrelay_batch: BatchHeader::VERSION,
        family: gate.manifest().family().clone(),
        stream: gate.manifest().streams().first().ok_or("no stream")?.name.clone(),
        manifest_sha256: gate.manifest().sha256(),
        plugin_version: "1.0.0".into(),
        host_version: "1.0.0".into(),
        records: BATCH,
        tombstone: None,
    };
    let mut body = serde_json::to_vec(&header)?;
    body.push(b'\n');
    body.extend_from_slice(ndjson);
    Ok(zstd::encode_all(body.as_slice(), 3)?)
}
