//! Whether header and Rust say the same: the order of the calls, and the numbers of the reasons.

use labrelay_model::Reason;

use super::calls::NAMES;
use super::*;

const HEADER: &str = include_str!("../../include/labrelay.h");

/// What stands between the braces of `struct NAME { … }`.
fn body(of: &str) -> &'static str {
    let (_, rest) = HEADER.split_once(&format!("typedef struct {of} {{")).unwrap();
    rest.split_once(&format!("}} {of};")).unwrap().0
}

/// Names of the function pointers declared there, in order.
fn functions(body: &str) -> Vec<&str> {
    body.split("(*").skip(1).map(|rest| rest.split_once(')').unwrap().0).collect()
}

#[test]
fn the_calls_stand_in_the_headers_order() {
    assert_eq!(functions(body("labrelay_calls")), NAMES);
}

#[test]
fn a_plugins_functions_stand_in_the_headers_order() {
    assert_eq!(functions(body("labrelay_plugin_v1")), ["open", "poll", "rewind"]);
    assert!(HEADER.contains(&format!("#define LABRELAY_C_API {API}\n")));
}

#[test]
fn a_reason_has_the_number_that_it_has_everywhere() {
    let lines = HEADER.lines().filter_map(|line| line.trim().strip_prefix("LABRELAY_")?.split_once(" = "));
    let mut checked = 0;
    for (name, rest) in lines {
        let number: u16 = rest.split([',', ' ']).next().unwrap().parse().unwrap();
        if let Some(reason) = Reason::from_number(number).filter(|_| number >= 32) {
            assert_eq!(reason.word().to_uppercase(), name);
            checked += 1;
        }
    }
    assert_eq!(checked, 12, "all reasons of the header are known");
}

#[test]
fn nothing_is_no_state_and_an_empty_one_is_some() {
    assert!(parts(None).0.is_null());
    let (start, count) = parts(Some(&[]));
    assert!(!start.is_null() && count == 0);
    // SAFETY: null is allowed.
    assert_eq!(unsafe { bytes(ptr::null(), 7) }, b"");
    // SAFETY: null is allowed.
    assert_eq!(unsafe { text(ptr::null()) }, "");
}
