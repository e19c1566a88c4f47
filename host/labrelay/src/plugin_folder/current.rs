//! `current`: which installed version of a family runs, and which ran before. Written last, so that what it names is complete.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use labrelay_bundle::PluginVersion;
use labrelay_model::{FamilyName, Timestamp};
use serde::{Deserialize, Serialize};

use super::{family_folder, read_bounded};
use crate::exit::{FailAs as _, Failure};

const FILE: &str = "current";
/// Greatest file: it names a handful of versions.
const MAX_BYTES: u64 = 16 << 10;
/// Versions that can be rolled back to, one after the other; older ones are forgotten.
const MOST_VERSIONS: usize = 8;

/// What an administrator has chosen for a family.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Current {
    /// Grows with every act, so that the same version chosen again is a new wish.
    pub serial: u64,
    /// The version that runs, and those before it. With none, the library that lies in the folder itself runs.
    pub versions: Vec<PluginVersion>,
    /// When it was chosen.
    pub at: Option<Timestamp>,
    /// By which account.
    pub by: String,
}

/// Which plugin of a family to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    /// The act of an administrator that it comes from; 0 before any.
    pub serial: u64,
    /// A version installed from a bundle; without one, the library that lies in the folder itself.
    pub version: Option<PluginVersion>,
}

impl std::fmt::Display for Choice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.version {
            Some(version) => write!(f, "version {version}"),
            None => f.write_str("the library in the plugin folder"),
        }
    }
}

impl Current {
    /// Where it stands.
    pub(crate) fn path(plugins: &Path, family: &FamilyName) -> PathBuf {
        family_folder(plugins, family).join(FILE)
    }

    /// What is chosen; nothing if no bundle of `family` was ever installed.
    pub(crate) fn read(plugins: &Path, family: &FamilyName) -> anyhow::Result<Self> {
        let path = Self::path(plugins, family);
        if !path.exists() {
            return Ok(Self::default());
        }
        let current = serde_json::from_slice(&read_bounded(&path, MAX_BYTES)?);
        let damaged = || anyhow!("{} is damaged; install the bundle again", path.display());
        current.with_context(damaged).fail_as(Failure::Plugin)
    }

    /// As bytes.
    pub(crate) fn to_bytes(&self) -> anyhow::Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// What is to run.
    pub(crate) fn choice(&self) -> Choice {
        Choice { serial: self.serial, version: self.versions.first().cloned() }
    }

    /// The same with `version` in front.
    pub(crate) fn forward(&self, version: PluginVersion) -> Vec<PluginVersion> {
        let others = self.versions.iter().filter(|other| **other != version);
        std::iter::once(&version).chain(others).take(MOST_VERSIONS).cloned().collect()
    }

    /// The same without the version that runs: what ran before runs again.
    pub(crate) fn back(&self) -> Vec<PluginVersion> {
        self.versions.iter().skip(1).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(versions: &[&str]) -> Current {
        let versions = versions.iter().map(|text| text.parse().unwrap()).collect();
        Current { serial: 4, versions, at: None, by: String::new() }
    }

    #[test]
    fn forward_and_back_again() {
        let current = of(&["1.1.0", "1.0.0"]);
        assert_eq!(of(&["1.2.0", "1.1.0", "1.0.0"]).versions, current.forward("1.2.0".parse().unwrap()));
        assert_eq!(current.back(), of(&["1.0.0"]).versions);
        assert_eq!(of(&[]).back(), []);
        assert_eq!(of(&[]).choice(), Choice { serial: 4, version: None });
    }

    #[test]
    fn a_version_that_comes_again_stands_once() {
        let again = of(&["1.1.0", "1.0.0"]).forward("1.0.0".parse().unwrap());
        assert_eq!(again, of(&["1.0.0", "1.1.0"]).versions);
    }
}
