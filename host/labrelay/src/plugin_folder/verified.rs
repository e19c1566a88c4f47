//! One installed version whose index a trusted key has signed, with its manifest and the digest that its library must have.
//!
//! The library itself is looked at when a worker is started for it, on the very file that is loaded (`host/worker`).

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use labrelay_bundle::{
    Envelope, Index, MAX_ENVELOPE_BYTES, MAX_INDEX_BYTES, Part, Platform, PluginVersion, TrustList, Trusted,
    sha256,
};
use labrelay_manifest::Manifest;
use labrelay_model::{Digest, FamilyName};

use super::{ENVELOPE, INDEX, read_bounded, version_folder};
use crate::exit::{FailAs as _, Failure};

/// A version that may be loaded, if its library has the digest.
#[derive(Debug, Clone)]
pub(crate) struct Verified {
    /// What is signed.
    pub index: Index,
    /// Who signed it.
    pub by: Trusted,
    /// The bundle's manifest.
    pub manifest: Arc<Manifest>,
    /// Where that lies.
    pub manifest_path: PathBuf,
    /// The library for this system.
    pub library: PathBuf,
    /// What its bytes must be.
    pub library_sha256: Digest,
}

impl Verified {
    /// Checks an installed version; loads nothing.
    pub(crate) fn read(
        plugins: &Path,
        family: &FamilyName,
        version: &PluginVersion,
        trust: &TrustList,
    ) -> anyhow::Result<Self> {
        let folder = version_folder(plugins, family, version);
        let read = Self::of_folder(&folder, trust).and_then(|read| {
            if read.index.family() == family && read.index.plugin_version() == version {
                return Ok(read);
            }
            let (other, its) = (read.index.family(), read.index.plugin_version());
            Err(anyhow!("it is {other} {its}; install the bundle again"))
        });
        read.with_context(|| format!("in {}", folder.display())).fail_as(Failure::Plugin)
    }

    /// Checks what lies in a folder.
    pub(super) fn of_folder(folder: &Path, trust: &TrustList) -> anyhow::Result<Self> {
        let index = Index::parse(&read_bounded(&folder.join(INDEX), MAX_INDEX_BYTES)?)?;
        let envelope = Envelope::parse(&read_bounded(&folder.join(ENVELOPE), MAX_ENVELOPE_BYTES)?)?;
        let by = trust.judge(&index, &envelope)?;
        let manifest_path = folder.join(Part::Manifest.file_name());
        let manifest = read_bounded(&manifest_path, Part::Manifest.max_bytes())?;
        if index.find(&Part::Manifest).is_none_or(|signed| signed.sha256 != sha256(&manifest)) {
            return Err(anyhow!("its manifest is not the one that was signed; install the bundle again"));
        }
        let manifest = manifest_of(&manifest, index.family())?;
        let platforms = Platform::of_this_program();
        let library = index.library(&platforms).ok_or_else(|| no_library(&index))?;
        Ok(Self {
            library: folder.join(library.path.file_name()),
            library_sha256: library.sha256,
            by,
            manifest: Arc::new(manifest),
            manifest_path,
            index,
        })
    }
}

/// A bundle's manifest, which has to be its family's.
pub(crate) fn manifest_of(bytes: &[u8], family: &FamilyName) -> anyhow::Result<Manifest> {
    let manifest = Manifest::parse(bytes).map_err(|errors| anyhow!("its manifest is wrong: {errors}"))?;
    if manifest.family() != family {
        return Err(anyhow!("its manifest is that of {}, not of {family}", manifest.family()));
    }
    Ok(manifest)
}

/// The bundle is for other systems.
pub(crate) fn no_library(index: &Index) -> anyhow::Error {
    let theirs: Vec<String> = index.platforms().map(ToString::to_string).collect();
    let ours: Vec<String> = Platform::of_this_program().iter().map(ToString::to_string).collect();
    anyhow!(
        "it has no library for this system ({}), but for {}; ask its maker for one",
        ours.join(" or "),
        theirs.join(", ")
    )
}
