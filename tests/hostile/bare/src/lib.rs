//! A test plugin without the SDK. Its `poll` replies with bytes that are no reply, as its settings say.

use std::sync::Mutex;

use labrelay_abi::__private::{RSlice, RVec};
use labrelay_abi::{
    OpenReply, OpenRequest, PollReply, PollRequest, decode_request, encode_poll_reply, encode_reply,
};

static SETTINGS: Mutex<String> = Mutex::new(String::new());

extern "C" fn describe(_: RSlice<'_, u8>) -> RVec<u8> {
    RVec::from(vec![0xff; 100_000])
}

extern "C" fn open(request: RSlice<'_, u8>) -> RVec<u8> {
    if let (Ok(request), Ok(mut settings)) = (decode_request::<OpenRequest>(&request), SETTINGS.lock()) {
        *settings = request.settings_json;
    }
    encode_reply(&Ok(OpenReply::Ready)).into()
}

extern "C" fn poll(request: RSlice<'_, u8>) -> RVec<u8> {
    let settings = SETTINGS.lock().map(|settings| settings.clone()).unwrap_or_default();
    match settings.as_str() {
        "empty" => RVec::new(),
        "noise" => RVec::from(b"\x01\x00\x00 this is not postcard at all".to_vec()),
        "newer" => RVec::from(vec![2, 0, 0]),
        "huge" => RVec::from(vec![0; 64 * 1024 * 1024]),
        "overcount" => forged(&request, |reply| reply.seen = 1).into(),
        "another-input" => forged(&request, |reply| {
            reply.inputs.iter_mut().for_each(|input| input.id = labrelay_model::InputId([0xee; 16]));
        })
        .into(),
        "another-stream" => forged(&request, |reply| {
            let stream = labrelay_model::StreamIndex(999);
            let record = labrelay_model::Record { stream, cells: Vec::new() };
            let outcome = labrelay_abi::UnitOutcome::Records(vec![record]);
            let position = labrelay_model::Position(0);
            reply.units.push(labrelay_abi::Unit { handle: 0, position, stream: Some(stream), outcome });
            reply.seen = 1;
        })
        .into(),
        _ => RVec::new(),
    }
}

/// Well formed, but for what `forge` does to it.
fn forged(request: &[u8], forge: impl FnOnce(&mut PollReply)) -> Vec<u8> {
    let Ok(request) = decode_request::<PollRequest>(request) else { return Vec::new() };
    let inputs = request.handles.iter().map(|handle| labrelay_abi::InputReport {
        id: handle.id,
        finished: labrelay_abi::FinishedOrNot::Finished,
    });
    let (units, wants) = (Vec::new(), Vec::new());
    let mut reply = PollReply {
        units,
        seen: 0,
        inputs: inputs.collect(),
        cursor: Vec::new(),
        wants,
        wake_after_ms: None,
    };
    forge(&mut reply);
    encode_poll_reply(Ok(&reply))
}

extern "C" fn close(_: RSlice<'_, u8>) -> RVec<u8> {
    encode_reply(&Ok(())).into()
}

labrelay_abi::export_root_v1!(describe: describe, open: open, poll: poll, close: close);
