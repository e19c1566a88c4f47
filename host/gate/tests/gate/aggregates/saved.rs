//! The state is another one after a restart only where the manifest is.

use labrelay_gate::{GateState, StateError};

use super::bench::{Bench, manifest};
use crate::support::{gate, time};

const AT: &str = "2026-03-02T10:20:00Z";
const LATER: &str = "2026-03-02T12:00:00Z";

#[test]
fn a_restored_state_goes_on_where_it_was() {
    let mut bench = Bench::new("1h");
    bench.read_in_time(0..3, AT);
    let saved = bench.state.save(&bench.gate);
    bench.state = GateState::restore(&bench.gate, Some(&saved), time(LATER)).unwrap();
    bench.read_in_time(3..6, AT);
    assert_eq!(bench.close(LATER)[0].who, (0..6).collect());
    let closed = bench.state.save(&bench.gate);
    bench.state = GateState::restore(&bench.gate, Some(&closed), time(LATER)).unwrap();
    bench.read_in_time(6..12, AT);
    assert_eq!(bench.close(LATER), [], "its hour has left");
}

#[test]
fn another_manifest_keeps_the_fields_that_it_still_has() {
    let mut bench = Bench::new("1h");
    bench.read_in_time(0..5, AT);
    let saved = bench.state.save(&bench.gate);
    // Another range for a field, one that is not there any more, and a new one.
    let changed = manifest("1h")
        .replace("range: [0, 1000], decimals: 2", "range: [0, 2000], decimals: 1")
        .replace(
            "took: {type: duration, range: [0s, 1h], as: [mean], optional: true}",
            "took: {type: bool, optional: true}",
        )
        .replace("      ok:", "      again: {type: bool, optional: true, as: [share]}\n      ok:");
    bench.gate = gate(&changed);
    bench.state = GateState::restore(&bench.gate, Some(&saved), time(LATER)).unwrap();
    let closed = bench.close(LATER);
    let fields = &closed[0].fields;
    assert_eq!(fields["power_mean"], serde_json::json!(34.25));
    assert_eq!(fields["ok_share"], serde_json::json!(0.6));
    assert!(!fields.contains_key("again_share") && !fields.contains_key("took_mean"));
}

#[test]
fn a_stream_that_is_gone_is_forgotten() {
    let mut bench = Bench::new("1h");
    bench.read_in_time(0..5, AT);
    let saved = bench.state.save(&bench.gate);
    let other = gate(&manifest("1h").replace("  tube:", "  vial:"));
    let mut state = GateState::restore(&other, Some(&saved), time(LATER)).unwrap();
    assert!(state.close(&other, time(LATER)).is_empty());
}

#[test]
fn bytes_that_can_not_be_read_are_an_error_and_never_a_new_beginning() {
    let bench = Bench::new("1h");
    let mut saved = bench.state.save(&bench.gate);
    let restore = |bytes: &[u8]| GateState::restore(&bench.gate, Some(bytes), time(LATER)).map(drop);
    assert_eq!(restore(&saved), Ok(()));
    assert_eq!(restore(&[]), Err(StateError::Unreadable));
    assert_eq!(restore(&saved[..saved.len() - 1]), Err(StateError::Unreadable));
    saved[0] += 1;
    assert_eq!(restore(&saved), Err(StateError::Newer { found: 2 }));
}
