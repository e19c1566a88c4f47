//! The body of a batch as it would leave, or as a stranger sends it. The bytes are its lines: they are packed here,
//! since a fuzzer would hardly find its way through zstd.

use std::sync::Arc;

use labrelay_gate::batch;

use crate::record::{GATE, now};

pub(crate) fn run(bytes: &[u8]) {
    let (gate, now) = (&*GATE, now());
    let find = |_: &_, _: &_| Some(Arc::clone(gate));
    drop(batch::check(find, bytes, now));
    // The manifest's hash stands in the header: put it there, so that a seed stays good when the manifest changes.
    let lines = String::from_utf8_lossy(bytes).replace("$MANIFEST", &gate.manifest().sha256().to_string());
    let Ok(body) = zstd::bulk::compress(lines.as_bytes(), 1) else { return };
    if let Ok(header) = batch::check(find, &body, now) {
        let records = lines.lines().count().saturating_sub(1);
        assert_eq!(usize::try_from(header.records).ok(), Some(records), "every line is a record");
        assert!(
            lines.bytes().all(|byte| matches!(byte, b'\n' | b' '..=b'~')),
            "what leaves is printable ASCII"
        );
    }
}
