//! What lies beside the programs: bills of materials that name what is linked and no folder of this machine, and checksums.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, ensure};
use serde_json::Value;

use super::super::Made;
use super::super::checksums::{FILE, files, sha256};
use crate::cargo::{repository, run};

/// Crates that have to be in a program, and one that must not: the worker knows no networks and no keys.
const IN_THE_HOST: [&str; 3] = ["rustls", "redb", "labrelay-gate"];
const NOT_IN_THE_WORKER: [&str; 3] = ["rustls", "reqwest", "redb"];

/// Checks all of it.
pub(super) fn check(made: &Made) -> anyhow::Result<()> {
    let folder = made.folder.join("sbom");
    let code = made.staged.iter().filter(|file| file.is_code());
    for file in code.clone() {
        let last = file.name.rsplit('/').next().unwrap_or_default();
        let document = read(&folder, last)?;
        let digest = document.pointer("/metadata/component/hashes/0/content").and_then(Value::as_str);
        ensure!(digest == Some(&sha256(&file.path)?), "the bill of materials of {last} is another file's");
    }
    ensure!(files(&folder)?.len() == code.count(), "other bills of materials than programs and plugins");
    let (host, worker) =
        (names(&read(&folder, "labrelay.exe")?), names(&read(&folder, "labrelay-worker.exe")?));
    let has = |names: &[String], name: &str| names.iter().any(|known| known == name);
    ensure!(IN_THE_HOST.iter().all(|name| has(&host, name)), "not all of {IN_THE_HOST:?} in {host:?}");
    ensure!(
        !NOT_IN_THE_WORKER.iter().any(|name| has(&worker, name)),
        "one of {NOT_IN_THE_WORKER:?} in {worker:?}"
    );
    run(Command::new("sha256sum").args(["--check", "--quiet", "--strict", FILE]).current_dir(&made.folder))?;
    println!(
        "bills of materials: {} crates in the host, {} in a worker; checksums hold",
        host.len(),
        worker.len()
    );
    Ok(())
}

fn read(folder: &Path, program: &str) -> anyhow::Result<Value> {
    let path = folder.join(format!("{program}.cdx.json"));
    let text =
        std::fs::read_to_string(&path).with_context(|| format!("no bill of materials {}", path.display()))?;
    let home = std::env::var("HOME").unwrap_or_default();
    let folders = [repository().display().to_string(), home, "file:".into()];
    let shown = folders.iter().filter(|folder| folder.len() > 1).find(|folder| text.contains(*folder));
    ensure!(shown.is_none(), "{} names a folder of this machine: {shown:?}", path.display());
    Ok(serde_json::from_str(&text)?)
}

fn names(document: &Value) -> Vec<String> {
    let components = document.get("components").and_then(Value::as_array).into_iter().flatten();
    components.filter_map(|component| Some(component.get("name")?.as_str()?.to_owned())).collect()
}
