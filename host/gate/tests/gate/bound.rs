//! What values are bound to at a site: lots, roles, folders, its first day, and names that no text may hold.

use labrelay_gate::{Gate, Site, Verdict};
use labrelay_manifest::Inventory;
use labrelay_model::{Reason, Timestamp, Value};

use crate::support::{gate_of, inventory, judge, judge_by, manifest, now, record, text, time};

const LOT: &str = r#"{type: lot, pattern: "[0-9]{7}[A-K]"}"#;

fn site(inventory: Inventory) -> Site {
    Site { inventory: Some(inventory), ..Site::default() }
}

/// A gate at a site with one stream of one field `x`.
fn gate_at(field: &str, site: Site) -> Gate {
    Gate::new(gate_of(field).manifest().clone(), site)
}

#[test]
fn a_lot_fits_the_grammar_or_is_registered() {
    let registered = Inventory { lots: ["77412345".into(), "QX 9".into()].into(), ..inventory() };
    let judge = |lot: &str| judge_by(&gate_at(LOT, site(registered.clone())), text(lot));
    assert_eq!(judge("1234567A"), Ok("\"1234567A\"".into()));
    assert_eq!(judge("77412345"), Ok("\"77412345\"".into()), "bound by the site, so it may be a long number");
    assert_eq!(judge("77412346"), Err(Reason::LongNumber));
    for bad in ["", "1234567L", "123456A", "1234567a"] {
        assert_eq!(judge(bad), Err(Reason::UnknownLot), "{bad}");
    }
    assert_eq!(judge("\u{661}"), Err(Reason::NotPrintableAscii));
}

#[test]
fn without_a_grammar_only_registered_lots_pass() {
    let field = "{type: lot}";
    assert_eq!(judge(field, text("7741-K")), Err(Reason::UnknownLot));
    let registered = Inventory { lots: ["7741-K".into()].into(), ..inventory() };
    assert_eq!(judge_by(&gate_at(field, site(registered)), text("7741-K")), Ok("\"7741-K\"".into()));
}

#[test]
fn the_region_takes_the_lots_that_the_site_has_bound() {
    let region = Gate::in_region(gate_of(LOT).manifest().clone(), Default::default());
    assert_eq!(judge_by(&region, text("77412345")), Ok("\"77412345\"".into()));
    assert_eq!(judge_by(&region, text("QX\n9")), Err(Reason::NotPrintableAscii));
    assert_eq!(judge_by(&region, text(&"1".repeat(65))), Err(Reason::TooLong));
}

#[test]
fn a_user_leaves_as_a_role_and_a_path_as_a_word() {
    assert_eq!(judge("{type: role}", Value::Enum(0)), Ok("\"operator\"".into()));
    assert_eq!(judge("{type: role}", Value::Enum(6)), Err(Reason::NotInValues));
    assert_eq!(judge("{type: role}", text("operator")), Err(Reason::WrongType));
    let path = "{type: path, roots: {install: 'C:\\Navios', data: 'D:\\Data'}}";
    assert_eq!(judge(path, Value::Enum(1)), Ok("\"data\"".into()));
    assert_eq!(judge(path, Value::Enum(2)), Ok("\"other\"".into()));
    assert_eq!(judge(path, Value::Enum(3)), Err(Reason::NotInValues));
    assert_eq!(judge(path, text("D:\\Data\\Jane")), Err(Reason::WrongType));
}

const TIMES: &str = r#"
manifest: 1
family: bench
title: Bench
version: 1.0.0
sources:
  files: {kind: folder, pattern: "*.fcs", settle: 5s}
streams:
  run:
    about: qc
    description: Two times.
    event_time: at
    fields:
      made: {type: timestamp}
      at:   {type: timestamp}
"#;

fn collected_since_march(made: &str, at: &str) -> Verdict {
    let since = Inventory { collect_since: Some(time("2026-03-01T00:00:00Z")), ..inventory() };
    let cells = [made, at].map(|text| Some(Value::Timestamp(time(text))));
    Gate::new(manifest(TIMES), site(since)).check(record(0, cells.into()), now())
}

#[test]
fn what_happened_before_the_first_day_is_dropped_whatever_else_it_says() {
    for at in ["2026-02-28T23:59:59.999Z", "2000-01-01T00:00:00Z"] {
        let dropped = collected_since_march("2025-01-01T00:00:00Z", at);
        assert_eq!(dropped, Verdict::Dropped(Reason::BeforeCollectSince));
    }
}

#[test]
fn other_times_lie_within_the_window_as_well() {
    let first = "2026-03-01T00:00:00Z";
    assert!(matches!(collected_since_march(first, first), Verdict::Accepted(_)));
    for (made, at) in
        [("2026-02-28T23:59:59Z", first), (first, "1999-12-31T23:59:59Z"), (first, "2030-01-01T00:00:00Z")]
    {
        let Verdict::Quarantined { refusal, .. } = collected_since_march(made, at) else {
            panic!("{made} {at}")
        };
        assert_eq!(refusal.reason, Reason::TimeOutOfWindow);
    }
}

#[test]
fn the_plausible_begins_in_2000_however_long_a_site_collects() {
    let ancient =
        Inventory { collect_since: Some(Timestamp::parse("1970-01-01T00:00:00Z").unwrap()), ..inventory() };
    let gate = gate_at("{type: timestamp}", site(ancient));
    let judge = |text: &str| judge_by(&gate, Value::Timestamp(time(text)));
    assert_eq!(judge("1999-12-31T23:59:59Z"), Err(Reason::TimeOutOfWindow));
    judge("2000-01-01T00:00:00Z").unwrap();
}

#[test]
fn no_text_holds_the_name_of_the_pc_or_of_an_account() {
    let local_names = ["Flow-PC".into(), "mmeier".into(), "ab".into(), String::new()].into();
    let code = r#"{type: code, pattern: "[A-Za-z-]{1,12}"}"#;
    let gate = gate_at(code, Site { inventory: Some(inventory()), local_names });
    for bad in ["Flow-PC", "FLOW-pc", "by-mmeier", "mmeier-on", "-flow-pc-"] {
        assert_eq!(judge_by(&gate, text(bad)), Err(Reason::LocalName), "{bad}");
    }
    for good in ["Flow", "PC", "mmeiers", "xmmeier", "ab"] {
        judge_by(&gate, text(good)).unwrap();
    }
}

#[test]
fn a_refusal_by_a_detector_names_it_and_no_value() {
    let code = gate_of(r#"{type: code, pattern: "[a-z@.]{4,12}"}"#);
    let verdict = code.check(record(0, vec![Some(text("jd@lab.org"))]), now());
    let Verdict::Quarantined { refusal, .. } = verdict else { panic!("accepted") };
    assert_eq!(refusal.to_string(), format!("identifier ({}) in field x", refusal.detector.unwrap()));
    assert!(!refusal.to_string().contains("jd"));
    assert_eq!(
        judge(r#"{type: code, pattern: "[A-Za-z0-9=]{1,12}"}"#, text("Sm9obg==")),
        Err(Reason::Disguised)
    );
}
