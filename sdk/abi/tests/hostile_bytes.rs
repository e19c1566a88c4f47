//! Replies to `poll` as a hostile worker might send them: read or refused, never a panic, and memory in proportion to
//! what really arrived.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // a failed helper is a failed test
#![allow(unsafe_code)] // the counting allocator

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell as Counter;

use labrelay_abi::*;
use labrelay_model::{
    Cell, CellKind, InputId, Position, Reason, Record, Redacted, StreamIndex, StreamShape, Timestamp, Value,
};
use proptest::prelude::*;
use proptest::sample::{Index, select};

thread_local! {
    static LIVE: Counter<usize> = const { Counter::new(0) };
    static PEAK: Counter<usize> = const { Counter::new(0) };
}

struct Counting;

// SAFETY: passes everything on to the system's allocator; the counters neither allocate nor unwind.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.set(LIVE.get().wrapping_add(layout.size()));
        PEAK.set(PEAK.get().max(LIVE.get()));
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.set(LIVE.get().saturating_sub(layout.size()));
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const KINDS: [CellKind; 7] = [
    CellKind::Int,
    CellKind::Float,
    CellKind::Bool,
    CellKind::Timestamp,
    CellKind::Duration,
    CellKind::Enum,
    CellKind::Text,
];
const MAX_CELLS: usize = 20;

fn value(kind: CellKind) -> BoxedStrategy<Value> {
    match kind {
        CellKind::Int => any::<i64>().prop_map(Value::Int).boxed(),
        CellKind::Float => (-1e9..1e9_f64).prop_map(Value::Float).boxed(),
        CellKind::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        CellKind::Timestamp => (0..4_000_000_000_000_000_i64)
            .prop_map(|micros| Value::Timestamp(Timestamp::from_micros(micros).unwrap()))
            .boxed(),
        CellKind::Duration => any::<i64>().prop_map(Value::Duration).boxed(),
        CellKind::Enum => any::<u16>().prop_map(Value::Enum).boxed(),
        CellKind::Text => "[ -~ä€]{0,24}".prop_map(|text| Value::Text(text.into())).boxed(),
    }
}

fn record(shapes: Vec<StreamShape>) -> impl Strategy<Value = Record> {
    (0..shapes.len()).prop_flat_map(move |stream| {
        let cells: Vec<BoxedStrategy<Cell>> =
            shapes[stream].iter().map(|kind| prop::option::of(value(*kind)).boxed()).collect();
        cells.prop_map(move |cells| Record { stream: StreamIndex(stream as u16), cells })
    })
}

fn outcome(shapes: Vec<StreamShape>) -> impl Strategy<Value = UnitOutcome> {
    let reason = || select(Reason::ALL);
    prop_oneof![
        4 => prop::collection::vec(record(shapes), 1..4).prop_map(UnitOutcome::Records),
        1 => (reason(), any::<Vec<u8>>()).prop_map(|(reason, raw)| UnitOutcome::Refused(reason, Redacted(raw))),
        1 => (reason(), 0..1000_u64).prop_map(|(reason, units)| UnitOutcome::Dropped(reason, units)),
    ]
}

#[derive(Debug)]
struct Case {
    shapes: Vec<StreamShape>,
    request: PollRequest,
    reply: PollReply,
}

