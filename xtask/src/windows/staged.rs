//! An installed site in a folder: program, plugins, manifests, and a configuration that accepts what Wine lacks.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};

use super::name;
use crate::cargo::repository;
use crate::shipped::Built;

/// Parts of the sandbox that Wine 8 has not, or can't tell whether they are in force.
pub(crate) const MISSING_IN_WINE: [&str; 5] =
    ["job", "limits", "low_integrity", "app_container", "mitigations"];

/// The site.
pub(super) struct Site {
    folder: PathBuf,
}

impl Site {
    /// Installs what belongs on a lab's PC.
    pub(super) fn install(folder: PathBuf, built: &Built) -> anyhow::Result<Self> {
        let site = Self { folder };
        for inner in ["plugins", "manifests", "files"] {
            fs::create_dir_all(site.folder.join(inner))?;
        }
        for program in &built.programs {
            fs::copy(program, site.folder.join(name(program)))?;
        }
        for plugin in &built.plugins {
            site.install_plugin(plugin)?;
        }
        for entry in fs::read_dir(repository().join("manifests"))? {
            let entry = entry?;
            fs::copy(entry.path(), site.folder.join("manifests").join(entry.file_name()))?;
        }
        fs::write(site.configuration(), site.text(&MISSING_IN_WINE))?;
        fs::write(site.strict_configuration(), site.text(&[]))?;
        Ok(site)
    }

    /// The host's program.
    pub(super) fn program(&self) -> PathBuf {
        self.folder.join("labrelay.exe")
    }

    /// Accepts what Wine lacks.
    pub(super) fn configuration(&self) -> PathBuf {
        self.folder.join("labrelay.yaml")
    }

    /// Accepts nothing.
    pub(super) fn strict_configuration(&self) -> PathBuf {
        self.folder.join("strict.yaml")
    }

    /// What commands have noted.
    pub(super) fn audit_log(&self) -> anyhow::Result<String> {
        let path = self.folder.join("state/audit.log");
        fs::read_to_string(&path).with_context(|| format!("no audit log {}", path.display()))
    }

    /// Where an output may be put.
    pub(super) fn output(&self) -> PathBuf {
        self.folder.join("output.ndjson")
    }

    /// Installs a plugin, or puts it in the place of the one that has its name.
    pub(super) fn install_plugin(&self, plugin: &Path) -> anyhow::Result<()> {
        fs::copy(plugin, self.folder.join("plugins").join(name(plugin)))?;
        Ok(())
    }

    fn text(&self, accepted: &[&str]) -> String {
        // Relative paths: the same folder has another name in Wine's Windows.
        format!(
            "labrelay: 1\nstate: state\nplugins: {{folder: plugins, unsigned: accept}}\nmanifests: manifests\ndevice: wine\n\
             receiver: {{url: 'https://localhost:9'}}\nsandbox: {{accept_missing: [{}]}}\n\
             families: {{navios: {{sources: {{listmode: {{folders: [files]}}}}}}}}\n",
            accepted.join(", ")
        )
    }
}

/// Families that have fixtures.
pub(super) fn families() -> anyhow::Result<Vec<String>> {
    let mut families = Vec::new();
    for entry in fs::read_dir(repository().join("fixtures"))? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            families.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    ensure!(!families.is_empty(), "there is no family in fixtures/");
    families.sort();
    Ok(families)
}

/// Folders `fixtures/<family>/<case>` of a family.
pub(crate) fn cases(family: &str) -> anyhow::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(repository().join("fixtures").join(family))?;
    let mut cases = entries.map(|entry| Ok(entry?.path())).collect::<anyhow::Result<Vec<PathBuf>>>()?;
    cases.retain(|case: &PathBuf| is_case(case));
    cases.sort();
    Ok(cases)
}

fn is_case(folder: &Path) -> bool {
    folder.join("case.yaml").is_file()
}
