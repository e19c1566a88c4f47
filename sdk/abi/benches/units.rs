//! Time to write and to read a 12-field record: `cargo bench -p labrelay-abi`. Prints; checks nothing.
#![allow(clippy::print_stdout)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use labrelay_abi::{PollReply, PollRequest, Unit, UnitOutcome, decode_poll_reply, encode_poll_reply};
use labrelay_model::{CellKind, Position, Record, StreamIndex, Timestamp, Value};

const RECORDS: u32 = 1024;
const MEASURED: Duration = Duration::from_millis(500);

fn main() {
    let shape = vec![
        CellKind::Int,
        CellKind::Timestamp,
        CellKind::Duration,
        CellKind::Enum,
        CellKind::Text,
        CellKind::Text,
        CellKind::Bool,
        CellKind::Float,
        CellKind::Float,
        CellKind::Float,
        CellKind::Int,
        CellKind::Int,
    ];
    let (reply, request) = (reply(), request());
    let bytes = encode_poll_reply(Ok(&reply));
    println!("{} bytes/record", bytes.len() / RECORDS as usize);
    measure("write", || drop(black_box(encode_poll_reply(Ok(black_box(&reply))))));
    let shapes = [shape];
    measure("read", || drop(black_box(decode_poll_reply(black_box(&bytes), &request, &shapes))));
}

/// The best of many rounds: other work on the machine only ever adds.
fn measure(what: &str, mut work: impl FnMut()) {
    let (begun, mut best) = (Instant::now(), Duration::MAX);
    while begun.elapsed() < MEASURED {
        let round = Instant::now();
        work();
        best = best.min(round.elapsed());
    }
    println!("{what}: {} ns/record", best.as_nanos() / u128::from(RECORDS));
}

fn reply() -> PollReply {
    let cells = vec![
        Some(Value::Int(4711)),
        Timestamp::from_micros(1_772_323_200_000_000).map(Value::Timestamp),
        Some(Value::Duration(1_500_000)),
        Some(Value::Enum(1)),
        Some(Value::Text("1.2.3".into())),
        Some(Value::Text("AB1234".into())),
        Some(Value::Bool(true)),
        Some(Value::Float(12.25)),
        Some(Value::Float(20.5)),
        Some(Value::Float(40.0)),
        Some(Value::Int(300)),
        None,
    ];
    let stream = StreamIndex(0);
    let unit = |position| Unit {
        handle: 0,
        position: Position(position),
        stream: Some(stream),
        outcome: UnitOutcome::Records(vec![Record { stream, cells: cells.clone() }]),
    };
    let units = (0..u64::from(RECORDS)).map(unit).collect();
    let (seen, inputs) = (u64::from(RECORDS), vec![report()]);
    PollReply { units, seen, inputs, cursor: Vec::new(), wants: Vec::new(), wake_after_ms: None }
}

fn report() -> labrelay_abi::InputReport {
    labrelay_abi::InputReport {
        id: labrelay_model::InputId([1; 16]),
        finished: labrelay_abi::FinishedOrNot::Finished,
    }
}

fn request() -> PollRequest {
    let handle = labrelay_abi::Handle { id: report().id, source: 0, raw: 0, size: 0, begin: 0, name: None };
    PollRequest {
        max_records: RECORDS,
        max_bytes: 1024 * 1024,
        deadline_ms: 0,
        now_us: 0,
        committed_cursor: None,
        handles: vec![handle],
    }
}
