//! What is tested: a built library, the manifest and the fixtures beside it. Finds them in a plugin's folder; opens no library.
//!
//! A plugin of its own has `manifests/<family>.yaml` and `fixtures/<family>/` below its folder, the plugins of this project
//! below an ancestor's; so does an unpacked bundle, with the library beside them.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use labrelay_manifest::{Manifest, ManifestErrors};
use labrelay_model::FamilyName;
use labrelay_os::sandbox::Part;

use crate::{Case, CaseError, files};

/// Greatest manifest that is read; `labrelay-manifest` refuses longer ones.
const MAX_MANIFEST_BYTES: u64 = 8 << 20;
/// Where a build leaves libraries.
const PROFILES: [&str; 2] = ["target/release", "target/debug"];

/// What the kit tests.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The built plugin.
    pub library: PathBuf,
    /// What it may send.
    pub manifest: Arc<Manifest>,
    /// Its fixture cases, by name.
    pub cases: Vec<Case>,
    /// Parts of the worker's sandbox that may be missing on this system.
    pub accept_missing: Vec<Part>,
}

/// Why there is nothing to test.
#[derive(Debug, thiserror::Error)]
pub enum SubjectError {
    /// A file can't be read.
    #[error("{file}: can't be read: {why}", file = .file.display())]
    Unreadable {
        /// Which.
        file: PathBuf,
        /// The system's answer.
        why: std::io::Error,
    },
    /// No manifest.
    #[error(
        "{folder}: no manifest found; it stands at manifests/FAMILY.yaml in this folder or one above it",
        folder = .0.display()
    )]
    NoManifest(PathBuf),
    /// More than one manifest, and none of them has the folder's name.
    #[error("{folder} holds several manifests; name the plugin's folder after its family", folder = .0.display())]
    ManyManifests(PathBuf),
    /// The manifest is wrong.
    #[error("in {file}:\n{errors}", file = .file.display())]
    WrongManifest {
        /// The file.
        file: PathBuf,
        /// What is wrong, with line and column.
        errors: ManifestErrors,
    },
    /// No built library.
    #[error("no {name} found; build it first with `cargo build`, or name it with --library FILE")]
    NoLibrary {
        /// What it is called on this system.
        name: String,
    },
    /// A fixture is wrong.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// There are none.
    #[error("{folder}: no fixture case; one is a folder with case.yaml, input/ and expected.ndjson", folder = .0.display())]
    NoCases(PathBuf),
}

impl Subject {
    /// Finds manifest, fixtures and built library of the plugin in `folder`; `library` instead of the one that was built last.
    pub fn locate(folder: &Path, library: Option<&Path>) -> Result<Self, SubjectError> {
        let unreadable = |why| SubjectError::Unreadable { file: folder.to_path_buf(), why };
        let folder = folder.canonicalize().map_err(unreadable)?;
        let (root, file) = find_manifest(&folder)?;
        let manifest = read_manifest(&file)?;
        let fixtures = root.join("fixtures").join(manifest.family().as_str());
        let cases = Case::all_in(&fixtures)?;
        if cases.is_empty() {
            return Err(SubjectError::NoCases(fixtures));
        }
        let library = match library {
            Some(file) => file.to_path_buf(),
            None => find_library(&folder, manifest.family())?,
        };
        Ok(Self { library, manifest: Arc::new(manifest), cases, accept_missing: Vec::new() })
    }
}

/// The nearest folder with a manifest for the plugin in `folder`, and that manifest.
fn find_manifest(folder: &Path) -> Result<(PathBuf, PathBuf), SubjectError> {
    let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    for root in folder.ancestors() {
        let mut manifests = entries(&root.join("manifests"));
        manifests.retain(|file| file.extension().is_some_and(|ending| ending == "yaml"));
        let named = manifests.iter().find(|file| file.file_stem().is_some_and(|stem| stem == name));
        match (named, manifests.as_slice()) {
            (Some(file), _) | (None, [file]) => return Ok((root.to_path_buf(), file.clone())),
            (None, []) => {}
            (None, _) => return Err(SubjectError::ManyManifests(root.join("manifests"))),
        }
    }
    Err(SubjectError::NoManifest(folder.to_path_buf()))
}

