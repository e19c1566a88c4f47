//! A fixture case: `fixtures/<family>/<case>/` with `case.yaml`, `input/` and `expected.ndjson`.
//!
//! Reads what a case says; what it means is for whoever runs it (`labrelay replay --case`, `labrelay plugin test`).

use std::fs;
use std::path::{Path, PathBuf};

use labrelay_manifest::{Inventory, ManifestErrors, yaml};
use labrelay_model::{FamilyName, Timestamp};
use serde::Deserialize;

use crate::files;

/// Greatest `case.yaml` in bytes; one is some hundred bytes.
const MAX_CASE_BYTES: u64 = 1 << 20;

/// A case, read from its folder.
#[derive(Debug, Clone)]
pub struct Case {
    /// Its folder.
    pub folder: PathBuf,
    /// The family, after which the folder around it is named.
    pub family: FamilyName,
    /// What it says.
    pub about: About,
}

/// What `case.yaml` says.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// Where the input comes from.
    pub origin: String,
    /// What the case is there to show.
    pub why: String,
    /// The time to judge by.
    pub now: Timestamp,
    /// What the site declares; nothing if not given.
    #[serde(default)]
    pub inventory: Option<Inventory>,
    /// `qc` treats every acquisition as QC.
    #[serde(default, rename = "as")]
    pub treat_as: Option<TreatAs>,
    /// The plugin's own settings, as under `families: {FAMILY: {settings: …}}` in a site's configuration.
    #[serde(default)]
    pub settings: serde_json::Map<String, serde_json::Value>,
}

/// What acquisitions are taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TreatAs {
    /// QC, whatever the panel is called.
    Qc,
}

/// Why there is no case.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// A file or folder can't be read.
    #[error("{place}: can't be read: {why}; a case has case.yaml, input/ and expected.ndjson", place = .place.display())]
    Unreadable {
        /// Which.
        place: PathBuf,
        /// The system's answer.
        why: std::io::Error,
    },
    /// `case.yaml` is wrong.
    #[error("in {file}:\n{errors}", file = .file.display())]
    Wrong {
        /// The file.
        file: PathBuf,
        /// What is wrong, with line and column.
        errors: ManifestErrors,
    },
    /// Nobody can tell whose case it is.
    #[error("{folder} does not lie in a folder named after its family", folder = .0.display())]
    NoFamily(PathBuf),
}

impl Case {
    /// Reads the case's `case.yaml`.
    pub fn read(folder: &Path) -> Result<Self, CaseError> {
        let unreadable = |place: &Path| {
            let place = place.to_path_buf();
            move |why| CaseError::Unreadable { place, why }
        };
        let folder = std::path::absolute(folder).map_err(unreadable(folder))?;
        let file = folder.join("case.yaml");
        let text = files::read(&file, MAX_CASE_BYTES).map_err(unreadable(&file))?;
        let about = yaml::read(&text).map_err(|errors| CaseError::Wrong { file, errors })?;
        let name = folder.parent().and_then(Path::file_name).and_then(|name| name.to_str());
        match name.and_then(|name| name.parse().ok()) {
            Some(family) => Ok(Self { folder, family, about }),
            None => Err(CaseError::NoFamily(folder)),
        }
    }

    /// All cases in `folder`, by name.
    pub fn all_in(folder: &Path) -> Result<Vec<Self>, CaseError> {
        let unreadable = |why| CaseError::Unreadable { place: folder.to_path_buf(), why };
        let entries = fs::read_dir(folder).map_err(unreadable)?;
        let mut folders: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        folders.retain(|entry| entry.is_dir());
        folders.sort();
        folders.iter().map(|folder| Self::read(folder)).collect()
    }

    /// What a person calls it.
    pub fn name(&self) -> &str {
        self.folder.file_name().and_then(|name| name.to_str()).unwrap_or("case")
    }

    /// The folder of its input files.
    pub fn input(&self) -> PathBuf {
        self.folder.join("input")
    }

    /// The file of the records that are to come out.
    pub fn golden(&self) -> PathBuf {
        self.folder.join("expected.ndjson")
    }
}
