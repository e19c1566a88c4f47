//! `labrelay replay`: goldens hold, and a difference is shown.

use std::io::Write as _;
use std::path::Path;

use labrelay_tests::site::{repository, text_of};
use tempfile::NamedTempFile;

use crate::{labrelay, text};

/// Every case below `root/fixtures`, with the manifests of `root`.
fn every_case_gives_its_golden(root: &Path, families: &[&str]) {
    let manifests = root.join("manifests");
    for family in families {
        let entries = std::fs::read_dir(root.join("fixtures").join(family)).unwrap();
        let cases = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
        for case in cases {
            let output = labrelay(&["replay", "--case", text(&case), "--manifests", text(&manifests)]);
            assert_eq!(output.status.code(), Some(0), "{}: {}", case.display(), text_of(&output));
        }
    }
}

#[test]
fn every_fixture_gives_its_golden() {
    every_case_gives_its_golden(repository(), &["navios", "dxflex", "cellmek"]);
}

#[test]
fn the_example_of_an_instrument_without_a_plugin_gives_its_golden() {
    every_case_gives_its_golden(&repository().join("docs/examples"), &["incubator"]);
}

#[test]
fn a_difference_is_shown_and_ends_with_1() {
    let case = repository().join("fixtures/navios/bead-qc");
    let golden = std::fs::read_to_string(case.join("expected.ndjson")).unwrap();
    let mut wrong = NamedTempFile::new().unwrap();
    wrong.write_all(golden.replacen("\"event_count\":8", "\"event_count\":9", 1).as_bytes()).unwrap();
    let mut inventory = NamedTempFile::new().unwrap();
    inventory.write_all(b"{serials: [ZZ00001], qc: [FLOW-CHECK], zone: Europe/Berlin}").unwrap();

    let (input, manifests) = (case.join("input"), repository().join("manifests"));
    let common = ["replay", "--family", "navios", "--input", text(&input), "--now", "2024-11-01T12:00:00Z"];
    let with = |expected| {
        labrelay(
            &[
                &common[..],
                &[
                    "--manifests",
                    text(&manifests),
                    "--inventory",
                    text(inventory.path()),
                    "--expect",
                    expected,
                ],
            ]
            .concat(),
        )
    };
    let right = case.join("expected.ndjson");
    let same = with(text(&right));
    assert_eq!(same.status.code(), Some(0), "{}", text_of(&same));
    let different = with(text(wrong.path()));
    let said = text_of(&different);
    assert_eq!(different.status.code(), Some(1), "{said}");
    let shows = |sign: char, count| {
        let line = |line: &str| line.starts_with(sign) && line.contains(&format!("\"event_count\":{count}"));
        said.lines().any(line)
    };
    assert!(shows('-', 9) && shows('+', 8), "{said}");
}