fn read_manifest(file: &Path) -> Result<Manifest, SubjectError> {
    let unreadable = |why| SubjectError::Unreadable { file: file.to_path_buf(), why };
    let bytes = files::read(file, MAX_MANIFEST_BYTES).map_err(unreadable)?;
    Manifest::parse(&bytes).map_err(|errors| SubjectError::WrongManifest { file: file.into(), errors })
}

/// The library that was built last, in the nearest place that has one.
fn find_library(folder: &Path, family: &FamilyName) -> Result<PathBuf, SubjectError> {
    let name = library_name(family);
    let built_at = |file: &PathBuf| Some((file.metadata().ok()?.modified().ok()?, file.clone()));
    let newest = |places: &mut dyn Iterator<Item = PathBuf>| -> Option<PathBuf> {
        let found = places.map(|place| place.join(&name)).filter_map(|file| built_at(&file));
        found.max_by_key(|(built, _): &(SystemTime, _)| *built).map(|(_, file)| file)
    };
    let beside = [folder.to_path_buf(), folder.join("plugins")];
    let elsewhere = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let elsewhere =
        elsewhere.iter().flat_map(|target| ["release", "debug"].map(|profile| target.join(profile)));
    newest(&mut beside.into_iter())
        .or_else(|| newest(&mut elsewhere.into_iter()))
        .or_else(|| {
            let mut roots = folder.ancestors();
            roots.find_map(|root| newest(&mut PROFILES.iter().map(|profile| root.join(profile))))
        })
        .ok_or(SubjectError::NoLibrary { name: name.clone() })
}

/// What a family's library is called on this system.
pub(crate) fn library_name(family: &FamilyName) -> String {
    format!("{DLL_PREFIX}labrelay_plugin_{}{DLL_SUFFIX}", family.as_str().replace('-', "_"))
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let mut entries: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    entries.sort();
    entries
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn folder(manifests: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("plugins/one")).unwrap();
        fs::create_dir(root.path().join("manifests")).unwrap();
        for name in manifests {
            fs::write(root.path().join("manifests").join(name), "").unwrap();
        }
        root
    }

    fn found(root: &tempfile::TempDir) -> Result<PathBuf, SubjectError> {
        find_manifest(&root.path().join("plugins/one")).map(|(_, file)| file)
    }

    #[test]
    fn the_manifest_is_the_only_one_or_has_the_folder_s_name() {
        let only = folder(&["other.yaml", "README.md"]);
        assert!(found(&only).unwrap().ends_with("manifests/other.yaml"));
        let named = folder(&["one.yaml", "other.yaml"]);
        assert!(found(&named).unwrap().ends_with("manifests/one.yaml"));
        let none_is_named = folder(&["other.yaml", "third.yaml"]);
        assert!(matches!(found(&none_is_named), Err(SubjectError::ManyManifests(_))));
    }

    #[test]
    fn the_library_beside_the_plugin_goes_before_that_of_a_build() {
        let root = folder(&[]);
        let family: FamilyName = "a-b".parse().unwrap();
        let name = format!("{DLL_PREFIX}labrelay_plugin_a_b{DLL_SUFFIX}");
        let plugin = root.path().join("plugins/one");
        let missing = find_library(&plugin, &family).unwrap_err().to_string();
        assert!(missing.contains(&name) && missing.contains("cargo build"), "{missing}");
        for place in [root.path().join("target/debug"), plugin.clone()] {
            fs::create_dir_all(&place).unwrap();
            fs::write(place.join(&name), "").unwrap();
            assert_eq!(find_library(&plugin, &family).unwrap(), place.join(&name));
        }
    }
}
