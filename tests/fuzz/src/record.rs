//! A record line as `labrelay gate` and `requeue` take it: what the gate accepts is read again as the same record,
//! and passes again.

use std::sync::{Arc, LazyLock};

use labrelay_gate::{Gate, Site, Verdict, json};
use labrelay_manifest::{Inventory, Manifest};
use labrelay_model::Timestamp;

const INVENTORY: &[u8] = b"serials: [ZZ00001]\nlots: [A2301X]\n";

pub(crate) static GATE: LazyLock<Arc<Gate>> = LazyLock::new(|| {
    let Ok(manifest) = Manifest::parse(crate::EVERY_TYPE) else { unreachable!("it is part of the program") };
    let site = Site { inventory: Inventory::parse(INVENTORY).ok(), local_names: vec!["LAB-PC-07".into()] };
    Arc::new(Gate::new(Arc::new(manifest), site))
});

/// 2026-03-01T00:00:00Z, as every target reads the clock.
pub(crate) fn now() -> Timestamp {
    let Some(now) = Timestamp::from_micros(1_772_323_200_000_000) else {
        unreachable!("it is a year of four digits")
    };
    now
}

pub(crate) fn run(bytes: &[u8]) {
    let (gate, now) = (&*GATE, now());
    let Ok(record) = json::read_record(gate.manifest(), bytes) else { return };
    let Verdict::Accepted(accepted) = gate.check(record, now) else { return };
    let line = accepted.to_json();
    assert!(line.bytes().all(|byte| matches!(byte, b' '..=b'~')), "what leaves is printable ASCII");
    let again = json::read_record(gate.manifest(), line.as_bytes());
    let passes = again.is_ok_and(|again| gate.check(again, now) == Verdict::Accepted(accepted));
    assert!(passes, "what passed passes again, unchanged");
}
