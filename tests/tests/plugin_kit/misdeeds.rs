//! Negative controls: each check fails on the plugin that does wrong what it looks for.

use labrelay_tests::site::library;

use crate::Faulty;

/// The checks that fail with this misdeed; every check that is not named passes.
#[track_caller]
fn fails(misdeed: &str, expected: &[&str]) {
    let (failed, report) = Faulty::with_misdeed(misdeed).failed();
    assert!(failed.iter().eq(expected), "{misdeed}: {failed:?} in {report:#}");
}

#[test]
fn without_a_misdeed_nothing_fails() {
    fails("none", &[]);
}

#[test]
fn records_made_of_the_clock_are_another_time_others() {
    fails("clock", &["cut", "golden", "killed", "repeated", "resumed", "rewound"]);
}

#[test]
fn a_panic_on_odd_input_is_found_by_spoiling_it() {
    fails("panic", &["spoiled"]);
}

#[test]
fn a_word_that_passes_for_a_code_is_found_by_canaries() {
    fails("leak", &["canaries"]);
}

#[test]
fn a_place_that_is_kept_in_memory_alone_doubles_and_loses() {
    fails("memory", &["killed", "resumed", "rewound"]);
}

#[test]
fn a_place_that_is_not_given_up_in_rewind_loses_what_was_not_committed() {
    fails("forget", &["rewound"]);
}

#[test]
fn an_input_that_is_finished_too_early_loses_units_in_small_polls() {
    fails("hurry", &["cut", "killed", "resumed", "rewound"]);
}

#[test]
fn a_field_that_is_not_declared_is_no_reply() {
    let (failed, _) = Faulty::with_misdeed("undeclared").failed();
    assert!(failed.contains("declared") && failed.contains("golden"), "{failed:?}");
}

#[test]
fn a_plugin_that_never_comes_back_is_ended_and_named() {
    fails("hang", &["spoiled"]); // waits as long as a host does
}

#[test]
fn too_much_memory_is_measured() {
    fails("balloon", &["spoiled"]);
}

#[test]
fn a_wrong_golden_is_shown_line_by_line() {
    let faulty = Faulty::new();
    let golden = faulty.case("readings").join("expected.ndjson");
    let lines = std::fs::read_to_string(&golden).unwrap();
    std::fs::write(&golden, lines.replace("\"level\":13", "\"level\":31")).unwrap();
    let (failed, report) = faulty.failed();
    assert!(failed.iter().eq(["golden"]), "{failed:?}");
    let said = report.to_string();
    assert!(said.contains("- {") && said.contains(r#"\"level\":31"#), "{said}");
}

#[test]
fn what_no_fixture_shows_is_named() {
    let faulty = Faulty::new();
    std::fs::remove_dir_all(faulty.case("stopped")).unwrap();
    let (failed, report) = faulty.failed();
    assert!(failed.iter().eq(["coverage"]), "{failed:?}");
    assert_eq!(report["coverage"]["event event.stopped"], 0);
    assert!(report.to_string().contains("event event.stopped: no record of any fixture shows it"));
}

#[test]
fn another_manifest_than_the_embedded_one_is_told_by_its_hash() {
    let faulty = Faulty::new();
    let manifest = faulty.folder.path().join("manifests/faulty.yaml");
    let text = std::fs::read_to_string(&manifest).unwrap();
    std::fs::write(&manifest, text + "# reviewed\n").unwrap();
    let (failed, report) = faulty.failed();
    assert!(failed.iter().eq(["manifest"]), "{failed:?}");
    assert_eq!(report["checks"].as_array().unwrap().last().unwrap()["verdict"], "skipped");
}

#[test]
fn a_library_of_another_interface_does_not_load() {
    for name in ["labrelay_hostile_no_layout", "labrelay_hostile_other_layout"] {
        let faulty = Faulty { library: library(name), ..Faulty::new() };
        assert!(faulty.failed().0.iter().eq(["loads"]), "{name}");
    }
}
