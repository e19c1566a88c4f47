//! The folder of plugins as `labrelay plugin install` lays it out, below the libraries that lie in it:
//!
//! ```text
//! plugins/trust.yaml                  whom this site believes
//! plugins/FAMILY/current              which version runs
//! plugins/FAMILY/VERSION/bundle.json  the signed index, its signature bundle.dsse, manifest, library, texts
//! ```
//!
//! Reads alone; `put.rs` writes, for an administrator's commands.

mod current;
mod put;
mod trust_file;
mod verified;

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use labrelay_bundle::PluginVersion;
use labrelay_model::FamilyName;

use crate::exit::{FailAs as _, Failure};

pub(crate) use current::{Choice, Current};
pub(crate) use put::{put, switch};
pub(crate) use trust_file::{trust_file, trust_list};
pub(crate) use verified::{Verified, manifest_of};

/// The signed index, in the folder of a version.
const INDEX: &str = "bundle.json";
/// The signature of the index.
const ENVELOPE: &str = "bundle.dsse";

/// Where the versions of `family` lie.
fn family_folder(plugins: &Path, family: &FamilyName) -> PathBuf {
    plugins.join(family.as_str())
}

/// Where one version lies.
fn version_folder(plugins: &Path, family: &FamilyName, version: &PluginVersion) -> PathBuf {
    family_folder(plugins, family).join(version.to_string())
}

/// Versions of `family` that were installed from bundles, the lowest first; none if none was.
pub(crate) fn versions(plugins: &Path, family: &FamilyName) -> Vec<PluginVersion> {
    let entries = fs::read_dir(family_folder(plugins, family)).into_iter().flatten();
    let name = |entry: io::Result<fs::DirEntry>| entry.ok()?.file_name().to_str()?.parse().ok();
    let mut versions: Vec<PluginVersion> = entries.filter_map(name).collect();
    versions.sort();
    versions
}

/// Families of which a bundle was installed.
pub(crate) fn families(plugins: &Path) -> Vec<FamilyName> {
    let entries = fs::read_dir(plugins).into_iter().flatten();
    let name = |entry: io::Result<fs::DirEntry>| entry.ok()?.file_name().to_str()?.parse().ok();
    let mut families: Vec<FamilyName> = entries.filter_map(name).collect();
    families.retain(|family| Current::path(plugins, family).is_file());
    families.sort();
    families
}

/// Reads a file of at most so many bytes.
pub(crate) fn read_bounded(path: &Path, most: u64) -> anyhow::Result<Vec<u8>> {
    let can_not = || format!("can't read {}", path.display());
    let mut bytes = Vec::new();
    File::open(path).with_context(can_not)?.take(most + 1).read_to_end(&mut bytes).with_context(can_not)?;
    if bytes.len() as u64 > most {
        return Err(anyhow!(
            "{} is longer than {most} bytes, so it is not what it should be",
            path.display()
        ))
        .fail_as(Failure::Plugin);
    }
    Ok(bytes)
}
