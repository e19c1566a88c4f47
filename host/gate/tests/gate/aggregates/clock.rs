//! When windows close, where acquisitions go that come late, and what a wrong clock can do.

use labrelay_model::Reason;

use super::bench::{Aggregate, Bench, OTHER};
use crate::support::{SERIAL, time};

fn labels(aggregates: &[Aggregate]) -> Vec<String> {
    aggregates.iter().map(Aggregate::label).collect()
}

#[test]
fn five_acquisitions_of_an_hour_leave_an_hour_after_its_end() {
    let mut bench = Bench::new("1h");
    bench.read_in_time(0..5, "2026-03-02T10:20:00Z");
    assert!(!bench.state.is_due(time("2026-03-02T11:59:59Z")));
    assert_eq!(bench.close("2026-03-02T11:59:59Z"), []);
    assert!(bench.state.is_due(time("2026-03-02T12:00:00Z")));
    let closed = bench.close("2026-03-02T12:00:00Z");
    assert_eq!(labels(&closed), ["1h 2026-03-02T10:00:00Z"]);
    assert_eq!((closed[0].acquisitions, closed[0].who.len()), (5, 5));
    assert_eq!(bench.close("2026-04-01T00:00:00Z"), [], "it leaves once");
}

#[test]
fn what_is_too_few_for_an_hour_leaves_with_its_day_or_week() {
    let mut bench = Bench::new("1h");
    bench.read_in_time(0..3, "2026-03-02T10:20:00Z"); // Monday
    bench.read_in_time(3..6, "2026-03-02T14:20:00Z");
    bench.read_in_time(6..8, "2026-03-03T14:20:00Z");
    bench.read_in_time(8..11, "2026-03-05T14:20:00Z");
    assert_eq!(labels(&bench.close("2026-03-03T12:00:00Z")), ["1d 2026-03-02T00:00:00Z"]);
    let week = bench.close("2026-03-11T00:00:00Z");
    assert_eq!(labels(&week), ["1w 2026-03-02T00:00:00Z"]);
    assert_eq!(week[0].who, (6..11).collect());
}

#[test]
fn a_week_that_holds_too_few_is_forgotten() {
    let mut bench = Bench::new("1h");
    bench.read_in_time(0..4, "2026-03-02T10:20:00Z");
    assert_eq!(bench.close("2026-03-20T00:00:00Z"), []);
    bench.read_in_time(4..5, "2026-03-20T10:20:00Z");
    assert_eq!(bench.close("2026-04-20T00:00:00Z"), [], "nor does it go into another week");
}

#[test]
fn the_hours_of_a_day_that_left_are_not_in_its_aggregate() {
    let mut bench = Bench::new("1h");
    bench.read_in_time(0..6, "2026-03-02T10:20:00Z");
    bench.read_in_time(6..9, "2026-03-02T11:20:00Z");
    bench.read_in_time(9..12, "2026-03-02T12:20:00Z");
    let closed = bench.close("2026-03-04T00:00:00Z");
    assert_eq!(labels(&closed), ["1h 2026-03-02T10:00:00Z", "1d 2026-03-02T00:00:00Z"]);
    assert_eq!(closed[1].who, (6..12).collect());
}

#[test]
fn a_stream_by_day_or_week_gives_no_shorter_ones() {
    for (every, label) in [("1d", "1d 2026-03-02T00:00:00Z"), ("1w", "1w 2026-03-02T00:00:00Z")] {
        let mut bench = Bench::new(every);
        bench.read_in_time(0..9, "2026-03-02T10:20:00Z");
        assert_eq!(labels(&bench.close("2026-03-12T00:00:00Z")), [label]);
    }
}

#[test]
fn instruments_are_kept_apart() {
    let mut bench = Bench::new("1h");
    bench.read_in_time(0..6, "2026-03-02T10:20:00Z");
    let at = time("2026-03-02T10:20:00Z");
    for who in 6..10 {
        let specimen = bench.specimen(who, at, OTHER, at);
        bench.state.add(&specimen, at).unwrap();
    }
    let closed = bench.close("2026-04-01T00:00:00Z");
    assert_eq!(labels(&closed), ["1h 2026-03-02T10:00:00Z"]);
    assert_eq!((closed[0].serial.as_str(), closed[0].acquisitions), (SERIAL, 6));
}

