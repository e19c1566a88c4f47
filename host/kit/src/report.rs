//! The report of a test: what was tested, each check, and what the fixtures show. As canonical JSON; `junit` writes the other form.

use std::path::Path;

use aws_lc_rs::digest;
use labrelay_abi::Describe;
use labrelay_model::Digest;
use serde::Serialize;
use serde_json::json;

use crate::{Check, Subject, files};

/// Version of the JSON form.
const VERSION: u32 = 1;
/// Greatest library that is hashed: a plugin is some megabytes, a debug build with a vendor's code some hundred.
const MAX_LIBRARY_BYTES: u64 = 1 << 30;

/// What came of a test.
#[derive(Debug, Clone)]
pub struct Report {
    /// The family.
    pub family: String,
    /// Every check that was made, in order.
    pub checks: Vec<Check>,
    /// Every stream, field and event that the manifest declares, with how many records of fixtures show it.
    pub coverage: Vec<(String, u64)>,
    plugin: Plugin,
    manifest: Reviewed,
}

/// The library that was tested.
#[derive(Debug, Clone, Serialize)]
struct Plugin {
    /// Of its file; `None` if that can't be read, which `loads` tells of.
    sha256: Option<String>,
    /// Its own and its SDK's version; `None` if it did not load.
    version: Option<String>,
    sdk_version: Option<String>,
}

/// The manifest that it was tested with.
#[derive(Debug, Clone, Serialize)]
struct Reviewed {
    version: String,
    sha256: String,
}

impl Report {
    pub(crate) fn new(subject: &Subject) -> Self {
        let manifest = &subject.manifest;
        Self {
            family: manifest.family().to_string(),
            checks: Vec::new(),
            coverage: Vec::new(),
            plugin: Plugin { sha256: sha256(&subject.library), version: None, sdk_version: None },
            manifest: Reviewed {
                version: manifest.version().to_owned(),
                sha256: manifest.sha256().to_string(),
            },
        }
    }

    pub(crate) fn describe(&mut self, described: &Describe) {
        self.plugin.version = Some(described.plugin_version.clone());
        self.plugin.sdk_version = Some(described.sdk_version.clone());
    }

    /// Canonical JSON: keys in order, no blanks, whole numbers alone; so the same report has the same bytes.
    pub fn to_json(&self) -> String {
        let coverage: serde_json::Map<_, _> =
            self.coverage.iter().map(|(part, records)| (part.clone(), json!(records))).collect();
        let mut report = json!({
            "kit": VERSION,
            "kit_version": env!("CARGO_PKG_VERSION"),
            "system": format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS),
            "family": self.family,
            "plugin": self.plugin,
            "manifest": self.manifest,
            "passed": self.passed(),
            "checks": self.checks,
            "coverage": coverage,
        });
        report.sort_all_objects();
        report.to_string()
    }
}

/// Of a file's bytes.
fn sha256(file: &Path) -> Option<String> {
    let bytes = files::read(file, MAX_LIBRARY_BYTES).ok()?;
    let hash = digest::digest(&digest::SHA256, &bytes);
    hash.as_ref().first_chunk().map(|bytes| Digest(*bytes).to_string())
}
