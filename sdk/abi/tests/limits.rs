//! What a host refuses although it is well formed: a reply that goes beyond the request or contradicts itself.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // a failed helper is a failed test

use labrelay_abi::*;
use labrelay_model::{
    CellKind, InputId, Position, Reason, Record, Redacted, StreamIndex, StreamShape, Value,
};

fn shapes() -> Vec<StreamShape> {
    vec![vec![CellKind::Int]]
}

fn request() -> PollRequest {
    let handle =
        |number| Handle { id: InputId([number; 16]), source: 0, raw: 0, size: 0, begin: 0, name: None };
    let (max_records, max_bytes, deadline_ms) = (2, 1024, 0);
    let handles = vec![handle(0), handle(1)];
    PollRequest { max_records, max_bytes, deadline_ms, now_us: 0, committed_cursor: None, handles }
}

fn records(handle: u16, position: u64, stream: u16, count: usize) -> Unit {
    let stream = StreamIndex(stream);
    let record = Record { stream, cells: vec![Some(Value::Int(1))] };
    let outcome = UnitOutcome::Records(vec![record; count]);
    Unit { handle, position: Position(position), stream: Some(stream), outcome }
}

fn reply(units: Vec<Unit>) -> PollReply {
    let request = request();
    let report = |handle: &Handle| InputReport { id: handle.id, finished: FinishedOrNot::Finished };
    let inputs = request.handles.iter().map(report);
    let seen = units.iter().map(Unit::seen).sum();
    PollReply {
        units,
        seen,
        inputs: inputs.collect(),
        cursor: Vec::new(),
        wants: Vec::new(),
        wake_after_ms: None,
    }
}

fn decode(reply: &PollReply) -> Result<(), DecodeError> {
    decode_poll_reply(&encode_poll_reply(Ok(reply)), &request(), &shapes()).map(drop)
}

#[test]
fn a_reply_within_its_request_is_taken() {
    assert_eq!(decode(&reply(vec![records(0, 5, 0, 1), records(1, 5, 0, 1)])), Ok(()));
}

#[test]
fn more_units_or_records_than_asked_for() {
    let too_many = Err(DecodeError::TooManyRecords { max: 2 });
    assert_eq!(decode(&reply(vec![records(0, 0, 0, 3)])), too_many);
    assert_eq!(decode(&reply(vec![records(0, 0, 0, 1), records(0, 1, 0, 1), records(0, 2, 0, 1)])), too_many);
}

#[test]
fn more_bytes_than_asked_for() {
    let outcome = UnitOutcome::Refused(Reason::Unparsable, Redacted(vec![0; 2 * MAX_HEAD_BYTES]));
    let long = reply(vec![Unit { handle: 0, position: Position(0), stream: None, outcome }]);
    assert!(matches!(decode(&long), Err(DecodeError::TooLong { .. })));
}

#[test]
fn streams_handles_and_inputs_that_do_not_exist() {
    assert_eq!(decode(&reply(vec![records(0, 0, 1, 1)])), Err(DecodeError::UnknownStream(1)));
    assert_eq!(decode(&reply(vec![records(2, 0, 0, 1)])), Err(DecodeError::UnknownHandle(2)));
    let mut silent = reply(Vec::new());
    silent.inputs.pop();
    assert_eq!(decode(&silent), Err(DecodeError::InputsMismatch));
    let mut swapped = reply(Vec::new());
    swapped.inputs.reverse();
    assert_eq!(decode(&swapped), Err(DecodeError::InputsMismatch));
}

#[test]
fn sums_and_positions_that_contradict_each_other() {
    let wrong = PollReply { seen: 9, ..reply(vec![records(0, 0, 0, 1)]) };
    assert_eq!(decode(&wrong), Err(DecodeError::SeenMismatch { claimed: 9, counted: 1 }));
    let twice = reply(vec![records(1, 4, 0, 1), records(1, 4, 0, 1)]);
    assert_eq!(decode(&twice), Err(DecodeError::PositionsNotAscending(1)));
}

#[test]
fn a_unit_of_no_records_and_another_version() {
    assert_eq!(decode(&reply(vec![records(0, 0, 0, 0)])), Err(DecodeError::Malformed));
    let mut bytes = encode_poll_reply(Ok(&reply(Vec::new())));
    bytes[0] = 2;
    let found = decode_poll_reply(&bytes, &request(), &shapes());
    assert_eq!(found, Err(DecodeError::UnknownVersion { found: 2, known: 1 }));
    assert_eq!(decode_poll_reply(&[], &request(), &shapes()), Err(DecodeError::Malformed));
}

#[test]
fn a_fault_is_the_plugins_own_word() {
    let bytes = encode_poll_reply(Err(PluginFault::Panicked));
    assert_eq!(decode_poll_reply(&bytes, &request(), &shapes()), Ok(Err(PluginFault::Panicked)));
}
