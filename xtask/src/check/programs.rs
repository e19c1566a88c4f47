//! Checks done by the built programs themselves: manifests, fixtures, the canary, and the demo.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};

use super::report::Outcome;
use crate::cargo::{build, repository, run};
use crate::demo;

/// Every manifest is valid.
pub(crate) fn manifests() -> anyhow::Result<Outcome> {
    let manifests = entries(&repository().join("manifests"))?;
    ensure!(!manifests.is_empty(), "there is no manifest in manifests/");
    run(Command::new(build()?.labrelay).args(["manifest", "check"]).args(manifests))?;
    Ok(Outcome::Passed)
}

/// Every fixture, read by the built plugin in a worker, gives its golden.
pub(crate) fn fixtures() -> anyhow::Result<Outcome> {
    let labrelay = build()?.labrelay;
    replay_all(&cases()?, || {
        let mut replay = Command::new(&labrelay);
        replay.arg("replay");
        replay
    })?;
    Ok(Outcome::Passed)
}

/// Each case gives its golden by `replay`.
pub(super) fn replay_all(cases: &[PathBuf], replay: impl Fn() -> Command) -> anyhow::Result<()> {
    ensure!(!cases.is_empty(), "there is no case in fixtures/");
    let mut wrong = Vec::new();
    for case in cases {
        if run(replay().arg("--case").arg(case)).is_err() {
            wrong.push(case.strip_prefix(repository()).unwrap_or(case).display().to_string());
        }
    }
    ensure!(wrong.is_empty(), "not as expected: {}", wrong.join(", "));
    println!("{} cases as expected", cases.len());
    Ok(())
}

/// Folders `fixtures/<family>/<case>`.
pub(super) fn cases() -> anyhow::Result<Vec<PathBuf>> {
    let mut cases = Vec::new();
    for family in entries(&repository().join("fixtures"))? {
        if family.is_dir() {
            cases.extend(entries(&family)?.into_iter().filter(|case| case.join("case.yaml").is_file()));
        }
    }
    Ok(cases)
}

fn entries(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<anyhow::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

/// No mark that is planted at an input comes out of an exit.
pub(crate) fn canary() -> anyhow::Result<Outcome> {
    let manifests = repository().join("manifests");
    run(Command::new(build()?.labrelay).arg("canary").arg("--manifests").arg(manifests))?;
    Ok(Outcome::Passed)
}

/// Where the demo of a test run lies.
pub(crate) fn demo_folder() -> PathBuf {
    repository().join("target/demo-of-test")
}

/// The whole way, over the fixtures.
pub(crate) fn demo() -> anyhow::Result<Outcome> {
    demo::run(&demo::Options::over_fixtures(demo_folder()))?;
    Ok(Outcome::Passed)
}
