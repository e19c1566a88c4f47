//! Where the project's fixtures and the shared real files lie.

use std::path::{Path, PathBuf};

/// The repository's root.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The input file of a fixture case such as `navios/bead-qc`.
pub fn fixture(case: &str) -> PathBuf {
    let inputs = inputs_of(&repository().join("fixtures").join(case));
    assert!(inputs.len() == 1, "{case} has {} input files", inputs.len());
    inputs.into_iter().next().unwrap()
}

/// Every input file of a family's fixtures, with the name of its case.
pub fn fixture_inputs(family: &str) -> Vec<(String, PathBuf)> {
    let cases = files_in(&repository().join("fixtures").join(family));
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    let inputs = cases.iter().flat_map(|case| inputs_of(case).into_iter().map(|input| (name(case), input)));
    inputs.collect()
}

/// The folder of real instrument files that projects share; it may be absent.
pub fn shared() -> PathBuf {
    repository().join("../shared/data/instruments")
}

fn inputs_of(case: &Path) -> Vec<PathBuf> {
    files_in(&case.join("input"))
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|why| panic!("{}: {why}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}
