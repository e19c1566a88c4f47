//! What an aggregate says: the figures of the plain formulas, and nothing of a field that few acquisitions had.

use std::sync::Arc;

use labrelay_gate::{Gate, GateState, Site, Verdict, batch};
use labrelay_manifest::Inventory;
use labrelay_model::{Reason, RowId, Value};
use serde_json::json;

use super::bench::{Bench, manifest};
use crate::support::{gate, inventory, record, text, time};

const AT: &str = "2026-03-02T10:20:00Z";

#[test]
fn figures_are_those_of_the_acquisitions() {
    let mut bench = Bench::new("1h");
    bench.read_in_time(0..5, AT); // powers 0.25, 37.25, 74.25, 11.25, 48.25
    let closed = bench.close("2026-03-02T12:00:00Z");
    let fields = &closed[0].fields;
    let expected = [
        ("power_mean", json!(34.25)),
        ("power_min", json!(0.25)),
        ("power_max", json!(74.25)),
        ("power_sd", json!(29.538)),
        ("runs_max", json!(4)),
        ("took_mean", json!(2)),
        ("ok_share", json!(0.6)),
        ("who_count_a4", json!(1)),
        ("who_count_a5", json!(0)),
    ];
    for (name, value) in expected {
        assert_eq!(fields[name], value, "{name}");
    }
}

#[test]
fn a_figure_over_fewer_values_than_acquisitions_are_asked_for_is_left_out() {
    let mut bench = Bench::new("1h");
    let now = time(AT);
    for who in 0..9 {
        let mut cells = bench.specimen(who, now, crate::support::SERIAL, now).into_record().cells;
        if who >= 5 {
            cells[3] = None; // five have it
        }
        if who >= 4 {
            cells[2] = None; // four have these
            cells[4] = None;
            cells[5] = None;
        }
        let Verdict::Specimen(specimen) = bench.gate.check(record(0, cells), now) else { panic!("refused") };
        bench.state.add(&specimen, now).unwrap();
    }
    let closed = bench.close("2026-03-02T12:00:00Z");
    let fields = &closed[0].fields;
    assert_eq!((closed[0].acquisitions, &fields["runs_max"]), (9, &json!(4)));
    for name in ["power_mean", "power_min", "power_max", "power_sd", "took_mean", "ok_share"] {
        assert!(!fields.contains_key(name), "{name} tells of four");
    }
}

#[test]
fn an_acquisition_without_a_time_is_in_no_aggregate() {
    let mut bench = Bench::new("1h");
    let now = time(AT);
    let mut cells = bench.specimen(0, now, crate::support::SERIAL, now).into_record().cells;
    cells[1] = None;
    let Verdict::Specimen(specimen) = bench.gate.check(record(0, cells), now) else { panic!("refused") };
    assert_eq!(bench.state.add(&specimen, now), Err(Reason::Incomplete));
}

#[test]
fn an_aggregate_goes_through_the_gate_like_any_record() {
    let mut bench = Bench::new("1h");
    bench.read_in_time(0..5, AT);
    let without = Inventory { serials: [text_of("QC 7")].into(), ..Inventory::default() };
    let site = Site { inventory: Some(without), ..Site::default() };
    let gate = Gate::new(bench.gate.manifest().clone(), site);
    let closed = bench.state.close(&gate, time("2026-03-02T12:00:00Z"));
    let refusal = closed[0].verdict.as_ref().unwrap_err();
    assert_eq!(
        (refusal.reason, refusal.field.as_ref().unwrap().as_str()),
        (Reason::NotInInventory, "instrument")
    );
}

#[test]
fn a_window_may_begin_before_the_sites_first_day() {
    let first_day = Inventory { collect_since: Some(time("2026-03-02T10:10:00Z")), ..inventory() };
    let manifest = gate(&manifest("1h")).manifest().clone();
    let gate = Gate::new(manifest, Site { inventory: Some(first_day), ..Site::default() });
    let mut bench = Bench { state: GateState::new(&gate, time("2026-01-01T00:00:00Z")), gate };
    bench.read_in_time(0..5, AT);
    let closed = bench.close("2026-03-02T12:00:00Z");
    assert_eq!(closed[0].label(), "1h 2026-03-02T10:00:00Z");
}

fn text_of(serial: &str) -> Box<str> {
    match text(serial) {
        Value::Text(serial) => serial,
        _ => unreachable!(),
    }
}

#[test]
fn its_line_passes_the_second_check() {
    let mut bench = Bench::new("1h");
    bench.read_in_time(0..7, AT);
    let closed = bench.state.close(&bench.gate, time("2026-03-02T12:00:00Z"));
    let row = (RowId([1; 16]), closed[0].verdict.clone().unwrap());
    let body = crate::batch::pack(&bench.gate, &[row]);
    let header = batch::check(|_, _| Some(Arc::new(bench.gate)), &body, time(AT)).unwrap();
    assert_eq!(header.stream.as_str(), "tube");
}

#[test]
fn nothing_shows_in_debug() {
    let mut bench = Bench::new("1h");
    bench.read_in_time(0..7, AT);
    let open = format!("{:?}", bench.state);
    let closed = format!("{:?}", bench.state.close(&bench.gate, time("2026-03-02T12:00:00Z")));
    let shown = open + &closed;
    assert!(!shown.contains("AX-10042") && !shown.contains("74.25"), "{shown}");
}
