//! The same sources in another folder, which goes when it is not needed any more.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use crate::cargo::run as succeed;

/// Below the first one's target folder, where there is room for builds; its name is longer than what it stands for.
const FOLDER: &str = "target/reproducible/the same sources elsewhere";
/// What lies in a repository's root and is made from its sources, or is git's.
const NO_SOURCES: [&str; 3] = ["target", "demo-out", ".git"];
/// What cargo keeps of our own crates: all else in a target folder is of others.
const OURS: &str = "labrelay";

/// A copy of a repository.
pub(super) struct Elsewhere(PathBuf);

impl Elsewhere {
    /// Copies the sources as they are now.
    pub(super) fn make(repository: &Path) -> anyhow::Result<Self> {
        let elsewhere = Self(repository.join(FOLDER));
        if elsewhere.0.exists() {
            std::fs::remove_dir_all(&elsewhere.0)?; // of a comparison that was broken off
        }
        copy(repository, &elsewhere.0, &NO_SOURCES)?;
        Ok(elsewhere)
    }

    /// Where it is.
    pub(super) fn root(&self) -> &Path {
        &self.0
    }

    /// A target folder of its own.
    pub(super) fn target(&self, name: &str) -> PathBuf {
        self.0.join("target").join(name)
    }

    /// Fills the target folder `to` with what was built of other people's crates in `from`: by links, since nothing writes to
    /// what was built once. Without anything of ours, so that none of it can be taken for built.
    pub(super) fn take_dependencies(&self, from: &Path, to: &Path) -> anyhow::Result<()> {
        std::fs::create_dir_all(to.parent().unwrap_or(to))?;
        succeed(Command::new("cp").args(["--archive", "--link"]).arg(from).arg(to))?;
        remove_ours(to)
    }
}

fn copy(from: &Path, to: &Path, but: &[&str]) -> anyhow::Result<()> {
    std::fs::create_dir_all(to).with_context(|| to.display().to_string())?;
    for entry in std::fs::read_dir(from).with_context(|| from.display().to_string())? {
        let entry = entry?;
        let name = entry.file_name();
        if but.iter().any(|but| name == *but) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to.join(name), &[])?;
        } else {
            std::fs::copy(entry.path(), to.join(name)).with_context(|| entry.path().display().to_string())?;
        }
    }
    Ok(())
}

fn remove_ours(folder: &Path) -> anyhow::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let is_folder = entry.file_type()?.is_dir();
        match (is_ours(&entry.file_name().to_string_lossy()), is_folder) {
            (true, true) => std::fs::remove_dir_all(entry.path())?,
            (true, false) => std::fs::remove_file(entry.path())?,
            (false, true) => remove_ours(&entry.path())?,
            (false, false) => {}
        }
    }
    Ok(())
}

/// `labrelay-os-0123…`, `liblabrelay_os-0123….rlib`, `labrelay.exe`.
fn is_ours(name: &str) -> bool {
    name.strip_prefix("lib").unwrap_or(name).starts_with(OURS)
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0); // what stays is removed by the next one
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_ours_is_taken_for_a_dependency() {
        for name in ["labrelay-os-0123", "liblabrelay_os-0123.rlib", "labrelay.exe", "labrelay_plugin_a.dll"]
        {
            assert!(is_ours(name), "{name}");
        }
        assert!(!is_ours("libserde-0123.rlib") && !is_ours("deps"));
    }
}
