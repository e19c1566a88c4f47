//! The bytes of every message are what they were when they were frozen. If this fails, the change is wrong, not the
//! text: a new meaning needs a new version number.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // a failed helper is a failed test

use labrelay_abi::*;
use labrelay_model::{
    CellKind, FamilyName, InputId, Position, Reason, Record, Redacted, StreamIndex, Timestamp, Value,
};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn poll_request() -> PollRequest {
    PollRequest {
        max_records: 300,
        max_bytes: 1000,
        deadline_ms: 50,
        now_us: -1,
        committed_cursor: Some(vec![9]),
        handles: vec![Handle {
            id: InputId([1; 16]),
            source: 2,
            raw: 0,
            size: 128,
            begin: 0,
            name: Some("a".into()),
        }],
    }
}

#[test]
fn requests() {
    assert_eq!(hex(&encode_request(&())), "0100");
    let qc = QcRule::Names(vec!["q".into()]);
    let open = OpenRequest { settings_json: "{}".into(), qc, zone: "UTC".into(), cursor: None };
    assert_eq!(hex(&encode_request(&open)), "0100027b7d000101710355544300");
    let id = "01".repeat(16);
    assert_eq!(
        hex(&encode_request(&poll_request())),
        format!("0100ac02e8073201010109{}{id}0200800101{}", "01", "0161")
    );
}

#[test]
fn a_request_for_a_followed_input() {
    let mut request = poll_request();
    request.handles[0].begin = 130;
    let id = "01".repeat(16);
    let bytes = encode_request(&request);
    assert_eq!(hex(&bytes), format!("0200ac02e8073201010109{}{id}0200800101{}{}", "01", "0161", "018201"));
    assert_eq!(decode_request(&bytes), Ok(request));
}

#[test]
fn replies() {
    let describe = Describe {
        family: FamilyName::new("navios").unwrap(),
        plugin_version: "1.0.0".into(),
        sdk_version: "0.1.0".into(),
        manifest_sha256: [0xab; 32],
        state_version: 2,
        oldest_state_version: 1,
    };
    let text = format!("010000066e6176696f7305312e302e3005302e312e30{}0201", "ab".repeat(32));
    assert_eq!(hex(&encode_reply(&Ok(describe))), text);
    assert_eq!(hex(&encode_reply(&Ok(OpenReply::Ready))), "01000000");
    assert_eq!(hex(&encode_reply(&Ok(OpenReply::StateTooOld { found: 7 }))), "0100000207");
    assert_eq!(hex(&encode_reply::<()>(&Err(PluginFault::Failed))), "01000103");
}

#[test]
fn a_poll_reply() {
    let cells = vec![
        Some(Value::Int(-1)),
        Some(Value::Float(0.5)),
        None,
        Some(Value::Timestamp(Timestamp::from_micros(1).unwrap())),
        Some(Value::Duration(64)),
        Some(Value::Enum(3)),
        Some(Value::Text("A1".into())),
        Some(Value::Bool(true)),
        None,
    ];
    let record = Record { stream: StreamIndex(0), cells };
    let unit = |position, stream, outcome| Unit { handle: 0, position: Position(position), stream, outcome };
    let reply = PollReply {
        units: vec![
            unit(0, Some(StreamIndex(0)), UnitOutcome::Records(vec![record])),
            unit(200, None, UnitOutcome::Refused(Reason::BadHeader, Redacted(vec![0xfe]))),
            unit(201, Some(StreamIndex(0)), UnitOutcome::Dropped(Reason::Specimen, 3)),
        ],
        seen: 5,
        inputs: vec![InputReport { id: InputId([1; 16]), finished: FinishedOrNot::Unfinished }],
        cursor: vec![7],
        wants: vec![Want { source: 0, inputs: 4 }],
        wake_after_ms: Some(10),
    };
    let head = format!("0100000501{}0101070100{}", "01".repeat(16), "04010a03");
    let records =
        "0000000100".to_owned() + "fb00" + "01" + "000000000000e03f" + "02" + "8001" + "03" + "024131" + "01";
    let refused = "00c801010022".to_owned() + "01fe";
    let dropped = "00c90102014003";
    let bytes = encode_poll_reply(Ok(&reply));
    assert_eq!(hex(&bytes), head + &records + &refused + dropped);
    let shape = vec![
        CellKind::Int,
        CellKind::Float,
        CellKind::Bool,
        CellKind::Timestamp,
        CellKind::Duration,
        CellKind::Enum,
        CellKind::Text,
        CellKind::Bool,
        CellKind::Int,
    ];
    assert_eq!(decode_poll_reply(&bytes, &poll_request(), &[shape]), Ok(Ok(reply)));
}
