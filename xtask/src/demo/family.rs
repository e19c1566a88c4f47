//! Which families there are, which folders each reads, and how many files wait there.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use labrelay_manifest::Manifest;
use regex::Regex;

use crate::cargo::repository;

/// A family of the demo.
pub(super) struct Family {
    /// Its name.
    pub(super) name: String,
    /// Names of its folder sources.
    pub(super) sources: Vec<String>,
    /// The folders each of them reads.
    pub(super) folders: Vec<PathBuf>,
    /// Files in these folders that the manifest's patterns name.
    pub(super) files: u64,
}

/// The families of the manifests that have a folder to read: `inputs`, or else their fixtures.
pub(super) fn all(manifests: &Path, inputs: &[PathBuf]) -> anyhow::Result<Vec<Family>> {
    let inputs = inputs.iter().map(|input| absolute(input)).collect::<anyhow::Result<Vec<_>>>()?;
    let mut families = Vec::new();
    for path in manifest_files(manifests)? {
        let manifest = Manifest::parse(&std::fs::read(&path)?).with_context(|| path.display().to_string())?;
        let fixtures = repository().join("fixtures").join(manifest.family().as_str());
        let folders = if inputs.is_empty() { vec![fixtures] } else { inputs.clone() };
        if folders.iter().all(|folder| folder.is_dir()) {
            families.push(Family::new(&manifest, folders)?);
        }
    }
    ensure!(families.iter().any(|family| family.files > 0), "there is no instrument file to read");
    Ok(families)
}

impl Family {
    fn new(manifest: &Manifest, folders: Vec<PathBuf>) -> anyhow::Result<Self> {
        let mut family =
            Self { name: manifest.family().as_str().to_owned(), sources: Vec::new(), folders, files: 0 };
        for source in manifest.sources() {
            family.sources.push(source.name.as_str().to_owned());
            let pattern = name_pattern(source.kind.pattern())?;
            let mut found = BTreeSet::new();
            for folder in &family.folders {
                find(folder, &pattern, &mut found)?;
            }
            family.files += u64::try_from(found.len())?;
        }
        Ok(family)
    }
}

/// The manifest files of a folder, in order.
pub(super) fn manifest_files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<anyhow::Result<Vec<_>>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "yaml"));
    files.sort();
    ensure!(!files.is_empty(), "there is no manifest in {}", folder.display());
    Ok(files)
}

fn absolute(input: &Path) -> anyhow::Result<PathBuf> {
    let path = input.canonicalize().with_context(|| format!("--input {}", input.display()))?;
    ensure!(path.is_dir(), "--input {}: not a folder", input.display());
    Ok(path)
}

/// A manifest's pattern (`*`, `?`, several by `|`, any case). Written anew here, so that the demo counts
/// files independently of the host.
fn name_pattern(pattern: &str) -> anyhow::Result<Regex> {
    let one = |part: &str| regex::escape(part).replace(r"\*", ".*").replace(r"\?", ".");
    let parts: Vec<String> = pattern.split('|').map(one).collect();
    Ok(Regex::new(&format!("(?is)^(?:{})$", parts.join("|")))?)
}

/// Regular files only: a link is not followed, as the host does not.
fn find(folder: &Path, pattern: &Regex, found: &mut BTreeSet<PathBuf>) -> anyhow::Result<()> {
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            find(&entry.path(), pattern, found)?;
        } else if kind.is_file() && pattern.is_match(&entry.file_name().to_string_lossy()) {
            found.insert(entry.path());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_whole_names_in_any_case() {
        let pattern = name_pattern("*.lmd|run?.fcs").unwrap();
        for name in ["a.lmd", "A.LMD", ".lmd", "run1.fcs"] {
            assert!(pattern.is_match(name), "{name}");
        }
        for name in ["a.lmd.bak", "xlmd", "run12.fcs", "a.fcs"] {
            assert!(!pattern.is_match(name), "{name}");
        }
    }
}
