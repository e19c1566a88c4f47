//! `labrelay canary`: marked identifiers at every input, and none at any exit.

use labrelay_tests::site::{repository, text_of};

use crate::{labrelay, text};

#[test]
fn no_planted_identifier_comes_out() {
    let output = labrelay(&["canary", "--manifests", text(&repository().join("manifests"))]);
    let said = text_of(&output);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.ends_with("PASS: no planted identifier came out\n"), "{said}");
    for exit in [
        "uploads: bodies",
        "uploads: paths",
        "spool peek",
        "status",
        "quarantine list",
        "service log",
        "state folder",
    ] {
        let line = said.lines().find(|line| line.starts_with(&format!("ok   {exit}")));
        let line = line.unwrap_or_else(|| panic!("{exit} is not looked at: {said}"));
        assert!(!line.contains(" 0 bytes") && line.ends_with("control: all found"), "{line}");
    }
}
