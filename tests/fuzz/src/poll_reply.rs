//! What a hostile plugin replies: it is read or refused, and what is read is written as the same reply again.

use std::sync::LazyLock;

use labrelay_abi::{Handle, PollRequest, decode_poll_reply, encode_poll_reply};
use labrelay_manifest::Manifest;
use labrelay_model::{InputId, StreamShape};

/// Inputs that the host has handed out: a reply may speak of these.
const HANDLES: u8 = 3;

static SHAPES: LazyLock<Vec<StreamShape>> = LazyLock::new(|| {
    Manifest::parse(crate::EVERY_TYPE).map(|manifest| manifest.shapes()).unwrap_or_default()
});

pub(crate) fn run(bytes: &[u8]) {
    let Ok(Ok(reply)) = decode_poll_reply(bytes, &request(), &SHAPES) else { return };
    let again = encode_poll_reply(Ok(&reply));
    let Ok(Ok(read)) = decode_poll_reply(&again, &request(), &SHAPES) else {
        unreachable!("what was read can be written")
    };
    // As bytes: a reply may hold NaN, which the gate refuses and which equals nothing.
    assert_eq!(encode_poll_reply(Ok(&read)), again, "it is read back as it was");
}

/// What the reply answers.
pub(crate) fn request() -> PollRequest {
    let handle =
        |number| Handle { id: InputId([number; 16]), source: 0, raw: 0, size: 0, begin: 0, name: None };
    PollRequest {
        max_records: 64,
        max_bytes: 64 * 1024,
        deadline_ms: 0,
        now_us: 0,
        committed_cursor: None,
        handles: (1..=HANDLES).map(handle).collect(),
    }
}
