//! Does `labrelay plugin test` pass what is well made, and catch each thing that a plugin can do wrong? Does `plugin new` begin
//! with a plugin that passes? The real program, real workers, a plugin that misbehaves as it is told.

// All of this is test code, but Clippy's leave for tests covers only `#[test]` functions and `cfg(test)` modules.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod misdeeds;
mod new;
mod passes;
mod reports;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use labrelay_tests::site::{host_program, library, repository};
use serde_json::Value;
use tempfile::TempDir;

fn plugin_test(folder: &Path, library: &Path, more: &[&str]) -> Output {
    let mut command = Command::new(host_program());
    command.args(["plugin", "test"]).arg(folder).arg("--library").arg(library).args(more);
    command.output().unwrap()
}

/// The faulty plugin with fixtures of its own, which a test may change.
struct Faulty {
    folder: TempDir,
    library: PathBuf,
}

impl Faulty {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for part in ["manifests", "fixtures"] {
            copy(&repository().join("tests/faulty").join(part), &folder.path().join(part));
        }
        Self { folder, library: library("labrelay_faulty") }
    }

    /// The plugin does this wrong in all cases.
    fn with_misdeed(misdeed: &str) -> Self {
        let faulty = Self::new();
        for case in ["readings", "stopped"] {
            let file = faulty.case(case).join("case.yaml");
            let about = std::fs::read_to_string(&file).unwrap();
            std::fs::write(&file, format!("{about}settings: {{misdeed: {misdeed}}}\n")).unwrap();
        }
        faulty
    }

    fn case(&self, name: &str) -> PathBuf {
        self.folder.path().join("fixtures/faulty").join(name)
    }

    /// The names of failed checks, and the report that they stand in.
    fn failed(&self) -> (BTreeSet<String>, Value) {
        let file = self.folder.path().join("report.json");
        let output = plugin_test(self.folder.path(), &self.library, &["--report", file.to_str().unwrap()]);
        let report: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        let failed: BTreeSet<String> = report["checks"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|check| check["verdict"] == "failed")
            .map(|check| check["name"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(output.status.code(), Some(i32::from(!failed.is_empty())), "{failed:?}");
        (failed, report)
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        match path.is_dir() {
            true => copy(&path, &target),
            false => drop(std::fs::copy(&path, &target).unwrap()),
        }
    }
}
