//! What must come out of each real file: accepted, left out as another family's, or refused with a reason.

use std::process::Command;

use labrelay_tests::site::{host_program, repository, text_of};
use serde_json::Value;
use tempfile::TempDir;

use crate::{family_of, name_of, real_files};

/// File, outcome, reason, accepted records: one for the acquisition and one for each detector.
///
/// Not accepted are files of other makers' software, and one of ten bytes.
const EXPECTED: &[(&str, &str, &str, usize)] = &[
    ("Bact Invitrogen F13838 1.0um.fcs", "accepted", "", 13),
    ("Beckman Coulter - Cyan.fcs", "dropped", "other_family", 0),
    ("Beckman Coulter - Cytomics FC500.LMD", "accepted", "", 5),
    ("Beckman Coulter - Gallios.LMD", "accepted", "", 6),
    ("Beckman Coulter - MoFlo Astrios - log settings.fcs", "dropped", "other_family", 0),
    ("SG_2014-09-26_Duplicate_Names.fcs", "dropped", "other_family", 0),
    ("corrupted.fcs", "quarantined", "not_this_format", 0),
    ("cyflow_cube_8.fcs", "dropped", "other_family", 0),
    ("data_start_offset_discrepancy_example.fcs", "dropped", "other_family", 0),
    ("picoeukaryotes.fcs", "accepted", "", 13),
];

#[test]
#[ignore = "needs ../shared/data/instruments"]
fn every_real_file_comes_out_as_stated() {
    let files = real_files();
    let names: Vec<String> = files.iter().map(|file| name_of(file)).collect();
    let expected: Vec<&str> = EXPECTED.iter().map(|(name, ..)| *name).collect();
    assert_eq!(names, expected, "a file is new or gone: say what must come out of it");

    for (file, (name, outcome, reason, records)) in files.iter().zip(EXPECTED) {
        let (ledger, lines) = replay(file);
        assert_eq!(ledger.iter().map(|line| line["units"].as_u64().unwrap()).sum::<u64>(), 1, "{name}");
        for line in &ledger {
            assert_eq!(line["outcome"], *outcome, "{name}");
            assert_eq!(line["reason"].as_str().unwrap_or_default(), *reason, "{name}");
        }
        assert_eq!(lines, *records, "{name}");
    }
}

/// The ledger of one file alone, treated as QC with its own serial number declared, and its accepted records.
fn replay(file: &std::path::Path) -> (Vec<Value>, usize) {
    let folder = TempDir::new().unwrap();
    let input = folder.path().join("input");
    std::fs::create_dir(&input).unwrap();
    std::fs::copy(file, input.join(name_of(file))).unwrap();
    let family = family_of(file);

    let with = |arguments: &[&str]| {
        let mut command = Command::new(host_program());
        command.args(arguments).args(["--family", family]).arg("--input").arg(&input);
        command.arg("--manifests").arg(repository().join("manifests"));
        command
    };
    let proposed = with(&["inventory", "propose"]).output().unwrap();
    assert!(proposed.status.success(), "{}", text_of(&proposed));
    let inventory = folder.path().join("inventory.yaml");
    std::fs::write(&inventory, proposed.stdout).unwrap();

    let replay = ["replay", "--as", "qc", "--json", "--inventory", inventory.to_str().unwrap()];
    let output = with(&replay).output().unwrap();
    assert!(output.status.success(), "{}", text_of(&output));
    let said = String::from_utf8(output.stderr).unwrap();
    let counts: Value = serde_json::from_str(said.lines().last().unwrap()).unwrap();
    (counts["ledger"].as_array().unwrap().clone(), String::from_utf8(output.stdout).unwrap().lines().count())
}
