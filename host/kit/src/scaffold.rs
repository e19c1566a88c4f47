//! `plugin new`: writes a complete plugin crate from the templates, which builds, passes the kit, and is meant to be changed.
//!
//! The templates lie in `templates/` as they are written, but for a few words between `@`. Builds nothing and asks nobody.

use std::fs;
use std::path::{Path, PathBuf};

use labrelay_model::FamilyName;

/// Where the new crate finds the SDK.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sdk {
    /// A checkout of Labrelay.
    At(PathBuf),
    /// The release that this program belongs to.
    Released,
}

/// Why no crate was written.
#[derive(Debug, thiserror::Error)]
pub enum ScaffoldError {
    /// The folder is there already.
    #[error("{folder} is there already; name another folder with --dir", folder = .0.display())]
    Exists(PathBuf),
    /// No SDK there.
    #[error("{sdk} holds no sdk/collector; name the folder of a Labrelay checkout", sdk = .0.display())]
    NoSdk(PathBuf),
    /// Something can't be written.
    #[error("{file}: can't be written: {why}", file = .file.display())]
    Unwritable {
        /// Which.
        file: PathBuf,
        /// The system's answer.
        why: std::io::Error,
    },
}

/// Each template, and where it goes.
const TEMPLATES: [(&str, &str); 12] = [
    ("Cargo.toml", include_str!("../templates/Cargo.toml.template")),
    ("README.md", include_str!("../templates/README.md")),
    (".gitignore", include_str!("../templates/gitignore")),
    (".github/workflows/plugin.yml", include_str!("../templates/ci/plugin.yml")),
    ("src/lib.rs", include_str!("../templates/src/lib.rs.template")),
    ("src/line.rs", include_str!("../templates/src/line.rs.template")),
    ("src/tests.rs", include_str!("../templates/src/tests.rs.template")),
    ("tests/kit.rs", include_str!("../templates/tests/kit.rs.template")),
    ("manifests/@FAMILY@.yaml", include_str!("../templates/manifests/family.yaml")),
    ("fixtures/@FAMILY@/first-morning/case.yaml", include_str!("../templates/fixture/case.yaml")),
    (
        "fixtures/@FAMILY@/first-morning/input/instrument.log",
        include_str!("../templates/fixture/input/instrument.log"),
    ),
    ("fixtures/@FAMILY@/first-morning/expected.ndjson", include_str!("../templates/fixture/expected.ndjson")),
];

/// The checkout that a program was built in, if it lies in one.
pub fn checkout_of(program: &Path) -> Option<PathBuf> {
    program.ancestors().find(|folder| is_checkout(folder)).map(Path::to_path_buf)
}

/// Writes a new plugin crate for `family` into `folder`, which must not be there yet. Gives the files written.
pub fn write(family: &FamilyName, folder: &Path, sdk: &Sdk) -> Result<Vec<PathBuf>, ScaffoldError> {
    if folder.exists() {
        return Err(ScaffoldError::Exists(folder.to_path_buf()));
    }
    let dependency = match sdk {
        Sdk::At(checkout) if !is_checkout(checkout) => return Err(ScaffoldError::NoSdk(checkout.clone())),
        // A literal string of TOML: Windows' paths hold backslashes.
        Sdk::At(checkout) => format!("{{ path = '{}' }}", checkout.join("sdk").join("collector").display()),
        Sdk::Released => format!("\"{}\"", env!("CARGO_PKG_VERSION")),
    };
    let fill = |template: &str| {
        let library = family.as_str().replace('-', "_");
        template
            .replace("@FAMILY@", family.as_str())
            .replace("@LIBRARY@", &library)
            .replace("@SDK@", &dependency)
    };
    let mut written = Vec::new();
    for (name, template) in TEMPLATES {
        let file = folder.join(fill(name));
        put(&file, fill(template).as_bytes())?;
        written.push(file);
    }
    if let Sdk::At(checkout) = sdk {
        written.extend(copy_lock(checkout, folder)?);
    }
    Ok(written)
}

/// The crate begins with the very versions of libraries that the SDK is tested with; cargo drops what it does not need.
fn copy_lock(checkout: &Path, folder: &Path) -> Result<Option<PathBuf>, ScaffoldError> {
    let file = folder.join("Cargo.lock");
    match fs::read(checkout.join("Cargo.lock")) {
        Ok(lock) => put(&file, &lock).map(|()| Some(file)),
        Err(_) => Ok(None), // then cargo chooses
    }
}

fn put(file: &Path, bytes: &[u8]) -> Result<(), ScaffoldError> {
    let folder = file.parent().unwrap_or(file);
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(file, bytes))
        .map_err(|why| ScaffoldError::Unwritable { file: file.to_path_buf(), why })
}

fn is_checkout(folder: &Path) -> bool {
    folder.join("sdk/collector/Cargo.toml").is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_crate_is_filled_in_and_an_old_one_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("thermo");
        let family: FamilyName = "acme-thermo".parse().unwrap();
        let written = write(&family, &folder, &Sdk::Released).unwrap();
        assert_eq!(written.len(), TEMPLATES.len());
        assert!(folder.join("manifests/acme-thermo.yaml").is_file());
        for file in &written {
            let text = fs::read_to_string(file).unwrap();
            let empty = ["@FAMILY@", "@LIBRARY@", "@SDK@"].iter().find(|place| text.contains(**place));
            assert_eq!(empty, None, "{}", file.display());
        }
        assert!(matches!(write(&family, &folder, &Sdk::Released), Err(ScaffoldError::Exists(_))));
        let nowhere = write(&family, &dir.path().join("other"), &Sdk::At(dir.path().into()));
        assert!(matches!(nowhere, Err(ScaffoldError::NoSdk(_))));
        assert!(!dir.path().join("other").exists());
    }
}