#[test]
fn a_late_acquisition_joins_the_shortest_of_its_windows_that_is_open() {
    let mut bench = Bench::new("1h");
    let at = "2026-03-02T10:20:00Z";
    bench.read_in_time(0..5, at);
    for who in 5..10 {
        bench.read(who, at, "2026-03-02T12:00:00Z").unwrap();
    }
    for who in 10..15 {
        bench.read(who, at, "2026-03-03T12:00:00Z").unwrap();
    }
    assert_eq!(bench.read(15, at, "2026-03-11T00:00:00Z"), Err(Reason::TooLate));
    let closed = bench.close("2026-03-11T00:00:00Z");
    let expected = ["1h 2026-03-02T10:00:00Z", "1d 2026-03-02T00:00:00Z", "1w 2026-03-02T00:00:00Z"];
    assert_eq!(labels(&closed), expected);
    assert!(closed.iter().all(|aggregate| aggregate.acquisitions == 5));
}

#[test]
fn a_clock_that_is_set_back_opens_no_window_again() {
    let mut bench = Bench::new("1h");
    let at = "2026-03-02T10:20:00Z";
    bench.read_in_time(0..5, at);
    assert_eq!(labels(&bench.close("2026-03-02T12:00:00Z")), ["1h 2026-03-02T10:00:00Z"]);
    bench.read_in_time(5..11, at);
    assert_eq!(bench.close("2026-03-02T12:00:00Z"), [], "they wait for their day");
    assert_eq!(labels(&bench.close("2026-03-11T00:00:00Z")), ["1d 2026-03-02T00:00:00Z"]);
    bench.read_in_time(11..16, at);
    assert_eq!(labels(&bench.close("2026-03-11T00:00:00Z")), ["1w 2026-03-02T00:00:00Z"]);
    assert_eq!(bench.read(16, at, at), Err(Reason::TooLate), "hour, day and week have left");
}

#[test]
fn a_clock_that_was_ahead_for_a_moment_costs_at_most_the_week() {
    let mut bench = Bench::new("1h");
    bench.read_in_time(0..4, "2026-03-02T10:20:00Z");
    assert_eq!(bench.close("2099-01-01T00:00:00Z"), []);
    bench.read_in_time(5..10, "2026-03-09T10:20:00Z");
    assert_eq!(labels(&bench.close("2026-03-09T12:00:00Z")), ["1h 2026-03-09T10:00:00Z"]);
}

#[test]
fn what_happened_before_the_state_began_may_have_left_already() {
    let mut bench = Bench::new("1h");
    bench.state = labrelay_gate::GateState::new(&bench.gate, time("2026-03-02T12:00:00Z"));
    assert_eq!(bench.read(0, "2026-03-02T10:59:59Z", "2026-03-02T12:00:00Z"), Err(Reason::TooLate));
    assert_eq!(bench.read(1, "2026-03-02T11:00:00Z", "2026-03-02T12:00:00Z"), Ok(()));
}

#[test]
fn a_replay_takes_old_acquisitions_as_if_read_in_time() {
    let mut bench = Bench::new("1h");
    bench.state = labrelay_gate::GateState::for_replay(None);
    for who in 0..6 {
        bench.read(who, "2024-03-04T10:20:00Z", "2026-03-02T10:20:00Z").unwrap();
    }
    assert_eq!(labels(&bench.close("2026-03-02T10:20:00Z")), ["1h 2024-03-04T10:00:00Z"]);
}

#[test]
fn the_number_of_open_windows_is_bounded() {
    let mut bench = Bench::new("1h");
    let mut at = time("2026-02-04T10:20:00Z");
    let mut refused = 0;
    for _ in 0..600 {
        at = at.saturating_add_micros(3600 * 1_000_000);
        let specimen = bench.specimen(0, at, SERIAL, at);
        match bench.state.add(&specimen, at) {
            Ok(()) => assert_eq!(refused, 0),
            Err(reason) => {
                assert_eq!(reason, Reason::OverBound);
                refused += 1;
            }
        }
    }
    assert_eq!(refused, 600 - 512);
}
