//! Lines of a log: what fits a template gives a record that the gate may take, and nothing of the line that is not in a
//! declared slot.

use std::sync::LazyLock;

use labrelay_gate::Verdict;
use labrelay_manifest::{Matched, Matcher, SiteWords};
use labrelay_model::{Record, StreamIndex, Value};

use crate::record::{GATE, now};

/// The stream of `every_type.yaml` that has a catalogue.
const STREAM: &str = "event";

static READY: LazyLock<Option<(StreamIndex, usize, Matcher)>> = LazyLock::new(|| {
    let (index, stream) = GATE.manifest().stream(STREAM)?;
    Some((index, stream.fields.len(), Matcher::of(stream)?))
});

pub(crate) fn run(bytes: &[u8]) {
    let Some((stream, fields, matcher)) = READY.as_ref() else {
        unreachable!("the manifest is part of the program")
    };
    let site = SiteWords::new([("operator1", 0)], labrelay_manifest::Zone::UTC);
    let mut matched = Matched::default();
    let Ok(consumed) = matcher.match_start(bytes, &site, &mut matched) else { return };
    let line = &bytes.get(..consumed).unwrap_or_default();
    let mut cells = vec![None; *fields];
    for (at, value) in &matched.cells {
        if let Value::Text(text) = value {
            let is_there = line.windows(text.len()).any(|part| part == text.as_bytes());
            assert!(
                is_there && text.bytes().all(|byte| matches!(byte, b'!'..=b'~')),
                "a text is a part of its line"
            );
        }
        if let Some(cell) = cells.get_mut(usize::from(*at)) {
            assert!(cell.replace(value.clone()).is_none(), "no slot is filled twice");
        }
    }
    let accepted = GATE.check(Record { stream: *stream, cells }, now());
    assert!(
        matches!(accepted, Verdict::Accepted(_) | Verdict::Quarantined { .. }),
        "an event leaves or stays"
    );
}
