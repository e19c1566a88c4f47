//! From a manifest file's bytes to a [`Manifest`], and the JSON Schema of such a file.

use labrelay_model::Digest;
use sha2::{Digest as _, Sha256};

use crate::fault::Fault;
use crate::raw::RawManifest;
use crate::{Manifest, ManifestError, ManifestErrors, check, yaml};

impl Manifest {
    /// Reads a manifest file. All errors in its meaning come at once; an error in its shape (YAML, unknown key,
    /// wrong kind of value) comes alone, since it hides what is behind it.
    pub fn parse(bytes: &[u8]) -> Result<Self, ManifestErrors> {
        let raw: RawManifest = yaml::read(bytes)?;
        let sha256 = Digest(Sha256::digest(bytes).into());
        check::manifest(raw, sha256).map_err(|faults| located(bytes, &faults))
    }
}

/// Most errors that are shown: nobody reads more.
const MAX_SHOWN: usize = 50;
/// Most bytes that are walked over to find the errors' places, a few seconds of work: each costs a walk, and of a
/// large catalogue with errors everywhere a handful is enough to begin with.
const MAX_WALKED_BYTES: usize = 32 * 1024 * 1024;
/// Fewest errors that are shown, however large the file.
const MIN_SHOWN: usize = 5;

fn located(bytes: &[u8], faults: &[Fault]) -> ManifestErrors {
    let at = |fault: &Fault| {
        let (line, column) = yaml::locate(bytes, &fault.path());
        let mut message = fault.message();
        let other_line = fault.other_path().map(|other| yaml::locate(bytes, &other).0);
        if let Some(other) = other_line {
            message += &format!(" (see line {other})");
        }
        ManifestError { line, column, other_line, message }
    };
    let shown = (MAX_WALKED_BYTES / bytes.len().max(1)).clamp(MIN_SHOWN, MAX_SHOWN);
    ManifestErrors::new(faults.iter().take(shown).map(at).collect())
}

/// The JSON Schema of a manifest file, for editors. Made from the types that read the file, so it can't differ.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(RawManifest).to_value()
}