fn case() -> impl Strategy<Value = Case> {
    let shape = prop::collection::vec(select(&KINDS[..]), 0..MAX_CELLS);
    let shapes = prop::collection::vec(shape, 1..4);
    let units = shapes.prop_flat_map(|shapes| {
        let unit = (0..3_u16, outcome(shapes.clone()));
        (Just(shapes), prop::collection::vec(unit, 0..12), any::<Vec<u8>>(), any::<Option<u32>>())
    });
    units.prop_map(|(shapes, outcomes, cursor, wake_after_ms)| {
        let units: Vec<Unit> =
            outcomes.into_iter().zip(0..).map(|(outcome, position)| unit(outcome, position)).collect();
        let ids = [1, 2, 3].map(|number| InputId([number; 16]));
        let inputs = ids.map(|id| InputReport { id, finished: FinishedOrNot::Finished }).to_vec();
        let (seen, wants) = (units.iter().map(Unit::seen).sum(), vec![Want { source: 0, inputs: 9 }]);
        let handles = ids.map(|id| Handle { id, source: 0, raw: 0, size: 0, begin: 0, name: None }).to_vec();
        let (max_records, max_bytes) = (64, 64 * 1024);
        let request = PollRequest {
            max_records,
            max_bytes,
            deadline_ms: 0,
            now_us: 0,
            committed_cursor: None,
            handles,
        };
        Case { shapes, request, reply: PollReply { units, seen, inputs, cursor, wants, wake_after_ms } }
    })
}

fn unit((handle, outcome): (u16, UnitOutcome), position: u64) -> Unit {
    let stream = match &outcome {
        UnitOutcome::Records(records) => Some(records[0].stream),
        UnitOutcome::Refused(..) => Some(StreamIndex(0)),
        UnitOutcome::Dropped(..) => None,
    };
    Unit { handle, position: Position(position), stream, outcome }
}

/// One change of a kind that finds mistakes in decoders: bits, lengths, cuts, repeats.
fn mutate(bytes: &mut Vec<u8>, (kind, at, byte): &(u8, Index, u8)) {
    if bytes.is_empty() {
        return;
    }
    let at = at.index(bytes.len());
    match kind % 6 {
        0 => bytes[at] ^= 1 << (byte % 8),
        1 => bytes[at] = *byte,
        2 => bytes.insert(at, *byte),
        3 => _ = bytes.remove(at),
        4 => bytes.truncate(at),
        _ => bytes.splice(at..at, [0xff, 0xff, 0xff, 0xff, 0x0f]).for_each(drop),
    }
}

/// Decodes and gives the most memory that it held at once.
fn peak_of_decoding(bytes: &[u8], case: &Case) -> usize {
    let before = LIVE.get();
    PEAK.set(before);
    drop(decode_poll_reply(bytes, &case.request, &case.shapes));
    PEAK.get() - before
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_valid_reply_is_read_back_and_takes_no_more_than_it_was_said_to(case in case()) {
        let bytes = encode_poll_reply(Ok(&case.reply));
        let said: usize = case.reply.units.iter().map(Unit::bytes_at_most).sum();
        prop_assert!(bytes.len() <= said + MAX_HEAD_BYTES);
        prop_assert_eq!(decode_poll_reply(&bytes, &case.request, &case.shapes), Ok(Ok(case.reply)));
    }

    /// 40,000 mutants. A record's absent cells take memory and no bytes, which is why the bound is a multiple; it is
    /// one of what arrived, never of what a length claims.
    #[test]
    fn a_mutated_reply_never_panics_and_never_takes_memory_for_what_is_not_there(
        case in case(),
        mutants in prop::collection::vec(prop::collection::vec(any::<(u8, Index, u8)>(), 1..4), 20),
    ) {
        let valid = encode_poll_reply(Ok(&case.reply));
        for mutations in mutants {
            let mut bytes = valid.clone();
            mutations.iter().for_each(|mutation| mutate(&mut bytes, mutation));
            let peak = peak_of_decoding(&bytes, &case);
            let per_byte = MAX_CELLS * size_of::<Cell>() / 2;
            prop_assert!(peak <= 4096 + bytes.len() * per_byte, "{} bytes for {}", peak, bytes.len());
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
        let _ = decode_reply::<Describe>(&bytes);
        let _ = decode_reply::<OpenReply>(&bytes);
        let _ = decode_reply::<()>(&bytes);
        let _ = decode_request::<OpenRequest>(&bytes);
        let _ = decode_request::<PollRequest>(&bytes);
    }
}
