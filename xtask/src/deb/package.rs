//! Builds, and has `cargo deb` make the package of what stands in `host/labrelay/Cargo.toml`.
//!
//! What was built lies in a folder of its own first: `cargo deb` knows no development build, and would take along a plugin that is
//! left of an earlier build.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};

use super::Profile;
use crate::cargo::{build, build_host, cargo, repository, run};

/// Revision of a package that is the first of its version.
pub(super) const FIRST_REVISION: u32 = 1;
/// That of one which replaces it.
pub(super) const NEXT_REVISION: u32 = 2;

/// Builds, and makes the package.
pub(super) fn make(profile: Profile, revision: u32) -> anyhow::Result<PathBuf> {
    let (labrelay, plugins) = match profile {
        Profile::Release => build_host()?,
        // All of the workspace, as the tests have it, so that nothing is built twice.
        Profile::Dev => build().map(|built| (built.labrelay, built.plugins))?,
    };
    let tree = folder().join("tree");
    if tree.exists() {
        fs::remove_dir_all(&tree)?;
    }
    fs::create_dir_all(tree.join("plugins"))?;
    for program in [labrelay.with_file_name("labrelay-worker"), labrelay] {
        copy_stripped(&program, &tree)?;
    }
    for plugin in plugins {
        copy_stripped(&plugin, &tree.join("plugins"))?;
    }
    again(profile, revision)
}

/// Makes the package of what has been built before.
pub(super) fn again(profile: Profile, revision: u32) -> anyhow::Result<PathBuf> {
    let package = folder().join(format!("labrelay-{revision}.deb"));
    let mut command = cargo(&["deb", "--quiet", "--no-build", "--package", "labrelay", "--locked"]);
    command.arg("--deb-revision").arg(revision.to_string()).arg("--output").arg(&package);
    if profile == Profile::Dev {
        command.arg("--fast"); // compresses less
    }
    run(&mut command)?;
    ensure!(package.is_file(), "cargo deb made no {}", package.display());
    Ok(package)
}

/// Where the metadata expects `tree`.
fn folder() -> PathBuf {
    repository().join("target/debian")
}

/// Without symbols, which a release has none of and which are most of a development build.
fn copy_stripped(file: &Path, to: &Path) -> anyhow::Result<()> {
    let to = to.join(file.file_name().with_context(|| format!("{} is no file", file.display()))?);
    run(Command::new("strip").arg("--strip-unneeded").arg("-o").arg(to).arg(file))
}
