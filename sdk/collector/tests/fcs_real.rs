//! Every real FCS and LMD file against what another reader (FlowIO, Python) says of it. Prints no value of a file.
//!
//! FlowIO keeps keywords in a map without `$` and case, so a name that stands twice, or with and without `$`,
//! counts once there; and it removes the first and last byte of TEXT unseen. The counts are compared after the
//! same folding.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests are tests")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use labrelay_collector::fcs::{DataSet, DataSets, FcsError, Note};
use labrelay_model::Reason;
use serde_json::Value;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/instruments");

fn files() -> Vec<PathBuf> {
    let Ok(folders) = fs::read_dir(FOLDER) else {
        println!("SKIPPED: no folder {FOLDER}: the FCS reader was not tried on real files");
        return Vec::new();
    };
    let folders = folders.flatten().map(|entry| entry.path());
    let fcs = folders
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("fcs-")));
    let files = fcs.flat_map(|folder| fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()));
    let is_fcs = |path: &PathBuf| {
        path.extension().is_some_and(|e| e.eq_ignore_ascii_case("fcs") || e.eq_ignore_ascii_case("lmd"))
    };
    files.filter(is_fcs).collect()
}

fn read(path: &Path) -> Result<Vec<DataSet>, FcsError> {
    DataSets::of(&mut fs::read(path).unwrap().as_slice()).collect()
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

/// Names as FlowIO folds them.
fn folded(set: &DataSet) -> BTreeSet<String> {
    set.text.iter().map(|(name, _)| String::from_utf8_lossy(name).replace('$', "").to_lowercase()).collect()
}

fn compare(set: &DataSet, oracle: &Value, file: &str) {
    let said = |key: &str| oracle.get(key).and_then(Value::as_u64);
    assert_eq!(set.text.int("$TOT").map(|n| n as u64), said("events"), "{file}: $TOT");
    assert_eq!(set.text.int("$PAR").map(|n| n as u64), said("channels"), "{file}: $PAR");
    assert_eq!(Some(folded(set).len() as u64), said("keywords"), "{file}: number of keywords");
    let cyt = set.text.text("$CYT");
    assert!(cyt.as_deref() == oracle.get("cyt").and_then(Value::as_str), "{file}: $CYT differs");
}

#[test]
fn real_files_are_read_as_another_reader_reads_them() {
    let files = files();
    if files.is_empty() {
        return;
    }
    let oracle = fs::read_to_string(format!("{FOLDER}/oracle-flowio.json")).unwrap();
    let oracle: Value = serde_json::from_str(&oracle).unwrap();
    for path in files {
        let folder = name(path.parent().unwrap());
        let file = format!("{folder}/{}", name(&path));
        let Some(expected) = oracle.get(&file).and_then(Value::as_array) else { continue };
        let sets = read(&path).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert_eq!(sets.len(), expected.len(), "{file}: number of data sets");
        sets.iter().zip(expected).for_each(|(set, oracle)| compare(set, oracle, &file));
    }
}

#[test]
fn files_that_the_other_reader_refuses_are_read_or_refused_by_name() {
    for path in files() {
        let (file, answer) = (name(&path), read(&path));
        match file.as_str() {
            "corrupted.fcs" => assert_eq!(answer.unwrap_err().reason(), Reason::NotThisFormat),
            "data_start_offset_discrepancy_example.fcs" | "Beckman Coulter - Cyan.fcs" => {
                assert_eq!(answer.unwrap()[0].notes, [Note::DataOffsetsDisagree], "{file}");
            }
            "cyflow_cube_8.fcs" => assert_eq!(answer.unwrap()[0].notes, [Note::SupplementalTextIgnored]),
            _ => assert!(answer.unwrap().iter().all(|set| set.notes.is_empty()), "{file}"),
        }
    }
}
