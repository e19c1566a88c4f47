//! Every folder under `tests/cases` holds a `manifest.yaml` that is wrong, and in `expected.txt` the exact
//! errors. A new case adds no code.

#![expect(clippy::unwrap_used, reason = "a failed helper is a failed test")]

use std::fs;
use std::path::Path;

use labrelay_manifest::Manifest;

#[test]
fn every_wrong_manifest_gives_its_errors() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut cases: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    let wrong: Vec<String> = cases.iter().filter_map(|case| difference(case)).collect();
    assert!(!cases.is_empty() && wrong.is_empty(), "{}", wrong.join("\n"));
}

fn difference(case: &Path) -> Option<String> {
    let expected = fs::read_to_string(case.join("expected.txt")).unwrap_or_default();
    let found = match Manifest::parse(&fs::read(case.join("manifest.yaml")).unwrap()) {
        Ok(_) => "no error".to_owned(),
        Err(errors) => errors.to_string(),
    };
    let name = case.file_name().unwrap_or_default().to_string_lossy();
    (found != expected.trim_end()).then(|| format!("{name}: expected\n{expected}\nfound\n{found}\n"))
}
